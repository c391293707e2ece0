import type { Weighed } from '../assemble/assemble.ts';
import type { UnitLink } from '../join/join.ts';
import type { Unit } from '../join/unit.ts';
import { isBroker } from '../lineage/brokers.ts';
import type { Node } from '../lineage/node.ts';
import { contentHash } from '../text.ts';

/** Ancestors that may be shown, and a few above that decide how. */
const ABOVE = 8;

/**
 * A hash of all that an incident is made of, far cheaper than the incident: it is made anew when this changes. What its
 * processes did is told by how many events name them.
 */
export function markOf({ group, links, merged, scored, blind }: Weighed, units: readonly Unit[]): string {
  const lines = new Map<Node, string>();
  const parts: string[] = [];
  for (const i of group) {
    const unit = units[i]!;
    parts.push(
      `${unit.number} ${unit.host} ${unit.evidence} ${unit.events.length} ${unit.more} ${unit.first} ${unit.last}`,
    );
    let node = unit.node;
    for (let n = 0; node !== undefined && n < ABOVE && !lines.has(node); n++) {
      lines.set(node, '');
      parts.push(nodeMark(node));
      node = node.parent;
    }
  }
  for (const { kind, from, to, by } of links) parts.push(`${kind} ${units[from]!.number} ${units[to]!.number} ${by}`);
  for (const { kind, points, finding, band, count, host } of scored.parts)
    parts.push(`${kind} ${points} ${finding} ${band} ${count} ${host}`);
  for (const { kind, host, channel, from, to, missing } of blind)
    parts.push(`${kind} ${host} ${channel} ${from} ${to} ${missing}`);
  parts.push(scored.points.join(), merged.length.toString());
  return contentHash(parts.join('\n'));
}

/** A number that changes when units come or go, or are linked otherwise. */
export function shapeOf(group: readonly number[], links: readonly UnitLink[], units: readonly Unit[]): number {
  let shape = group.length;
  for (const { kind, from, to, by } of links) {
    shape = (Math.imul(shape, 31) + units[from]!.number) | 0;
    shape = (Math.imul(shape, 31) + units[to]!.number) | 0;
    shape = (Math.imul(shape, 31) + kind.charCodeAt(0) + kind.length * 256 + by.length * 65_536) | 0;
  }
  return shape;
}

function nodeMark(node: Node): string {
  let events = 0;
  for (const { of } of node.traces) events += of.events;
  const { key, image, user, since, endMs, parent, traces, pid } = node;
  return `${key} ${pid} ${image} ${user} ${since} ${endMs} ${traces.length} ${events} ${isBroker(node)} ${parent?.key}`;
}
