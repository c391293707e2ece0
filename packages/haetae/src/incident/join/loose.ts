import { isBroker } from '../lineage/brokers.ts';
import { pointsOf } from '../risk/score.ts';
import type { Context } from './context.ts';
import { isClearing } from './said.ts';
import { nearestInTime } from './sessions.ts';
import type { Unit } from './unit.ts';

/** Rules that fill the head of the list by themselves. */
const READ = 35;
/** Whoever clears several logs does so within this of one another. */
const CLEARING_MS = 1500;

/**
 * One rule about several of Windows' own processes on one host says one thing however many of them it says it of. For rules
 * of weight only: others do not get in the way.
 */
export function joinRepeats({ units, anchors, windowMs }: Context): void {
  units.forEach((unit, i) => {
    const { host, node, rule } = unit;
    if (node !== undefined && rule !== null && isBroker(node) && pointsOf(unit) >= READ)
      anchors.add(i, {
        key: `repeat ${host} ${rule.id || rule.title}`,
        kind: 'repeat',
        by: rule.title,
        within: windowMs,
      });
  });
}

/** Logs that are cleared together: each log is joined to the Security log that was cleared beside it, which tells who did. */
export function joinClearings({ units, anchors }: Context): void {
  const told = new Map<string, number[]>();
  const others: number[] = [];
  units.forEach((unit, i) => {
    if (!isClearing(unit)) return;
    if (unit.eventId === 104) {
      others.push(i);
      return;
    }
    const list = told.get(unit.host);
    if (list === undefined) told.set(unit.host, [i]);
    else list.push(i);
  });
  for (const i of others) {
    const { host, first, channel } = units[i]!;
    const found = nearestInTime(units, told.get(host) ?? [], first);
    if (found === undefined || !(Math.abs(units[found]!.first - first) <= CLEARING_MS)) {
      anchors.add(i, { key: `cleared ${host}`, kind: 'subject', by: channel, within: CLEARING_MS });
      continue;
    }
    const anchor = { key: `cleared ${host} ${found}`, kind: 'subject' as const, by: units[found]!.subject.user };
    anchors.add(i, anchor);
    anchors.add(found, anchor);
  }
}

/** Scripts and pipelines of one run of PowerShell are logged this close to each other. */
const SAME_RUN_MS = 5000;

/**
 * PowerShell's events whose process an exporter lost: scripts (4104) that name nothing else are put to each other, within the
 * window, and to the pipeline (4103) of the same moment, which names its host.
 */
export function joinPowerShell({ units, anchors, windowMs }: Context): void {
  const pipelines = new Map<string, number[]>();
  const scripts: number[] = [];
  units.forEach((unit, i) => {
    const { channel, subject, host } = unit;
    if (!channel.toLowerCase().includes('powershell') || subject.pid !== null) return;
    if (isNameless(unit)) scripts.push(i);
    else {
      const list = pipelines.get(host);
      if (list === undefined) pipelines.set(host, [i]);
      else list.push(i);
    }
  });
  for (const i of scripts) {
    const { host, first } = units[i]!;
    anchors.add(i, { key: `powershell ${host}`, kind: 'near', by: host, within: windowMs });
    const found = nearestInTime(units, pipelines.get(host) ?? [], first);
    if (found === undefined || !(Math.abs(units[found]!.first - first) <= SAME_RUN_MS)) continue;
    const anchor = { key: `run ${host} ${i}`, kind: 'near' as const, by: host };
    anchors.add(i, anchor);
    anchors.add(found, anchor);
  }
}

function isNameless({ node, subject }: Unit): boolean {
  return node === undefined && subject.powershellHost === '' && subject.hostApplication === '';
}
