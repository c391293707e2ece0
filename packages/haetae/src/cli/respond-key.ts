import { writeFileSync } from 'node:fs';
import { identityPem, newIdentity } from '@haetae/agent/protocol';
import type { Context } from './flags.ts';
import { checkLanguage } from './options.ts';
import { EXIT, UsageError } from './usage.ts';

export async function respondKeyCommand(this: Context, flags: { readonly lang?: string }, path: string): Promise<void> {
  const { console } = this;
  const { words } = console;
  checkLanguage(flags.lang, words);
  const key = newIdentity();
  try {
    writeFileSync(path, identityPem(key), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(words.respond.keyThere(path));
    throw new UsageError(words.errors.output(path, (error as Error).message));
  }
  console.stdout.write(`${words.respond.keyMade(path, key.publicKey)}\n`);
  console.exit(EXIT.done);
}
