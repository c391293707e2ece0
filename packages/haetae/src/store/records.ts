import type { UnixMs } from '@haetae/event';
import type { Json } from './accounts.ts';
import type { EntityRow } from './commit.ts';

/** A thing that people or the server keep: found by id, changed by whoever read it last. */
export interface Kept {
  readonly id: string;
  /** 1 for a new one; rises with every change. */
  readonly version: number;
  readonly createdMs: UnixMs;
  readonly createdBy: string;
  readonly updatedMs: UnixMs;
  readonly updatedBy: string;
}

/** What is known and accepted, so that it is no finding. */
export interface StoredException extends Kept {
  readonly title: string;
  readonly enabled: boolean;
  /** null for all rules. */
  readonly ruleId: string | null;
  readonly expiresMs: UnixMs | null;
  readonly body: Json;
}
/** What people set a rule to; `id` is the rule's. */
export interface RuleState extends Kept {
  readonly enabled: boolean;
  /** In place of the rule's own level; null for none. */
  readonly level: string | null;
  readonly note: string;
}
/** One message to people or a ticket system. */
export interface Delivery extends Kept {
  readonly incidentId: string | null;
  readonly channel: string;
  readonly state: 'waiting' | 'sent' | 'failed' | 'given-up';
  readonly attempts: number;
  /** When to try again; null when it is settled. */
  readonly nextMs: UnixMs | null;
  readonly error: string;
  readonly body: Json;
}
/** How far something that goes on has come: its owner's own words, found again after a crash. */
export interface Mark extends Kept {
  readonly body: Json;
}
export interface ResponseAction extends Kept {
  readonly incidentId: string;
  readonly action: string;
  readonly host: string;
  readonly state: 'proposed' | 'approved' | 'rejected' | 'running' | 'done' | 'failed' | 'undone' | 'expired';
  readonly approvedBy: string | null;
  readonly plan: Json;
  readonly outcome: Json;
}
export interface SavedSearch extends Kept {
  readonly name: string;
  readonly owner: string;
  /** Others see it too. */
  readonly shared: boolean;
  readonly query: Json;
}

/** Rules that were held against what is stored; what they found stands in {@link HuntHits}. */
export interface StoredHunt extends Kept {
  readonly name: string;
  /** `rescan`: the rules that are loaded, for what was missed; `rule` is then ''. */
  readonly kind: 'hunt' | 'rescan';
  readonly rule: string;
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Events looked at, and in all. */
  readonly scanned: number;
  readonly total: number;
  readonly hits: number;
  /** Hits that no finding said. */
  readonly fresh: number;
  /** Hits that can be read; the others were only counted. */
  readonly kept: number;
  readonly endedMs: number | null;
  readonly error: string | null;
}
export interface HuntHit {
  readonly huntId: string;
  /** 1, 2, 3 … in order of time. */
  readonly number: number;
  readonly timeMs: UnixMs;
  readonly host: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly fresh: boolean;
  readonly eventIds: readonly number[];
  /** The finding, as its detector makes it. */
  readonly body: Json;
}
export interface HuntHits {
  add(hits: readonly HuntHit[]): Promise<void>;
  /** In order; `after`: behind this number. */
  list(query: {
    readonly huntId: string;
    readonly fresh?: boolean;
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly HuntHit[]>;
}

/** Members by which a book's things can be asked for: each is equal, or one of several. */
export type Wanted<T> = {
  readonly [K in keyof T]?: T[K] extends string | number | boolean | null ? T[K] | readonly NonNullable<T[K]>[] : never;
};
export type Fresh<T extends Kept> = Omit<T, 'version' | 'updatedMs' | 'updatedBy'>;
export type Changed<T extends Kept> = Partial<Omit<T, keyof Kept>>;

export interface Book<T extends Kept> {
  /** Throws `taken`. */
  create(thing: Fresh<T>): Promise<T>;
  /** Many at once; gives those that were not there already. */
  createAll(things: readonly Fresh<T>[]): Promise<readonly T[]>;
  get(id: string): Promise<T | undefined>;
  /** In order of creation. */
  list(wanted?: Wanted<T>): Promise<readonly T[]>;
  /** Throws `missing`, and `conflict` when it is no longer at `version`. */
  update(id: string, version: number, change: Changed<T>, by: string, nowMs: UnixMs): Promise<T>;
  /** Many at once, all of them or none; in the order of `changes`. */
  updateAll(
    changes: readonly { readonly id: string; readonly version: number; readonly change: Changed<T> }[],
    by: string,
    nowMs: UnixMs,
  ): Promise<readonly T[]>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

export interface Entities {
  get(kind: string, key: string): Promise<EntityRow | undefined>;
  /** The last seen first; `text` within the key. */
  list(query: {
    readonly kind: string;
    readonly text?: string;
    readonly limit: number;
    readonly offset?: number;
  }): Promise<readonly EntityRow[]>;
}
