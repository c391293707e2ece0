import { existsSync } from 'node:fs';
import type { Words } from '../locale/index.ts';
import { printable } from '../locale/index.ts';
import { serving, type TokenBook, type TokenRow } from '../pipeline/index.ts';
import { columns } from './columns.ts';
import type { Context, TokenCreateFlags, TokenFlags, TokenListFlags } from './flags.ts';
import { checkLanguage, wholeNumber } from './options.ts';
import { dataAt, networksOf } from './serve-options.ts';
import { UsageError } from './usage.ts';

const DAY_MS = 86_400_000;

export async function createCommand(this: Context, flags: TokenCreateFlags, name: string): Promise<void> {
  const { words, stdout, stderr, now } = this.console;
  checkLanguage(flags.lang, words);
  if ((flags.kind === 'api') !== (flags.role !== undefined)) throw new UsageError(words.serve.roleNeeded);
  const networks = networksOf('--network', flags.network, words);
  const expiresMs = flags.expires === undefined ? null : Date.parse(`${flags.expires}T00:00:00Z`) + DAY_MS;
  if (expiresMs !== null && !(expiresMs > now())) throw new UsageError(words.serve.day(flags.expires!));
  const { kind, role = null, scope = [], host = [] } = flags;
  const uses = wholeNumber('--uses', flags.uses, words) ?? 1;
  if (uses < 1 || uses > 10_000) throw new UsageError(words.serve.uses);
  const made = await withTokens(flags, words, true, (tokens) =>
    tokens.create({ name, kind, role, scopes: scope, hosts: host, networks, expiresMs, uses }),
  );
  if (flags.format === 'json') stdout.write(`${JSON.stringify(made)}\n`);
  else {
    // The secret alone on stdout: TOKEN=$(haetae token create --name x)
    stderr.write(`${words.serve.made(printable(name), made.token.id)}\n`);
    stdout.write(`${made.secret}\n`);
  }
}

export async function listCommand(this: Context, flags: TokenListFlags): Promise<void> {
  const { words, stdout, now } = this.console;
  checkLanguage(flags.lang, words);
  const all = await withTokens(flags, words, false, (tokens) => tokens.list());
  if (flags.format === 'json') {
    stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  const { columns: c, states, never, noTokens } = words.serve;
  const stateOf = ({ revokedMs, expiresMs }: TokenRow): string =>
    revokedMs !== null ? states.revoked : expiresMs !== null && expiresMs <= now() ? states.expired : states.good;
  const rows = all.map((token) => [
    token.id,
    printable(token.name),
    token.kind,
    [token.role ?? '', ...token.scopes, ...token.hosts, ...token.networks].filter((word) => word !== '').join(' '),
    token.usedMs === null ? never : new Date(token.usedMs).toISOString().slice(0, 16).replace('T', ' '),
    stateOf(token),
  ]);
  const head = [c.id, c.name, c.kind, c.may, c.used, c.state];
  stdout.write(all.length === 0 ? `${noTokens}\n` : `${columns([head, ...rows], []).join('\n')}\n`);
}

export async function revokeCommand(this: Context, flags: TokenFlags, id: string): Promise<void> {
  const { words, stdout } = this.console;
  checkLanguage(flags.lang, words);
  const name = await withTokens(flags, words, false, async (tokens) => {
    const found = (await tokens.list()).filter((token) => token.id.startsWith(id) && token.revokedMs === null);
    if (found.length === 0) throw new UsageError(words.serve.noToken(printable(id)));
    if (found.length > 1) throw new UsageError(words.serve.severalTokens(printable(id)));
    await tokens.revoke(found[0]!.id);
    return found[0]!.name;
  });
  stdout.write(`${words.serve.revoked(printable(name))}\n`);
}

/** The tokens of the data folder, or of the server that has it open. */
async function withTokens<T>(
  flags: { readonly data?: string },
  words: Words,
  makes: boolean,
  task: (tokens: TokenBook) => Promise<T>,
): Promise<T> {
  const { serve: w } = words;
  const directory = dataAt(flags.data);
  const { tokensAt, StoreError } = await serving();
  if (!makes && !existsSync(directory)) throw new UsageError(w.noData(directory));
  try {
    return await tokensAt(directory, task);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'locked') throw new UsageError(w.noServer(directory));
    if (error.code === 'invalid') throw new UsageError(w.refused(error.message));
    throw new UsageError(w.unwritable(directory, error.message));
  }
}
