import type { Anchor } from '../join/anchors.ts';
import type { Found } from '../join/hops.ts';
import { comparePlaces, type Place } from '../join/join.ts';
import type { Part } from '../join/part.ts';
import { Union } from '../join/union.ts';
import { Hops } from './hops.ts';
import { RareThings } from './rare.ts';

/** Units of one part that have something in common, directly or over others, whatever their times. */
interface Bunch {
  readonly part: Part;
  readonly units: readonly number[];
  /** What other parts may have in common with them: by themselves, and for what other parts are. */
  readonly own: ReadonlySet<string>;
  readonly across: Set<string>;
}

interface Held {
  readonly bunches: readonly Bunch[];
  /** Of each unit. */
  readonly of: readonly Bunch[];
}

/**
 * What the parts of all hosts have in common, kept up while parts are made anew: gives the units that may be joined otherwise
 * than before, so that the cost of joining grows with what changed and what hangs together with that.
 */
export class Net {
  readonly #held = new Map<Part, Held>();
  readonly #holders = new Map<string, Set<Bunch>>();
  readonly #touched = new Set<Bunch>();
  readonly #fresh = new Set<Part>();
  readonly #rare = new RareThings();
  readonly #hops = new Hops();

  /** A part in the place of an earlier one of the same hosts; undefined where there was, or is to be, none. */
  replace(old: Part | undefined, part: Part | undefined): void {
    if (old !== undefined) {
      for (const bunch of this.#held.get(old)!.bunches) {
        for (const key of bunch.own) this.#drop(key, bunch);
        for (const key of bunch.across) this.#drop(key, bunch);
        this.#touched.delete(bunch);
      }
      this.#held.delete(old);
      this.#fresh.delete(old);
      this.#rare.remove(old);
    }
    this.#hops.replace(old, part);
    if (part === undefined) return;
    this.#rare.add(part);
    const held = bunchesOf(part);
    this.#held.set(part, held);
    this.#fresh.add(part);
    for (const bunch of held.bunches) {
      this.#touched.add(bunch);
      for (const key of bunch.own) this.#hold(key, bunch);
    }
  }

  /** Sessions of other parts that a part opened, as {@link changed} told last. */
  hopsFrom(part: Part): Iterable<Found> {
    return this.#hops.from(part);
  }

  /** A unit that is to be looked at whatever changed. */
  touch(part: Part, unit: number): void {
    this.#touched.add(this.#held.get(part)!.of[unit]!);
  }

  #hold(key: string, bunch: Bunch): void {
    const list = this.#holders.get(key);
    if (list === undefined) this.#holders.set(key, new Set([bunch]));
    else list.add(bunch);
  }

  #drop(key: string, bunch: Bunch): void {
    const list = this.#holders.get(key);
    if (list === undefined) return;
    list.delete(bunch);
    if (list.size === 0) this.#holders.delete(key);
    for (const other of list) this.#touched.add(other);
  }

  /** In order: units that may be joined otherwise than when last asked, with all that hang together with them. */
  changed(): Place[] {
    for (const changed of [this.#rare.changed(), this.#hops.changed()])
      for (const part of changed) if (this.#held.has(part)) this.#fresh.add(part);
    for (const part of this.#fresh) this.#join(part);
    this.#fresh.clear();
    const reached = new Set(this.#touched);
    this.#touched.clear();
    // A set gives what is put into it while it is gone through.
    for (const { own, across } of reached)
      for (const keys of [own, across])
        for (const key of keys) for (const other of this.#holders.get(key) ?? []) reached.add(other);
    const places: Place[] = [];
    for (const { part, units } of reached)
      for (const i of units) places.push({ unit: part.context.units[i]!, part, i });
    return places.sort(comparePlaces);
  }

  /** Gives a part the anchors that depend on other parts. */
  #join(part: Part): void {
    const { bunches, of } = this.#held.get(part)!;
    for (const bunch of bunches) {
      for (const key of bunch.across) {
        this.#touched.add(bunch);
        if (!bunch.own.has(key)) this.#drop(key, bunch);
      }
      bunch.across.clear();
    }
    part.across.clear();
    const add = ([unit, anchor]: readonly [number, Anchor]): void => {
      part.across.add(unit, anchor);
      const bunch = of[unit]!;
      bunch.across.add(anchor.key);
      this.#touched.add(bunch);
      this.#hold(anchor.key, bunch);
    };
    for (const one of this.#rare.of(part)) add(one);
    for (const one of this.#hops.of(part)) add(one);
  }
}

function bunchesOf(part: Part): Held {
  const { units, anchors } = part.context;
  const union = new Union(units.length);
  const first = new Map<string, number>();
  for (const { a, b } of part.pairs) union.join(a, b);
  for (let i = 0; i < units.length; i++)
    for (const { key } of anchors.of(i)) {
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else union.join(other, i);
    }
  const byRoot = new Map<number, { units: number[]; own: Set<string> }>();
  const of: Bunch[] = [];
  const bunches: Bunch[] = [];
  for (let i = 0; i < units.length; i++) {
    const root = union.find(i);
    let made = byRoot.get(root);
    if (made === undefined) {
      made = { units: [], own: new Set() };
      byRoot.set(root, made);
      bunches.push({ part, ...made, across: new Set() });
    }
    made.units.push(i);
    for (const { wide, key } of anchors.of(i)) if (wide === true) made.own.add(key);
    of.push(i === root ? bunches.at(-1)! : of[root]!);
  }
  return { bunches, of };
}
