import type { Happening, LinkKind } from '../incident.ts';
import { compare } from '../text.ts';
import type { Anchor } from './anchors.ts';
import { joinByHop } from './hops.ts';
import type { Part } from './part.ts';
import { joinByRarity } from './rarity.ts';
import { Union } from './union.ts';
import { compareUnits, type Unit } from './unit.ts';

/** Why two units are one incident's: the later joins an earlier. */
export interface UnitLink {
  readonly kind: LinkKind;
  readonly from: number;
  readonly to: number;
  readonly by: string;
  readonly shownBy: readonly Happening[];
}

export interface Joined {
  /** By time. Groups and links name them by their place here. */
  readonly units: readonly Unit[];
  /** Units of each incident, in order. The first is the oldest: its content is the incident's id. */
  readonly groups: readonly (readonly number[])[];
  readonly links: readonly UnitLink[];
  /** By the first unit of a group: the first units of younger incidents that a link joined to it later. */
  readonly merged: ReadonlyMap<number, readonly number[]>;
}

/** Joins units, which are in the order of time: those of one part after those of the other. Linear in units and what they hold. */
export function join(parts: readonly Part[]): Joined {
  for (const { across } of parts) across.clear();
  joinByHop(parts);
  joinByRarity(parts);
  const places = parts.flatMap((part) => part.context.units.map((unit, i): Place => ({ unit, part, i })));
  return connect(parts.length < 2 ? places : places.sort(comparePlaces));
}

/** A unit of a part. */
export interface Place {
  readonly unit: Unit;
  readonly part: Part;
  readonly i: number;
}

export const comparePlaces = (a: Place, b: Place): number => compareUnits(a.unit, b.unit);

/** Joins units by the anchors of their parts. `places`: in order; all that hold an anchor, or none. */
export function connect(places: readonly Place[]): Joined {
  const units = places.map(({ unit }) => unit);
  const numbers = new Map<Part, Int32Array>();
  places.forEach(({ part, i }, n) => {
    let own = numbers.get(part);
    if (own === undefined) {
      own = new Int32Array(part.context.units.length).fill(-1);
      numbers.set(part, own);
    }
    own[i] = n;
  });
  const later = new Map<number, { other: number; by: string }[]>();
  for (const [part, own] of numbers) {
    for (const pair of part.pairs) {
      const [a, b] = [own[pair.a]!, own[pair.b]!];
      if (a < 0) continue;
      const [early, late] = a < b ? [a, b] : [b, a];
      const list = later.get(late);
      if (list === undefined) later.set(late, [{ other: early, by: pair.by }]);
      else list.push({ other: early, by: pair.by });
    }
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
    const { part, i: own } = places[i]!;
    for (const anchor of held(part, own)) {
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
  return { units, groups: [...groups.values()], links, merged: mergedAt };
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
  'sequence',
  'file',
  'session',
  'hash',
  'domain',
  'parent',
  'repeat',
  'subject',
  'near',
];

const PLACE = new Map(ORDER.map((kind, i) => [kind, i]));

/** Anchors of a unit, the strongest reason first: it is the one that is told. */
function held({ context, across }: Part, unit: number): readonly Anchor[] {
  const own = context.anchors.sorted(unit, byKind);
  const others = across.sorted(unit, byKindAndKey);
  return others.length === 0 ? own : own.length === 0 ? others : [...own, ...others].sort(byKind);
}
const byKind = (a: Anchor, b: Anchor): number => PLACE.get(a.kind)! - PLACE.get(b.kind)!;
/** In whatever order other parts came. */
const byKindAndKey = (a: Anchor, b: Anchor): number => byKind(a, b) || compare(a.key, b.key);
