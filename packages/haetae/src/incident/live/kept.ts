import { type Said, statementOf } from '../join/said.ts';
import { LEVEL_ORDER } from '../story/deed.ts';
import { compareTimes, told } from '../text.ts';
import type { Member } from './ids.ts';

/** Findings of one statement about one process, or subject, that are looked at one by one; more are counted. */
const MOST_SAME = 32;
/** Findings of one rule on a host that are kept; the oldest go. */
const MOST_OF_RULE = 128;
/** Findings of a host that are kept; and, while all hosts together have too many, how few one may come down to. */
const MOST = 600;
const LEAST = 64;
/** Of what a host has, so much is left by each look at it while there are too many. */
const SHARE_LEFT = 0.9;
/** How many of so many that is, and no fewer than `least`. */
export const fewerOf = (size: number, least: number): number => Math.max(least, Math.floor(size * SHARE_LEFT));
/** Ids of counted findings that wait to be told of. */
const MOST_WAITING = 1000;

/** A finding that is kept to be joined, with those after it that say the same and are only counted. */
export interface Kept extends Member {
  readonly said: Said;
  count: number;
  lastMs: number;
  /** Those two as the part was made of them. */
  built: { readonly count: number; readonly lastMs: number };
  /** Ids of those counted that nobody was told of. */
  waiting: number[];
}

const NOTHING = { count: 0, lastMs: 0 };

/** The findings of a host. Bounded. */
export class Findings {
  #all: Kept[] = [];
  #same = new Map<string, Kept[]>();
  /** Those that are kept no more, those that are only counted, and those of which nobody was told. */
  readonly counts = { dropped: 0, folded: 0, untold: 0 };

  get size(): number {
    return this.#all.length;
  }

  /** As they came. */
  get all(): readonly Kept[] {
    return this.#all;
  }

  /** False where it is only counted. */
  add(said: Said, id: number): boolean {
    const key = keyOf(said);
    const same = this.#same.get(key);
    const last = same?.at(-1);
    if (same !== undefined && last !== undefined && same.length >= MOST_SAME) {
      last.count++;
      last.lastMs = Math.max(last.lastMs, said.timeMs);
      this.counts.folded++;
      if (last.waiting.length < MOST_WAITING) last.waiting.push(id);
      else this.counts.untold++;
      return false;
    }
    const kept = { said, id, toldIn: '', count: 0, lastMs: said.timeMs, built: NOTHING, waiting: [] };
    this.#all.push(kept);
    if (same === undefined) this.#same.set(key, [kept]);
    else same.push(kept);
    return true;
  }

  /** A part is made of them. */
  settle(): void {
    for (const kept of this.#all) {
      const { count, lastMs, built } = kept;
      if (count !== built.count) kept.built = { count, lastMs };
    }
  }

  /** The first so many as they came, in the order of time. */
  inOrder(count: number): Kept[] {
    return this.#all
      .slice(0, count)
      .sort((a, b) => compareTimes(told(a.said.timeMs), told(b.said.timeMs)) || a.id - b.id);
  }

  /**
   * Drops what is older than a time, save what `isOpen` says, the oldest of what is too much of a rule, and of what is too many the
   * lowest levels first; of these what is in no incident, then the oldest. Gives those that went. The first `seen` were looked at:
   * none of the others goes. `scarce`: all hosts together have too many.
   */
  forget(beforeMs: number, isOpen: (kept: Kept) => boolean, seen: number, scarce: boolean): Kept[] {
    const gone = new Set<Kept>();
    const byRule = new Map<string, Kept[]>();
    const rest: Kept[] = [];
    for (const kept of this.inOrder(seen)) {
      if (kept.lastMs < beforeMs && !isOpen(kept)) {
        gone.add(kept);
        continue;
      }
      rest.push(kept);
      const rule = statementOf(kept.said);
      const list = byRule.get(rule);
      if (list === undefined) byRule.set(rule, [kept]);
      else list.push(kept);
    }
    for (const list of byRule.values())
      for (const kept of list.slice(0, Math.max(0, list.length - MOST_OF_RULE))) gone.add(kept);
    const most = scarce ? fewerOf(this.size, LEAST) : MOST;
    const over = this.size - gone.size - Math.min(most, MOST);
    if (over > 0) {
      const left = rest.filter((kept) => !gone.has(kept)).sort((a, b) => worth(a) - worth(b));
      for (const kept of left.slice(0, over)) gone.add(kept);
    }
    if (gone.size === 0) return [];
    for (const { count } of gone) this.counts.dropped += 1 + count;
    this.restore(this.#all.filter((kept) => !gone.has(kept)));
    return [...gone];
  }

  restore(all: readonly Kept[]): void {
    this.#all = [...all];
    this.#same = new Map();
    for (const kept of all) {
      const key = keyOf(kept.said);
      const same = this.#same.get(key);
      if (same === undefined) this.#same.set(key, [kept]);
      else same.push(kept);
    }
  }
}

function keyOf(said: Said): string {
  const { guid, pid, image } = said.subject;
  const who = guid === '' ? `${pid} ${image}` : guid;
  return `${said.detector}|${statementOf(said)}|${said.computer}|${who}|${said.about}|${said.object}`;
}

/** Of two that are worth the same the older one goes first: sorting keeps their order. */
const worth = ({ said, toldIn }: Kept): number => 2 * LEVEL_ORDER.indexOf(said.level) + Number(toldIn !== '');
