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
}

/** Anchors by the number of the unit that holds them. */
export class Anchors {
  readonly #of = new Map<number, Map<string, Anchor>>();

  add(unit: number, anchor: Anchor): void {
    let held = this.#of.get(unit);
    if (held === undefined) {
      held = new Map();
      this.#of.set(unit, held);
    }
    if (!held.has(anchor.key)) held.set(anchor.key, anchor);
  }

  clear(): void {
    this.#of.clear();
  }

  of(unit: number): Iterable<Anchor> {
    return this.#of.get(unit)?.values() ?? [];
  }
}
