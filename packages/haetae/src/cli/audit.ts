import { formatLocal, printable } from '../locale/index.ts';
import { columns } from './columns.ts';
import type { AuditListFlags, AuditVerifyFlags, Context } from './flags.ts';
import { checkLanguage, wholeNumber, zoneOption } from './options.ts';
import { askStored } from './stored.ts';
import { EXIT, UsageError } from './usage.ts';

const LISTED = 50;
const HEAD = /^(\d{1,15}):([0-9a-f]{64})$/;

export async function verifyCommand(this: Context, flags: AuditVerifyFlags): Promise<void> {
  const { console } = this;
  const { words, stdout } = console;
  checkLanguage(flags.lang, words);
  const found = flags.head === undefined ? undefined : HEAD.exec(flags.head);
  if (found === null) throw new UsageError(words.keeping.badHead(printable(flags.head!)));
  const known = found === undefined ? undefined : { number: Number(found[1]), hash: found[2]! };
  await askStored(flags, words, async ({ keeping }) => {
    const verdict = await keeping.verify(known);
    if (flags.format === 'json') stdout.write(`${JSON.stringify(verdict)}\n`);
    else if (verdict.kind === 'whole') {
      // What to write down: whoever has it proves later that nothing before it was changed.
      stdout.write(`${words.keeping.whole(verdict.head.number)}\n${verdict.head.number}:${verdict.head.hash}\n`);
    } else stdout.write(`${words.keeping.broken(verdict.number, words.keeping.breaks[verdict.reason])}\n`);
    return verdict.kind === 'whole' ? EXIT.done : EXIT.findings;
  });
}

export async function listCommand(this: Context, flags: AuditListFlags): Promise<void> {
  const { words, stdout } = this.console;
  checkLanguage(flags.lang, words);
  const limit = wholeNumber('--limit', flags.limit, words) ?? LISTED;
  const zone = zoneOption(flags.timezone, words);
  await askStored(flags, words, async ({ keeping }) => {
    const entries = await keeping.audit({ limit });
    if (flags.format === 'json') {
      stdout.write(`${JSON.stringify(entries)}\n`);
      return 0;
    }
    const { audit: c } = words.keeping;
    const rows = entries.map(({ number, timeMs, actorName, action, object, address }) =>
      [String(number), formatLocal(timeMs, zone), actorName, action, object, address].map(printable),
    );
    stdout.write(`${columns([[c.number, c.time, c.actor, c.action, c.object, c.address], ...rows], []).join('\n')}\n`);
    return 0;
  });
}
