import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import type { Store } from '../../store/index.ts';
import { hintOf, newSecret, secretHash } from './secrets.ts';

/** The link of a first start is good for so long. */
export const SETUP_MS = 24 * 60 * 60_000;

/**
 * The secret of the one-time link that makes the first administrator; undefined when there is a user already. Links of
 * earlier starts end, so that one that was logged somewhere is of no use. The page gets it behind `#`, which no server sees.
 */
export async function setupSecret(
  accounts: Pick<Store, 'users' | 'tokens'>,
  nowMs: number,
): Promise<string | undefined> {
  if ((await accounts.users.list()).length > 0) return undefined;
  for (const token of await accounts.tokens.list())
    if (token.kind === 'setup' && token.revokedMs === null) await accounts.tokens.revoke(token.id, nowMs as UnixMs);
  const secret = newSecret('setup');
  await accounts.tokens.create({
    id: randomUUID(),
    name: 'first administrator',
    hash: secretHash(secret),
    hint: hintOf(secret),
    kind: 'setup',
    role: null,
    scopes: [],
    hosts: [],
    networks: [],
    createdBy: 'system',
    createdMs: nowMs as UnixMs,
    expiresMs: (nowMs + SETUP_MS) as UnixMs,
    revokedMs: null,
    usedMs: null,
    usesLeft: 1,
  });
  return secret;
}
