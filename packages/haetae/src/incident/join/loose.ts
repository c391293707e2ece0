import { isBroker } from '../lineage/brokers.ts';
import { pointsOf } from '../risk/score.ts';
import type { Context } from './context.ts';
import { nearestInTime } from './sessions.ts';
import type { Unit } from './unit.ts';

/** Whoever clears several logs does so within this of one another. */
const CLEARING_MS = 1500;
/** Rules that fill the head of the list by themselves. */
const READ = 50;

/**
 * Logs that are cleared together; and one rule about several of Windows' own processes on one host, which says one thing
 * however many of them it says it of. The latter for rules of weight only: others do not get in the way.
 */
export function joinRepeats({ units, anchors, windowMs }: Context): void {
  units.forEach((unit, i) => {
    const { host, node, rule, subject, channel } = unit;
    if (isClearing(unit))
      anchors.add(i, { key: `cleared ${host}`, kind: 'subject', by: subject.user || channel, within: CLEARING_MS });
    if (node !== undefined && rule !== null && isBroker(node) && pointsOf(unit) >= READ)
      anchors.add(i, {
        key: `repeat ${host} ${rule.id || rule.title}`,
        kind: 'repeat',
        by: rule.title,
        within: windowMs,
      });
  });
}

function isClearing({ channel, eventId }: Unit): boolean {
  const name = channel.toLowerCase();
  return (eventId === 1102 && name === 'security') || (eventId === 104 && name === 'system');
}

/** What a finding without a link is put to is worth at least this: noise holds nothing together. */
const WORTH = 8;

/**
 * What is left: findings that name no process, session, account or thing (exporters lose fields) go to the nearest finding of
 * their host, within the window; PowerShell's, where its process is not told, to one another.
 */
export function joinUnlinked({ units, anchors, windowMs }: Context): void {
  const byHost = new Map<string, number[]>();
  const powershell = new Map<string, number[]>();
  const unlinked: number[] = [];
  const put = (map: Map<string, number[]>, host: string, i: number): void => {
    const list = map.get(host);
    if (list === undefined) map.set(host, [i]);
    else list.push(i);
  };
  units.forEach((unit, i) => {
    const isPowerShell = unit.channel.toLowerCase().includes('powershell');
    const alone = isUnlinked(unit) && [...anchors.of(i)].every(({ key }) => key.startsWith('cleared '));
    if (alone) unlinked.push(i);
    if (isPowerShell && unit.subject.pid === null) put(powershell, unit.host, i);
    if (!alone && pointsOf(unit) >= WORTH) put(byHost, unit.host, i);
  });
  for (const [host, list] of powershell)
    for (const i of list) anchors.add(i, { key: `powershell ${host}`, kind: 'near', by: host, within: windowMs });
  for (const i of unlinked) {
    const { host, first, channel } = units[i]!;
    if (channel.toLowerCase().includes('powershell') && (powershell.get(host)?.length ?? 0) > 1) continue;
    const near = (map: Map<string, number[]>): number | undefined => {
      const found = nearestInTime(units, map.get(host) ?? [], first, i);
      return found !== undefined && Math.abs(units[found]!.first - first) <= windowMs ? found : undefined;
    };
    const found = near(byHost);
    if (found === undefined) continue;
    const anchor = { key: `near ${i}`, kind: 'near' as const, by: host };
    anchors.add(i, anchor);
    anchors.add(found, anchor);
  }
}

function isUnlinked({ node, subject, fields }: Unit): boolean {
  const { logonId, logonGuid, powershellHost, hostApplication, user } = subject;
  if (node !== undefined || logonId !== '' || logonGuid !== '' || powershellHost !== '' || hostApplication !== '')
    return false;
  return (
    user === '' && fields.ServiceName === undefined && fields.TaskName === undefined && fields.IpAddress === undefined
  );
}
