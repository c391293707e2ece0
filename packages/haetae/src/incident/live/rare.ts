import type { Anchor } from '../join/anchors.ts';
import type { Part } from '../join/part.ts';
import { domainAnchor, type Held, hashAnchor, isRareDomain, isRareHash } from '../join/rarity.ts';

/** What all parts together have of one hash or domain. */
interface Tally {
  nodes: number;
  /** Parts in which it is a program's that is installed. */
  common: number;
  rare: boolean;
  /** Parts that have findings about it. */
  readonly holders: Set<Part>;
}

/** Which hashes and domains are rare, kept up while parts come and go: what `joinByRarity` finds out of all of them at once. */
export class RareThings {
  readonly #hashes = new Tallies((_, { nodes, common }) => isRareHash(nodes, common));
  readonly #domains = new Tallies((name, { nodes }) => isRareDomain(name, nodes, this.#names));
  /** Names of hosts and domains, by how many parts have them. */
  readonly #names = new Map<string, number>();
  #otherNames = false;

  add(part: Part): void {
    this.#move(part, 1);
  }
  remove(part: Part): void {
    this.#move(part, -1);
  }

  #move(part: Part, by: 1 | -1): void {
    const { hashes, domains, names } = part.rare;
    for (const [hash, held] of hashes) this.#hashes.move(hash, part, held, held.common ? by : 0, by);
    for (const [name, held] of domains) this.#domains.move(name, part, held, 0, by);
    for (const name of names) {
      const count = (this.#names.get(name) ?? 0) + by;
      if (count === 0) this.#names.delete(name);
      else this.#names.set(name, count);
      if (count === 0 || (count === 1 && by === 1)) this.#otherNames = true;
    }
  }

  /** Parts that hold something that became rare, or is so no more, since last asked. */
  changed(): Set<Part> {
    if (this.#otherNames) this.#domains.touchAll();
    this.#otherNames = false;
    const changed = new Set<Part>();
    this.#hashes.settle(changed);
    this.#domains.settle(changed);
    return changed;
  }

  /** What a part's units have of it. */
  *of({ rare }: Part): Iterable<readonly [unit: number, anchor: Anchor]> {
    for (const [hash, { units }] of rare.hashes)
      if (units.length > 0 && this.#hashes.isRare(hash)) for (const unit of units) yield [unit, hashAnchor(hash)];
    for (const [name, { units }] of rare.domains)
      if (units.length > 0 && this.#domains.isRare(name)) for (const unit of units) yield [unit, domainAnchor(name)];
  }
}

class Tallies {
  readonly #all = new Map<string, Tally>();
  readonly #touched = new Set<string>();
  readonly #decide: (name: string, tally: Tally) => boolean;

  constructor(decide: (name: string, tally: Tally) => boolean) {
    this.#decide = decide;
  }

  isRare(name: string): boolean {
    return this.#all.get(name)?.rare === true;
  }

  move(name: string, part: Part, { nodes, units }: Held, common: number, by: 1 | -1): void {
    let tally = this.#all.get(name);
    if (tally === undefined) {
      tally = { nodes: 0, common: 0, rare: false, holders: new Set() };
      this.#all.set(name, tally);
    }
    tally.nodes += by * nodes;
    tally.common += common;
    if (units.length > 0)
      if (by === 1) tally.holders.add(part);
      else tally.holders.delete(part);
    if (tally.nodes === 0) this.#all.delete(name);
    else this.#touched.add(name);
  }

  touchAll(): void {
    for (const [name, { holders }] of this.#all) if (holders.size > 0) this.#touched.add(name);
  }

  settle(changed: Set<Part>): void {
    for (const name of this.#touched) {
      const tally = this.#all.get(name);
      if (tally === undefined) continue;
      const rare = this.#decide(name, tally);
      if (rare === tally.rare) continue;
      tally.rare = rare;
      for (const part of tally.holders) changed.add(part);
    }
    this.#touched.clear();
  }
}
