import { isBroker } from '../lineage/brokers.ts';
import { pointsOf } from '../risk/score.ts';
import type { Context } from './context.ts';
import { nearestInTime } from './sessions.ts';
import { CLEARING_MS, isClearing, type Unit } from './unit.ts';

/** Rules that fill the head of the list by themselves. */
const READ = 35;

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
    const anchor = { key: `run ${i}`, kind: 'near' as const, by: host };
    anchors.add(i, anchor);
    anchors.add(found, anchor);
  }
}

function isNameless({ node, subject }: Unit): boolean {
  return node === undefined && subject.powershellHost === '' && subject.hostApplication === '';
}
