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

/** Members by which a book's things can be asked for, all of them equal. */
export type Wanted<T> = { readonly [K in keyof T]?: T[K] extends string | number | boolean | null ? T[K] : never };

export interface Book<T extends Kept> {
  /** Throws `taken`. */
  create(thing: Omit<T, 'version' | 'updatedMs' | 'updatedBy'>): Promise<T>;
  get(id: string): Promise<T | undefined>;
  /** In order of creation. */
  list(wanted?: Wanted<T>): Promise<readonly T[]>;
  /** Throws `missing`, and `conflict` when it is no longer at `version`. */
  update(id: string, version: number, change: Partial<Omit<T, keyof Kept>>, by: string, nowMs: UnixMs): Promise<T>;
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
