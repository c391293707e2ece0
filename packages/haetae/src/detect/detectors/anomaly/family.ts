import type { Event } from '@haetae/event';
import type { Localised } from '../../unusual.ts';
import { memo } from './memo.ts';
import type { PathFacts } from './paths.ts';
import type { TextMeasures } from './text.ts';

/** What a family's `read` may ask; made once a thread. */
export interface Reader {
  path(text: string | undefined): PathFacts;
  /** Overwritten by the next call. */
  measure(text: string): TextMeasures;
  /** Hash of a text as it is but for case; 0 for none. */
  word(text: string | undefined): number;
  /** Hash of a text's shape: digits and GUIDs left aside; 0 for none. */
  shape(text: string | undefined): number;
  /** Hash of the local hour of a working day or of a weekend; 0 where the time is not told. */
  hour(event: Event): number;
  /** Writes {@link TOKENS} hashes of words of a text from `at` on; 0 where it has fewer. Returns where they end. */
  tokens(text: string, out: Float64Array, at: number): number;
}

/** Words kept of a text: those with the least hashes, so that every text keeps the same ones of those it shares. */
export const TOKENS = 8;

/** Something an event names, as a hash: rarity is counted over keys and pairs of them. */
export interface Key {
  readonly id: string;
  /** Fields that may tell it, the first that an event has; shown beside a value. */
  readonly fields: readonly string[];
  /** `name`: the last part of a path is shown. */
  readonly show?: 'name';
}

interface FeatureFacts {
  readonly id: string;
  readonly name: Localised;
  /** Of the value, as {@link ScorePart.unit}. */
  readonly unit: string;
  /** Why an analyst should care. */
  readonly reason: string;
}

/** One column of what the forest sees. Its value is made when all rows are gathered. */
export type Feature = FeatureFacts &
  (
    | {
        /** A number that the event itself tells; `log` splits its logarithm, for values of any magnitude. */
        readonly kind: 'number';
        readonly source: readonly string[];
        readonly log?: true;
        /** The unusual end of what can be said beforehand: 1 of a flag, the highest rank. */
        readonly most?: number;
      }
    | {
        /** −log2 of the share of the family's events, on one host or all, that have the same keys. Missing where a key is. */
        readonly kind: 'rarity';
        readonly of: readonly string[];
        readonly on: 'host' | 'fleet';
      }
    /** How many hosts have the same key. */
    | { readonly kind: 'hosts'; readonly of: string }
    /** How many different `of` one `per` has on one host. */
    | { readonly kind: 'variety'; readonly of: string; readonly per: string }
    /** Events of the same `per` on the same host in the minute of the row's first event. */
    | { readonly kind: 'pace'; readonly per: string }
    /** Mean rarity of the three rarest words. */
    | { readonly kind: 'words'; readonly source: readonly string[] }
  );

/** A kind of events that are compared with each other, what is read of them and what is made of it. */
export interface Family {
  readonly id: string;
  readonly name: Localised;
  /** Channels in lower case, with event ids. */
  readonly kinds: readonly (readonly [channel: string, ids: readonly number[]])[];
  /** Ids of the features of kind `number`, in the order in which `read` writes them. */
  readonly numbers: readonly string[];
  /** In the order in which `read` writes them, behind the numbers. */
  readonly keys: readonly Key[];
  /** Whether `read` writes {@link TOKENS} hashes of words behind the keys. */
  readonly words: boolean;
  readonly features: readonly Feature[];
  /** Writes an event's numbers (NaN: not told), keys (0: not told) and words from `at` on. False: there is nothing to compare. */
  read(event: Event, reader: Reader, out: Float64Array, at: number): boolean;
}

export const valuesOf = ({ numbers, keys, words }: Family): number =>
  numbers.length + keys.length + (words ? TOKENS : 0);

export const SYSMON = 'microsoft-windows-sysmon/operational';
export const SECURITY = 'security';

/** The value where it is one: Sysmon writes `-` for none. */
export const told = (text: string | undefined): string | undefined => (text === '-' || text === '' ? undefined : text);

/** A number with two digits that count, so that what differs by chance alone is equal. */
export function twoDigits(n: number): number {
  if (n < 100) return Math.round(n);
  const scale = 10 ** (Math.floor(Math.log10(n)) - 1);
  return Math.round(n / scale) * scale;
}

/** The family of a kind of events, −1 for none; fast for the runs of equal kinds that logs consist of. */
export function familyRoutes(families: readonly Family[]): (channel: string, eventId: number) => number {
  const byChannel = new Map<string, Map<number, number>>();
  families.forEach((family, i) => {
    for (const [channel, ids] of family.kinds) {
      const known = byChannel.get(channel) ?? new Map<number, number>();
      byChannel.set(channel, known);
      for (const id of ids) known.set(id, i);
    }
  });
  const none = new Map<number, number>();
  const asWritten = memo((channel) => byChannel.get(channel.toLowerCase()) ?? none, 1000);
  return (channel, eventId) => asWritten(channel).get(eventId) ?? -1;
}
