import type { Anchor } from '../join/anchors.ts';
import { type Answers, answersOf, type Found, foundBy, type Offers, type Question, type Want } from '../join/hops.ts';
import type { Part } from '../join/part.ts';

/** A want of a part that is there. */
interface Asked {
  readonly want: Want;
  readonly part: Part;
  readonly answers: Map<Part, Answers>;
  found: Found | undefined;
}

const KINDS = ['connections', 'credentials', 'addressed', 'named', 'accounts'] as const satisfies (keyof Offers)[];

/** Who opened which session, kept up while parts come and go: what `joinByHop` finds out of all of them at once. */
export class Hops {
  /** The wants of each part, by key. */
  readonly #asked = new Map<Part, Map<string, Asked>>();
  readonly #byKey: Record<Question['of'], Map<string, Set<Asked>>> = {
    connections: new Map(),
    credentials: new Map(),
    addressed: new Map(),
    named: new Map(),
    accounts: new Map(),
  };
  /** Wants whose answer is of a part. */
  readonly #foundIn = new Map<Part, Set<Asked>>();
  readonly #moved = new Set<Asked>();
  readonly #changed = new Set<Part>();

  /** A part that stands for an earlier one of the same hosts, or for none; undefined when that goes for good. */
  replace(old: Part | undefined, part: Part | undefined): void {
    const before = old === undefined ? undefined : this.#remove(old);
    if (part !== undefined) this.#add(part, before, old);
  }

  #remove(part: Part): ReadonlyMap<string, Asked> {
    const own = this.#asked.get(part)!;
    this.#asked.delete(part);
    for (const asked of own.values()) {
      for (const { of, keys } of asked.want.asked)
        for (const key of keys) {
          const list = this.#byKey[of].get(key);
          list?.delete(asked);
          if (list?.size === 0) this.#byKey[of].delete(key);
        }
      this.#moved.delete(asked);
      this.#settle(asked, undefined);
    }
    this.#eachAskerOf(part, (asked) => {
      if (asked.answers.delete(part)) this.#moved.add(asked);
    });
    this.#changed.delete(part);
    return own;
  }

  #add(part: Part, before: ReadonlyMap<string, Asked> | undefined, old: Part | undefined): void {
    const own = new Map<string, Asked>();
    for (const want of part.wants) {
      const known = before?.get(want.key);
      const asked: Asked = { want, part, answers: new Map(), found: undefined };
      if (known !== undefined && asksTheSame(known.want, want)) {
        for (const [other, answers] of known.answers) if (other !== old) asked.answers.set(other, answers);
      } else
        for (const other of this.#asked.keys()) {
          const answers = answersOf(want, other);
          if (answers !== undefined) asked.answers.set(other, answers);
        }
      own.set(want.key, asked);
      this.#moved.add(asked);
      for (const { of, keys } of want.asked)
        for (const key of keys) {
          const list = this.#byKey[of].get(key);
          if (list === undefined) this.#byKey[of].set(key, new Set([asked]));
          else list.add(asked);
        }
    }
    this.#asked.set(part, own);
    this.#eachAskerOf(part, (asked) => {
      const answers = answersOf(asked.want, part);
      if (answers === undefined) return;
      asked.answers.set(part, answers);
      this.#moved.add(asked);
    });
  }

  /** Wants that ask for something that the part offers. */
  #eachAskerOf({ offers }: Part, take: (asked: Asked) => void): void {
    for (const kind of KINDS) {
      const [offered, wanted] = [offers[kind], this.#byKey[kind]];
      if (offered.size < wanted.size) {
        for (const key of offered.keys()) for (const asked of wanted.get(key) ?? []) take(asked);
      } else for (const [key, all] of wanted) if (offered.has(key)) for (const asked of all) take(asked);
    }
  }

  /** Parts of which a unit has another hop than when last asked. */
  changed(): Set<Part> {
    for (const asked of this.#moved) this.#settle(asked, foundBy(asked.want, asked.answers));
    this.#moved.clear();
    const changed = new Set(this.#changed);
    this.#changed.clear();
    return changed;
  }

  #settle(asked: Asked, found: Found | undefined): void {
    const before = asked.found;
    if (isSame(before, found)) return;
    if (before !== undefined) {
      const list = this.#foundIn.get(before.from)!;
      list.delete(asked);
      if (list.size === 0) this.#foundIn.delete(before.from);
    }
    asked.found = found;
    if (found !== undefined) {
      const list = this.#foundIn.get(found.from);
      if (list === undefined) this.#foundIn.set(found.from, new Set([asked]));
      else list.add(asked);
    }
    for (const one of [before, found]) if (one !== undefined) this.#changed.add(one.from);
    if (asked.want.units.length > 0) this.#changed.add(asked.part);
  }

  /** Hops that come from a part. */
  *from(part: Part): Iterable<Found> {
    for (const { found } of this.#foundIn.get(part) ?? []) yield found!;
  }

  /** What a part's units have of them. */
  *of(part: Part): Iterable<readonly [unit: number, anchor: Anchor]> {
    for (const { found } of this.#foundIn.get(part) ?? []) yield [found!.unit, found!.anchor];
    for (const { want, found } of this.#asked.get(part)?.values() ?? [])
      if (found !== undefined) for (const unit of want.units) yield [unit, found.anchor];
  }
}

function isSame(a: Found | undefined, b: Found | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.from !== b.from || a.unit !== b.unit) return false;
  const [x, y] = [a.anchor.shownBy![0]!, b.anchor.shownBy![0]!];
  return x.file === y.file && x.record === y.record && x.line === y.line && x.timeMs === y.timeMs;
}

/** Answers to one are answers to the other. */
function asksTheSame(a: Want, b: Want): boolean {
  if (a.atMs !== b.atMs || a.asked.length !== b.asked.length) return false;
  return a.asked.every(({ of, keys, except }, i) => {
    const other = b.asked[i]!;
    return of === other.of && except === other.except && keys.join('\n') === other.keys.join('\n');
  });
}
