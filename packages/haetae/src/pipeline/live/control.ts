import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnixMs } from '@haetae/event';
import { hintOf, newSecret, secretHash } from '../../server/index.ts';
import type { Store } from '../../store/index.ts';

/**
 * How commands on this machine reach a server that has the data directory open: a file in it that only its owner reads, with
 * the address and a token that is good while the server runs. Whoever may read the file may read the store.
 */
export interface Control {
  readonly pid: number;
  readonly url: string;
  readonly secret: string;
  /** Of the server, in PEM, where it speaks TLS: the one that it must show. */
  readonly certificate: string | null;
}

const FILE = 'control.json';
/** The name of its token; with that of one of several servers behind it. */
const ID = 'command-line';

export async function openControl(
  store: Pick<Store, 'tokens'>,
  directory: string,
  {
    url,
    certificate,
    nowMs,
    name = ID,
  }: { readonly url: string; readonly certificate: string | null; readonly nowMs: number; readonly name?: string },
): Promise<() => Promise<void>> {
  // Of a server that did not end by itself.
  for (const { id, name: other, revokedMs } of await store.tokens.list())
    if (other === name && revokedMs === null) await store.tokens.revoke(id, nowMs as UnixMs);
  const secret = newSecret('api');
  const id = randomUUID();
  await store.tokens.create({
    id,
    name,
    hash: secretHash(secret),
    hint: hintOf(secret),
    kind: 'api',
    role: 'admin',
    scopes: [],
    hosts: [],
    networks: ['127.0.0.0/8', '::1/128'],
    createdBy: 'system',
    createdMs: nowMs as UnixMs,
    expiresMs: null,
    revokedMs: null,
    usedMs: null,
    usesLeft: null,
  });
  const path = join(directory, FILE);
  const control: Control = { pid: process.pid, url, secret, certificate };
  await writeFile(`${path}.new`, JSON.stringify(control), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return async () => {
    await rm(path, { force: true });
    await store.tokens.revoke(id, Date.now() as UnixMs);
  };
}

/** undefined where no server left one. */
export async function readControl(directory: string): Promise<Control | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, FILE), 'utf8')) as Control;
  } catch {
    return undefined;
  }
}
