import type { UnixMs } from '@haetae/event';

/** What a person or a token may do; each role may what the ones before it may. */
export const ROLES = ['viewer', 'analyst', 'responder', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  readonly id: string;
  /** Compared without regard to case; unique. */
  readonly name: string;
  readonly displayName: string;
  readonly role: Role;
  /** As the hasher wrote it (argon2id); null for one who logs in elsewhere only. */
  readonly passwordHash: string | null;
  /** `issuer|sub` of OpenID Connect; unique where there is one. */
  readonly subject: string | null;
  readonly disabled: boolean;
  readonly createdMs: UnixMs;
  readonly lastLoginMs: UnixMs | null;
  /** What the person set for themselves: language, time zone … */
  readonly settings: Json;
}
export type UserChange = Partial<Omit<User, 'id' | 'createdMs'>>;

export interface Users {
  /** Throws `taken` when the id, name or subject is. */
  create(user: User): Promise<void>;
  /** True when there was no user yet and this one was made: the first start's one-time link makes one admin, not two. */
  createFirst(user: User): Promise<boolean>;
  get(id: string): Promise<User | undefined>;
  byName(name: string): Promise<User | undefined>;
  bySubject(subject: string): Promise<User | undefined>;
  /** In order of name. */
  list(): Promise<readonly User[]>;
  /** The user as changed. Throws `missing`, `taken`. */
  update(id: string, change: UserChange): Promise<User>;
  /** Its sessions with it. False when there was none. */
  remove(id: string): Promise<boolean>;
}

/** A login. Only the hash of the cookie's secret is stored, so that who reads the store cannot log in. */
export interface Session {
  readonly hash: string;
  readonly userId: string;
  readonly csrf: string;
  readonly createdMs: UnixMs;
  readonly seenMs: UnixMs;
  readonly expiresMs: UnixMs;
  readonly address: string;
  readonly agent: string;
}

export interface Sessions {
  create(session: Session): Promise<void>;
  /** Expired ones too: the clock is the caller's. */
  get(hash: string): Promise<Session | undefined>;
  ofUser(userId: string): Promise<readonly Session[]>;
  /** False when it is gone. */
  touch(hash: string, seenMs: UnixMs, expiresMs: UnixMs): Promise<boolean>;
  remove(hash: string): Promise<boolean>;
  /** How many were ended. */
  removeOfUser(userId: string): Promise<number>;
  removeExpired(nowMs: UnixMs): Promise<number>;
}

/** A secret that a program shows: a shipper, an agent, a script. Only its hash is stored. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  /** The first characters of the secret, so that a person recognises it. */
  readonly hint: string;
  readonly kind: 'ingest' | 'agent' | 'enrol' | 'api' | 'setup';
  readonly role: Role | null;
  /** What it may do, in the words of the server. */
  readonly scopes: readonly string[];
  /** Hosts whose events it may send; [] for any. `*` and `?` are wildcards. */
  readonly hosts: readonly string[];
  /** CIDR networks from which it may be shown; [] for any. */
  readonly networks: readonly string[];
  readonly createdBy: string;
  readonly createdMs: UnixMs;
  readonly expiresMs: UnixMs | null;
  readonly revokedMs: UnixMs | null;
  readonly usedMs: UnixMs | null;
  /** How often it may be shown; null for always. A one-time link has 1. */
  readonly usesLeft: number | null;
}
export type TokenChange = Partial<Pick<Token, 'name' | 'scopes' | 'hosts' | 'networks' | 'role' | 'expiresMs'>>;

export interface Tokens {
  /** Throws `taken` when the id or hash is. */
  create(token: Token): Promise<void>;
  get(id: string): Promise<Token | undefined>;
  /** Revoked and expired ones too: who checks says why it refuses. */
  byHash(hash: string): Promise<Token | undefined>;
  /** Newest first. */
  list(): Promise<readonly Token[]>;
  update(id: string, change: TokenChange): Promise<Token>;
  /** False when it was revoked already or does not exist. */
  revoke(id: string, nowMs: UnixMs): Promise<boolean>;
  /** When each was last used, in one transaction; ids that are gone are passed over. */
  touch(used: readonly { readonly id: string; readonly usedMs: UnixMs }[]): Promise<void>;
  /** One of the uses left is taken, by one of many who ask at once. False when none was left. */
  use(id: string, nowMs: UnixMs): Promise<boolean>;
}

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
