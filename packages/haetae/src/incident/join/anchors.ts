import type { Happening, LinkKind } from '../incident.ts';

/** Something that findings can have in common; those that hold one anchor are joined. */
export interface Anchor {
  readonly key: string;
  readonly kind: LinkKind;
  /** As {@link Link.by} says it. */
  readonly by: string;
  /** Joins only within this many milliseconds; absent: however far apart. */
  readonly within?: number;
  readonly shownBy?: readonly Happening[];
  /** Findings of other hosts may hold it too. */
  readonly wide?: true;
}

/** Anchors by the number of the unit that holds them. */
export class Anchors {
  readonly #of = new Map<number, Map<string, Anchor>>();
  /** As they were asked for last; of those to which none came since. */
  readonly #sorted = new Map<number, readonly Anchor[]>();

  add(unit: number, anchor: Anchor): void {
    let held = this.#of.get(unit);
    if (held === undefined) {
      held = new Map();
      this.#of.set(unit, held);
    }
    if (held.has(anchor.key)) return;
    held.set(anchor.key, anchor);
    this.#sorted.delete(unit);
  }

  clear(): void {
    this.#of.clear();
    this.#sorted.clear();
  }

  /** Of a unit, in any order. */
  of(unit: number): Iterable<Anchor> {
    return this.#of.get(unit)?.values() ?? NONE;
  }

  /** In an order, which is always the same one; of equal ones, as they came. */
  sorted(unit: number, compare: (a: Anchor, b: Anchor) => number): readonly Anchor[] {
    const known = this.#sorted.get(unit);
    if (known !== undefined) return known;
    const held = this.#of.get(unit);
    if (held === undefined) return NONE;
    const sorted = [...held.values()].sort(compare);
    this.#sorted.set(unit, sorted);
    return sorted;
  }
}

const NONE: readonly Anchor[] = [];
