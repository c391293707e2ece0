import type { Happening, LinkKind } from '../incident.ts';
import type { Anchor } from './anchors.ts';
import type { Context } from './context.ts';
import { joinByHop } from './hops.ts';
import { joinClearings, joinPowerShell, joinRepeats } from './loose.ts';
import { joinByInjection, joinByProcess } from './processes.ts';
import { joinBySession } from './sessions.ts';
import { joinByRarity, joinByThings } from './things.ts';
import { Union } from './union.ts';

/** Why two units are one incident's: the later joins an earlier. */
export interface UnitLink {
  readonly kind: LinkKind;
  readonly from: number;
  readonly to: number;
  readonly by: string;
  readonly shownBy: readonly Happening[];
}

export interface Joined {
  /** Units of each incident, in order. The first is the oldest: its content is the incident's id. */
  readonly groups: readonly (readonly number[])[];
  readonly links: readonly UnitLink[];
  /** By the first unit of a group: the first units of younger incidents that a link joined to it later. */
  readonly merged: ReadonlyMap<number, readonly number[]>;
}

/** Joins units, which are in the order of time. Linear in units and what they hold. */
export function join(context: Context): Joined {
  const { units, anchors } = context;
  joinByInjection(context);
  const pairs = joinByProcess(context);
  joinBySession(context);
  joinByThings(context);
  joinByHop(context);
  joinByRarity(context);
  joinRepeats(context);
  joinClearings(context);
  joinPowerShell(context);

  const later = new Map<number, { other: number; by: string }[]>();
  for (const { a, b, by } of pairs) {
    const [early, late] = a < b ? [a, b] : [b, a];
    const list = later.get(late);
    if (list === undefined) later.set(late, [{ other: early, by }]);
    else list.push({ other: early, by });
  }
  const union = new Union(units.length);
  const links: UnitLink[] = [];
  const mergedAt = new Map<number, number[]>();
  const latest = new Map<string, { unit: number; last: number }>();
  for (let i = 0; i < units.length; i++) {
    const { first, last } = units[i]!;
    const link = (other: number, kind: LinkKind, by: string, shownBy: readonly Happening[]): void => {
      const [a, b] = [union.find(other), union.find(i)];
      if (!union.join(a, b)) return;
      links.push({ kind, from: other, to: i, by, shownBy });
      // A unit that comes to an incident is no merger; two incidents that a unit brings together are.
      const [old, young] = [Math.min(a, b), Math.max(a, b)];
      if (young !== i) mergedAt.set(old, [...(mergedAt.get(old) ?? []), young, ...(mergedAt.get(young) ?? [])]);
    };
    for (const { other, by } of later.get(i) ?? []) link(other, 'ancestor', by, []);
    for (const anchor of inOrderOfKinds(anchors.of(i))) {
      const before = latest.get(anchor.key);
      if (before !== undefined && !(anchor.within !== undefined && !(first - before.last <= anchor.within)))
        link(before.unit, anchor.kind, anchor.by, anchor.shownBy ?? []);
      latest.set(anchor.key, { unit: i, last: before === undefined ? last : Math.max(before.last, last) });
    }
  }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < units.length; i++) {
    const root = union.find(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [i]);
    else group.push(i);
  }
  return { groups: [...groups.values()], links, merged: mergedAt };
}

const ORDER: readonly LinkKind[] = [
  'process',
  'ancestor',
  'injection',
  'hop',
  'service',
  'task',
  'run-key',
  'wmi',
  'script',
  'file',
  'session',
  'hash',
  'domain',
  'parent',
  'repeat',
  'subject',
  'near',
];

/** The strongest reason first: it is the one that is told. */
function inOrderOfKinds(anchors: Iterable<Anchor>): Anchor[] {
  return [...anchors].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
