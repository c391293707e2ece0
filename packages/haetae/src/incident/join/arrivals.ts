import { isRemote, joins, type Session } from '../lineage/sessions.ts';
import { type Context, sessionOf, sessionsInUse } from './context.ts';
import { joinToSession, sessionAnchor } from './sessions.ts';
import type { Unit } from './unit.ts';

/** Logs tell of one arrival within this of each other. */
const SAME_MS = 60_000;
/** Logons that were made, and refused. */
const LOGONS: ReadonlySet<number> = new Set([4624, 4625]);
/** Remote Desktop: who was let in (1149), and the session (21, 22, 24, 25). */
const DESKTOPS: ReadonlySet<number> = new Set([1149, 21, 22, 24, 25]);

/**
 * Findings about who came, or tried to come, to a host over the network tell an address, and no process: those of one address are
 * joined within the window, and to the session that came from it then, of whatever kind.
 */
export function joinArrivals(context: Context): void {
  const { units, anchors, windowMs } = context;
  const arrivals = units.flatMap((unit, i) => {
    const address = addressOf(unit);
    return address === '' ? [] : { unit, i, address };
  });
  if (arrivals.length === 0) return;
  const sessions = sessionsFrom(context);
  for (const { unit, i, address } of arrivals) {
    const from = `${unit.host}|${address}`;
    anchors.add(i, { key: `from ${from}`, kind: 'subject', by: address, within: windowMs });
    if (sessionOf(context, unit) !== undefined) continue;
    const session = (sessions.get(from) ?? []).find(
      ({ fromMs }) => fromMs >= unit.first - SAME_MS && fromMs <= unit.last + windowMs,
    );
    if (session === undefined) continue;
    if (joins(session)) anchors.add(i, sessionAnchor(session));
    else joinToSession(context, i, session);
  }
}

/** From where somebody came or tried to; '' for events that do not tell it. */
function addressOf({ node, rule, channel, eventId, fields }: Unit): string {
  if (node !== undefined || rule === null) return '';
  const log = channel.toLowerCase();
  const told =
    log === 'security' && LOGONS.has(eventId)
      ? fields.IpAddress
      : log.startsWith('microsoft-windows-terminalservices-') && DESKTOPS.has(eventId)
        ? (fields.Address ?? fields.Param3)
        : undefined;
  const address = (told ?? '').toLowerCase().replace(/^::ffff:/, '');
  return /^[0-9a-f]*[.:][0-9a-f.:%]+$/.test(address) && isRemote({ address, remoteShell: false }) ? address : '';
}

/** Sessions in which something was found, by host and the address that they came from, the earliest first. */
function sessionsFrom(context: Context): Map<string, Session[]> {
  const byAddress = new Map<string, Session[]>();
  for (const session of sessionsInUse(context)) {
    if (session.address === '') continue;
    const key = `${session.host}|${session.address.toLowerCase()}`;
    const list = byAddress.get(key);
    if (list === undefined) byAddress.set(key, [session]);
    else list.push(session);
  }
  for (const list of byAddress.values()) list.sort((a, b) => a.fromMs - b.fromMs);
  return byAddress;
}
