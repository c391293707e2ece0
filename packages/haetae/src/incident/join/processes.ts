import { isBroker, isDispatcher } from '../lineage/brokers.ts';
import type { Node } from '../lineage/node.ts';
import { ancestors } from '../lineage/walk.ts';
import { baseName } from '../text.ts';
import { type Context, nearest } from './context.ts';

/** Two units to be joined, whatever their times. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly by: string;
}

/** What one of Windows' own processes does, it does for one and the same reason this long. */
const BROKER_MS = 5 * 60_000;

/**
 * Joins by process: the same one; one the other's ancestor; or, within the window, two that come from one parent which has no
 * finding itself. Ways through brokers are none.
 */
export function joinByProcess(context: Context): Pair[] {
  const { unitsOf, anchors, windowMs } = context;
  const pairs: Pair[] = [];
  for (const [node, units] of unitsOf) {
    const name = baseName(node.image) || (node.pid === null ? '' : String(node.pid));
    const within = isBroker(node) && node.hijackedMs === Number.POSITIVE_INFINITY ? { within: BROKER_MS } : {};
    for (const unit of units) {
      if (!isDispatcher(node)) anchors.add(unit, { key: `process ${node.key}`, kind: 'process', by: name, ...within });
      anchors.add(unit, { key: `event ${context.units[unit]!.evidence}`, kind: 'process', by: name });
    }
    for (const above of ancestors(node)) {
      const over = unitsOf.get(above);
      if (over !== undefined) {
        pairs.push({ a: units[0]!, b: over[0]!, by: `${baseName(above.image)} → ${name}` });
        break;
      }
      for (const unit of units)
        anchors.add(unit, { key: `parent ${above.key}`, kind: 'parent', by: baseName(above.image), within: windowMs });
    }
  }
  return pairs;
}

/** A thread that one process started in another joins what both did. */
export function joinByInjection(context: Context): void {
  const { units, unitsOf, anchors, lineage } = context;
  // One of Windows' own that loaded what a rule of weight speaks of is no broker any more.
  for (const { node, channel, eventId, level, first } of units)
    if (node !== undefined && eventId === 7 && (level === 'high' || level === 'critical') && /sysmon/i.test(channel))
      node.hijackedMs = Math.min(node.hijackedMs, first);
  for (const node of lineage.nodes) {
    if (isBroker(node)) continue;
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'thread') continue;
        const target = targetOf(context, node, act.fields, act.timeMs);
        const from = nearest(context, node);
        const to = target === undefined ? undefined : unitsOf.get(target)?.[0];
        if (from === undefined || target === undefined) continue;
        target.hijackedMs = Math.min(target.hijackedMs, act.timeMs);
        context.through.add(node);
        if (to === undefined || from === to) continue;
        const anchor = {
          key: `thread ${node.key} ${target.key}`,
          kind: 'injection' as const,
          by: `${baseName(node.image)} → ${baseName(target.image)}`,
          shownBy: [
            {
              file: trace.file,
              record: trace.by === 'record' ? act.at : null,
              line: trace.by === 'line' ? act.at : null,
              timeMs: act.timeMs,
            },
          ],
        };
        anchors.add(from, anchor);
        anchors.add(to, anchor);
      }
  }
}

function targetOf(
  { lineage }: Context,
  { host }: Node,
  fields: Readonly<Record<string, string>>,
  timeMs: number,
): Node | undefined {
  const guid = (fields.TargetProcessGuid ?? '').replace(/[{}]/g, '').toLowerCase();
  if (guid.length !== 36 || /^[0-]+$/.test(guid)) return undefined;
  return lineage.of({ host, guid, pid: Number(fields.TargetProcessId) || null, image: '', timeMs });
}
