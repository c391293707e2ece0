import { shortName } from '../lineage/hosts.ts';
import type { Context } from './context.ts';
import { addressesOf, type Reach, type Want } from './hops.ts';
import type { Unit } from './unit.ts';

/** Somebody whose programs were found acting asks a domain controller for tickets within this. */
const ASKING_MS = 60 * 60_000;
const TICKETS: ReadonlySet<number> = new Set([4768, 4769, 4771]);
const WEIGHTY: ReadonlySet<string> = new Set(['medium', 'high', 'critical']);

/** Who asked a domain controller for a ticket: its findings about that tell the address and the account, and no process. */
interface Asking {
  readonly address: string;
  readonly user: string;
}

function askingOf({ channel, eventId, fields, rule, level }: Unit): Asking | undefined {
  if (rule === null || !WEIGHTY.has(level) || !TICKETS.has(eventId) || channel.toLowerCase() !== 'security')
    return undefined;
  const address = (fields.IpAddress ?? '').replace(/^::ffff:/i, '');
  const user = (fields.TargetUserName ?? '').replace(/@.*$/, '').toLowerCase();
  return address === '' || user === '' || user.endsWith('$') ? undefined : { address, user };
}

/** Tickets that one account asked for from one address say one thing. */
export function joinTickets({ units, anchors }: Context): void {
  units.forEach((unit, i) => {
    const asking = askingOf(unit);
    if (asking === undefined) return;
    const by = `${asking.user} ${asking.address}`;
    anchors.add(i, { key: `asked ${unit.host}|${by}`, kind: 'subject', by, within: ASKING_MS });
  });
}

/** Each asks for what was found of the account on the host of the address, the nearest in time. */
export function ticketsWanted({ units }: Context): Want[] {
  return units.flatMap((unit, i) => {
    const asking = askingOf(unit);
    if (asking === undefined) return [];
    const by = `${asking.user} ${asking.address}`;
    const key = `asked ${unit.host}|${unit.evidence}|${by}`;
    return {
      key,
      atMs: unit.first,
      anchor: { key, kind: 'hop', by, wide: true },
      units: [i],
      asked: [
        {
          of: 'accounts',
          keys: [`${asking.address} ${asking.user}`],
          beforeMs: ASKING_MS,
          afterMs: ASKING_MS,
          except: shortName(unit.host),
        },
      ],
    } satisfies Want;
  });
}

export function accountsOf(context: Context): Map<string, Reach[]> {
  const accounts = new Map<string, Reach[]>();
  let addresses: ReadonlyMap<string, readonly string[]> | undefined;
  for (const { node, host, rule, level, first, events } of context.units) {
    if (node === undefined || rule === null || !WEIGHTY.has(level)) continue;
    const user = node.user.slice(node.user.lastIndexOf('\\') + 1).toLowerCase();
    if (user === '' || user === 'system') continue;
    addresses ??= addressesOf(context);
    const reach = { node, timeMs: first, shownBy: events[0]! };
    for (const address of addresses.get(shortName(host)) ?? []) {
      const key = `${address} ${user}`;
      const list = accounts.get(key);
      if (list === undefined) accounts.set(key, [reach]);
      else list.push(reach);
    }
  }
  return accounts;
}
