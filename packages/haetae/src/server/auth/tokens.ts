import { fingerprintOf } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Token, Tokens } from '../../store/index.ts';
import { isWithin } from '../http/networks.ts';
import { SECRET, secretHash } from './secrets.ts';

export type TokenCheck =
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly why: 'unknown' | 'revoked' | 'expired' | 'network' | 'scope' };

/** A token that was good is good for so long without another look at the store; revoking here is at once all the same. */
const TRUST_MS = 5_000;
const MOST_CACHED = 10_000;

/** Checks what programs show, and notes when each was last used. */
export class TokenGate {
  readonly #tokens: Tokens;
  readonly #now: () => number;
  readonly #cache = new Map<string, { readonly token: Token | undefined; readonly untilMs: number }>();
  readonly #used = new Map<string, number>();

  constructor(tokens: Tokens, now: () => number) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** The first of the secrets that is a token, held against what is asked of it. */
  async check(
    secrets: readonly string[],
    asked: { readonly kinds: readonly Token['kind'][]; readonly scope?: string; readonly address: string },
  ): Promise<TokenCheck> {
    if (secrets.length === 0) return { kind: 'none' };
    for (const secret of secrets) {
      if (!SECRET.test(secret)) continue;
      const token = await this.#find(secretHash(secret));
      if (token !== undefined) return this.#held(token, asked);
    }
    return { kind: 'refused', why: 'unknown' };
  }

  /** A token by its id, for listeners that are bound to one by configuration. */
  async byId(id: string, address: string): Promise<TokenCheck> {
    const token = await this.#tokens.get(id);
    return token === undefined
      ? { kind: 'refused', why: 'unknown' }
      : this.#held(token, { kinds: ['ingest', 'agent'], address });
  }

  /** The agent that has this key. Who calls has checked that it does. */
  async checkKey(publicKey: string, address: string): Promise<TokenCheck> {
    const token = await this.#find(fingerprintOf(publicKey));
    return token === undefined ? { kind: 'refused', why: 'unknown' } : this.#held(token, { kinds: ['agent'], address });
  }

  /** Forgets what it knows: a token was changed or revoked. */
  changed(): void {
    this.#cache.clear();
  }

  /** Writes down which were used since the last time. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used].map(([id, usedMs]) => ({ id, usedMs: usedMs as UnixMs }));
    this.#used.clear();
    await this.#tokens.touch(used);
  }

  #held(
    token: Token,
    asked: { readonly kinds: readonly Token['kind'][]; readonly scope?: string; readonly address: string },
  ): TokenCheck {
    const now = this.#now();
    const refused = (why: 'revoked' | 'expired' | 'network' | 'scope'): TokenCheck => ({ kind: 'refused', why });
    if (token.revokedMs !== null) return refused('revoked');
    if (token.expiresMs !== null && token.expiresMs <= now) return refused('expired');
    if (!asked.kinds.includes(token.kind)) return refused('scope');
    if (asked.scope !== undefined && token.scopes.length > 0 && !token.scopes.includes(asked.scope))
      return refused('scope');
    if (token.networks.length > 0 && !isWithin(token.networks, asked.address)) return refused('network');
    this.#used.set(token.id, now);
    return { kind: 'token', token };
  }

  async #find(hash: string): Promise<Token | undefined> {
    const now = this.#now();
    const known = this.#cache.get(hash);
    if (known !== undefined && known.untilMs > now) return known.token;
    const token = await this.#tokens.byHash(hash);
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    this.#cache.set(hash, { token, untilMs: now + TRUST_MS });
    return token;
  }
}
