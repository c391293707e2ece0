import type { Event } from '@haetae/event';
import type { ActKind, TracedAct } from './trace.ts';

/** Different acts of one kind kept for one process. */
export const KEPT_ACTS = 60;
/** Characters kept of a text. */
export const KEPT_TEXT = 4096;

/**
 * A text that keeps nothing else in memory: a value may be a slice of the line or the record that it was read from.
 */
export function own(text: string | undefined, most = KEPT_TEXT): string {
  if (text === undefined) return '';
  const cut = text.length > most ? text.slice(0, most) : text;
  return cut.length < 13 ? cut : ` ${cut}`.slice(1);
}

/** The record or the line. */
export const placeOf = ({ position }: Event): number => (position.kind === 'record' ? position.record : position.line);

/**
 * The acts of one kind of one process (or host), each once with its count. At most {@link KEPT_ACTS}, the earliest: so parts
 * of a file, put together, keep what the whole file would.
 */
export class ActList {
  readonly #known = new Map<string, TracedAct>();
  readonly #most: number;
  /** Events that are not among the acts. */
  more = 0;
  #latest: TracedAct | undefined;

  constructor(most = KEPT_ACTS) {
    this.#most = most;
  }

  /** True when the act was known, and is counted. Otherwise the caller makes and {@link add | adds} it, unless {@link full}. */
  count(key: string, event: Event): boolean {
    const act = this.#known.get(key);
    if (act === undefined) return false;
    // Acts are told, and change no more: what is counted takes their place.
    const earlier = event.timeMs < act.timeMs;
    const { timeMs, at } = earlier ? { timeMs: event.timeMs, at: placeOf(event) } : act;
    const counted = { ...act, timeMs, at, count: act.count + 1 };
    this.#known.set(key, counted);
    if (earlier) this.#latest = undefined;
    else if (this.#latest === act) this.#latest = counted;
    return true;
  }

  /** Whether an act of this time has no place; it is then counted as one more. */
  full(timeMs: number): boolean {
    if (this.#known.size < this.#most) return false;
    if (timeMs < this.#last().timeMs) return false;
    this.more++;
    return true;
  }

  add(key: string, act: TracedAct): void {
    if (this.#known.size >= this.#most) {
      const last = this.#last();
      this.more += last.count;
      for (const [name, known] of this.#known) if (known === last) this.#known.delete(name);
    }
    this.#known.set(key, act);
    if (this.#latest !== undefined && later(act, this.#latest)) this.#latest = act;
    else if (this.#known.size >= this.#most) this.#latest = undefined;
  }

  acts(): Iterable<TracedAct> {
    return this.#known.values();
  }

  get size(): number {
    return this.#known.size;
  }

  /** Drops those of some that were counted no further since they were told. How many went. */
  forget(acts: ReadonlySet<TracedAct>): number {
    const before = this.#known.size;
    for (const [key, act] of this.#known) if (acts.has(act)) this.#known.delete(key);
    const gone = before - this.#known.size;
    if (gone > 0) this.#latest = undefined;
    return gone;
  }

  save(): SavedList {
    const keys: (string | null)[] = [];
    for (const [key, { what }] of this.#known) keys.push(key === what ? null : key);
    return { most: this.#most, more: this.more, keys, acts: [...this.#known.values()] };
  }

  static restore({ most, more, keys, acts }: SavedList): ActList {
    const list = new ActList(most);
    list.more = more;
    acts.forEach((act, i) => {
      list.#known.set(keys[i] ?? act.what, act);
    });
    return list;
  }

  #last(): TracedAct {
    if (this.#latest === undefined) {
      for (const act of this.#known.values())
        if (this.#latest === undefined || later(act, this.#latest)) this.#latest = act;
    }
    return this.#latest!;
  }
}

/** Plain data. */
export interface SavedList {
  readonly most: number;
  readonly more: number;
  /** Of the acts; null where it is what was done. */
  readonly keys: readonly (string | null)[];
  readonly acts: readonly TracedAct[];
}
export type SavedLists = readonly (readonly [kind: ActKind, list: SavedList])[];

export const saveLists = (lists: ReadonlyMap<ActKind, ActList>): SavedLists =>
  [...lists].map(([kind, list]) => [kind, list.save()]);
export const restoreLists = (saved: SavedLists): (readonly [ActKind, ActList])[] =>
  saved.map(([kind, list]) => [kind, ActList.restore(list)]);

const later = (a: TracedAct, b: TracedAct): boolean => a.timeMs > b.timeMs || (a.timeMs === b.timeMs && a.at > b.at);
