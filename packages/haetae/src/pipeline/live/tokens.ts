import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { hintOf, newSecret, secretHash } from '../../server/index.ts';
import type { Role, Store, Token } from '../../store/index.ts';

/** A token to be made, as the API takes it too. */
export interface TokenWanted {
  readonly name: string;
  readonly kind: 'ingest' | 'enrol' | 'api';
  readonly role: Role | null;
  readonly scopes: readonly string[];
  readonly hosts: readonly string[];
  readonly networks: readonly string[];
  readonly expiresMs: number | null;
  /** Of an `enrol` token: how many hosts may enrol with it. */
  readonly uses: number;
}

const ACTOR = 'command-line';

/** Made by whoever may write to the data directory; the secret is told this once. */
export async function makeToken(
  store: Pick<Store, 'tokens' | 'audit'>,
  wanted: TokenWanted,
  nowMs: number,
): Promise<{ readonly token: Token; readonly secret: string }> {
  const secret = newSecret(wanted.kind);
  const { uses, ...kept } = wanted;
  const token: Token = {
    ...kept,
    id: randomUUID(),
    hash: secretHash(secret),
    hint: hintOf(secret),
    createdBy: ACTOR,
    createdMs: nowMs as UnixMs,
    expiresMs: wanted.expiresMs as UnixMs | null,
    revokedMs: null,
    usedMs: null,
    usesLeft: wanted.kind === 'enrol' ? uses : null,
  };
  await store.tokens.create(token);
  const { name, kind, role } = wanted;
  const [scopes, hosts, networks] = [[...wanted.scopes], [...wanted.hosts], [...wanted.networks]];
  await told(store, 'token.create', token.id, { name, kind, role, scopes, hosts, networks }, nowMs);
  return { token, secret };
}

/** False when there is none, or it was revoked before. */
export async function revokeToken(store: Pick<Store, 'tokens' | 'audit'>, id: string, nowMs: number): Promise<boolean> {
  const done = await store.tokens.revoke(id, nowMs as UnixMs);
  if (done) await told(store, 'token.revoke', id, {}, nowMs);
  return done;
}

const told = (
  store: Pick<Store, 'audit'>,
  action: string,
  object: string,
  detail: Parameters<Store['audit']['append']>[0]['detail'],
  nowMs: number,
): Promise<unknown> =>
  store.audit.append({ timeMs: nowMs as UnixMs, actor: ACTOR, actorName: ACTOR, action, object, address: '', detail });

/**
 * What comes by syslog, and from topics of Kafka, shows no token: its listeners speak for one of the server's own, of which people may bind
 * hosts and which they may revoke. Networks from which syslog may come are given anew at each start.
 */
export async function ownToken(
  store: Pick<Store, 'tokens'>,
  id: 'syslog' | 'kafka',
  networks: readonly string[],
  nowMs: number,
): Promise<string> {
  if ((await store.tokens.get(id)) === undefined) {
    const secret = newSecret('ingest');
    await store.tokens.create({
      id,
      name: id,
      hash: secretHash(secret),
      hint: '',
      kind: 'ingest',
      role: null,
      scopes: [id],
      hosts: [],
      networks: [...networks],
      createdBy: 'system',
      createdMs: nowMs as UnixMs,
      expiresMs: null,
      revokedMs: null,
      usedMs: null,
      usesLeft: null,
    });
  } else await store.tokens.update(id, { networks: [...networks] });
  return id;
}
