import type { FieldMapping } from '../mapping.ts';
import type { Predicate } from '../predicate.ts';
import type { EventView } from '../view.ts';
import type { Ways } from './group.ts';
import { isAscii, lookupOf } from './literals.ts';

export interface KeywordLimits {
  /** Events looked at before the words to search for are chosen. */
  readonly samples: number;
  /** Shorter texts are names, not events. */
  readonly shortestSample: number;
}

const LIMITS: KeywordLimits = { samples: 64, shortestSample: 200 };
const LONGEST_SAMPLE = 8192;
const ESCAPE = '\\u00';
const SHORTEST = 2;
const LONGEST = 8;
const MOST_WORDS = 6;

/** Letters that no number, however it is written, holds (`Infinity`, `1e5`); and characters that JSON does not escape. */
const TELLING = /[a-dghj-mo-su-xz:]/;
const ESCAPED = /[^a-z0-9 .:;,_@#$%&()=+*?|~^[\]-]+/;
/** Characters beyond ASCII whose lower case is not: K is k, İ is i with a dot. */
const TURNING = /[\u0130\u212a]/;

/**
 * Tells cheaply that no keyword of a group stands in an event. Keywords look at every value of every event, so the values are
 * not even read: a few short stretches of letters, one of which every keyword holds, are sought in the event's own text. They
 * are chosen to be rare in the first events seen.
 */
export class KeywordFilter {
  /** Stretches of letters by keyword; undefined where a keyword has none that could be sought. */
  readonly #keywords: readonly (readonly string[])[] | undefined;
  readonly #limits: KeywordLimits;
  #samples: string[] = [];
  #words: readonly string[] | undefined;
  #pattern: RegExp | undefined;
  readonly #whole: RegExp;
  readonly #wholeWords: readonly string[];

  constructor(predicates: readonly Predicate[], limits: KeywordLimits = LIMITS) {
    this.#limits = limits;
    const literals = predicates.map(literalOf);
    this.#keywords = literals.every((l) => l !== undefined) ? literals.map(stretches) : undefined;
    if (this.#keywords?.some((s) => s.length === 0)) this.#keywords = undefined;
    this.#wholeWords = [...literals.map((l) => longestStretch(l ?? '')), ESCAPE];
    this.#whole = anyOf(this.#wholeWords);
  }

  /** Whether some keyword may stand in a value of the event. */
  mayHold(view: EventView, ways: Ways, mapping: FieldMapping | undefined): boolean {
    if (this.#keywords === undefined) return true;
    // Of what the few short stretches let through, the whole keywords let through hardly any.
    if (view.mentions !== undefined && this.#words !== undefined)
      if (!view.mentions(this.#words) || !view.mentions(this.#wholeWords)) return false;
    const texts = view.texts?.();
    if (texts === undefined) return this.#mayStandIn(ways.by(mapping).all().join('\n'));
    for (let i = 0; i < texts.length; i++) if (this.#mayStandIn(texts[i]!)) return true;
    return false;
  }

  #mayStandIn(text: string): boolean {
    this.#pattern ??= this.#learn(text);
    if (this.#pattern === undefined) return true;
    if (!this.#pattern.test(text)) return TURNING.test(text);
    // Of what a short stretch lets through, the whole keywords let through hardly any.
    return this.#whole.test(text) || TURNING.test(text);
  }

  /** undefined while samples are gathered: every event is then looked at in full. */
  #learn(text: string): RegExp | undefined {
    if (text.length < this.#limits.shortestSample) return undefined;
    this.#samples.push(text.toLowerCase().slice(0, LONGEST_SAMPLE));
    if (this.#samples.length < this.#limits.samples) return undefined;
    const words = chosen(this.#keywords!, this.#samples);
    this.#samples = [];
    // An escaped letter stands under another name.
    this.#words = [...words, ESCAPE];
    return anyOf(this.#words);
  }
}

const anyOf = (words: readonly string[]): RegExp =>
  new RegExp(words.map((w) => w.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'i');

export type KeywordFilters = (predicates: readonly Predicate[]) => KeywordFilter;

/** Filters by what they seek: the groups of most kinds of events have the same keywords, and learn from each other's events. */
export function keywordFilters(): KeywordFilters {
  const numbers = new Map<Predicate, number>();
  const known = new Map<string, KeywordFilter>();
  return (predicates) => {
    const own = predicates.map((p) => {
      const number = numbers.get(p) ?? numbers.size;
      numbers.set(p, number);
      return number;
    });
    const key = own.sort((a, b) => a - b).join();
    const filter = known.get(key) ?? new KeywordFilter(predicates);
    known.set(key, filter);
    return filter;
  };
}

/** A literal that stands wherever the keyword holds. */
function literalOf(predicate: Predicate): string | undefined {
  const lookup = lookupOf(predicate.value);
  let texts: readonly string[] = [];
  if (lookup.kind === 'exact' && !lookup.beyond) texts = lookup.literals.map((l) => l.text);
  else if (lookup.kind === 'needs' && !lookup.beyond) texts = lookup.literals;
  return texts.length === 1 && isAscii(texts[0]!) ? texts[0] : undefined;
}

function stretches(literal: string): string[] {
  const found = new Set<string>();
  for (let length = SHORTEST; length <= LONGEST; length++)
    for (let i = 0; i + length <= literal.length; i++) {
      const part = literal.slice(i, i + length);
      if (!ESCAPED.test(part) && TELLING.test(part)) found.add(part);
    }
  return [...found];
}

/** The longest stretch that stands in a text as it stands in the keyword. */
function longestStretch(literal: string): string {
  const parts = literal.split(ESCAPED).filter((part) => TELLING.test(part));
  return parts.reduce((a, b) => (b.length > a.length ? b : a), '');
}

/** Few and rare stretches, so that every keyword holds one of them. */
function chosen(keywords: readonly (readonly string[])[], samples: readonly string[]): string[] {
  const covers = new Map<string, Set<number>>();
  keywords.forEach((parts, k) => {
    for (const part of parts) {
      const set = covers.get(part);
      if (set === undefined) covers.set(part, new Set([k]));
      else set.add(k);
    }
  });
  const frequency = new Map<string, number>();
  const seen = (part: string): number => {
    let n = frequency.get(part);
    if (n === undefined) {
      n = samples.reduce((sum, text) => sum + (text.includes(part) ? 1 : 0), 0) / samples.length;
      frequency.set(part, n);
    }
    return n;
  };
  const open = new Set(keywords.keys());
  const words: string[] = [];
  while (open.size > 0) {
    let best = '';
    let most = -1;
    for (const [part, of] of covers) {
      let fresh = 0;
      for (const k of of) if (open.has(k)) fresh++;
      if (fresh === 0 || fresh + LONGEST / 100 <= most) continue;
      // Past a handful of words it is the number of words that costs.
      const worth = words.length >= MOST_WORDS ? fresh : fresh / (1 + 40 * seen(part)) + part.length / 100;
      if (worth > most) {
        most = worth;
        best = part;
      }
    }
    words.push(best);
    for (const k of covers.get(best)!) open.delete(k);
  }
  // A word that was taken late may make earlier ones needless; the most frequent go first.
  const needed = new Set(words.sort((a, b) => seen(b) - seen(a)));
  for (const word of words) {
    needed.delete(word);
    const covered = (k: number): boolean => [...needed].some((other) => covers.get(other)!.has(k));
    if (![...covers.get(word)!].every(covered)) needed.add(word);
  }
  return [...needed];
}
