import { createHash } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import type { Json } from './accounts.ts';

/** Something that somebody did, told by the server. */
export interface AuditRecord {
  readonly timeMs: UnixMs;
  /** Id of the user or token, `system`, or '' where nobody was known (a refused login). */
  readonly actor: string;
  /** The actor's name as it was then. */
  readonly actorName: string;
  /** A verb with its object's kind: `user.create`, `login.refused` … */
  readonly action: string;
  /** Id of what it was done to; '' for none. */
  readonly object: string;
  /** Where it came from. */
  readonly address: string;
  readonly detail: Json;
}

/** A record in its place: each hash covers the record and the hash before it. */
export interface AuditEntry extends AuditRecord {
  /** 1, 2, 3 … without a gap. */
  readonly number: number;
  /** SHA-256 in hex of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
}

export interface AuditQuery {
  readonly fromMs?: UnixMs;
  /** Exclusive. */
  readonly toMs?: UnixMs;
  readonly actor?: string;
  /** The whole action or, ending on `.`, its beginning. */
  readonly action?: string;
  readonly object?: string;
  /** Entries below this number, for the next page. */
  readonly before?: number;
  readonly limit: number;
}

/** The newest entry: written down elsewhere, it proves later that nothing before it was changed or cut off. */
export interface AuditHead {
  readonly number: number;
  readonly hash: string;
}

export type AuditVerdict =
  | { readonly kind: 'whole'; readonly head: AuditHead }
  /** `number` is the first entry that is not as it was written, or is not there. */
  | { readonly kind: 'broken'; readonly number: number; readonly reason: AuditBreak };
export type AuditBreak = 'changed' | 'missing' | 'cut-off' | 'not-the-head';

export interface Audit {
  append(record: AuditRecord): Promise<AuditEntry>;
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
  head(): Promise<AuditHead>;
  /** Reads every entry. With `known`, a head that was written down, also that the log still holds it. */
  verify(known?: AuditHead): Promise<AuditVerdict>;
}

export const NO_ENTRY: AuditHead = { number: 0, hash: '0'.repeat(64) };

/** SHA-256 in hex over the entry before and all that the record says, as JSON in a fixed order. */
export function auditHash(number: number, previous: string, record: AuditRecord): string {
  const { timeMs, actor, actorName, action, object, address, detail } = record;
  const text = JSON.stringify([number, previous, timeMs, actor, actorName, action, object, address, sorted(detail)]);
  return createHash('sha256').update(text).digest('hex');
}

/** Members in order of name, so that a database that keeps JSON in its own order gives the same hash. */
function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const object = value as { readonly [name: string]: Json };
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((name) => [name, sorted(object[name]!)]),
  );
}

/** Follows the chain through entries in order of number, a stretch at a time. */
export class AuditChain {
  #head: AuditHead = NO_ENTRY;

  get head(): AuditHead {
    return this.#head;
  }

  /** The first entry of the stretch that does not follow, undefined when all do. */
  follow(entries: Iterable<AuditEntry>): AuditVerdict | undefined {
    for (const entry of entries) {
      const number = this.#head.number + 1;
      if (entry.number !== number) return { kind: 'broken', number, reason: 'missing' };
      const holds = entry.previous === this.#head.hash && auditHash(number, entry.previous, entry) === entry.hash;
      if (!holds) return { kind: 'broken', number, reason: 'changed' };
      this.#head = { number, hash: entry.hash };
    }
    return undefined;
  }
}
