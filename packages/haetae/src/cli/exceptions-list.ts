import type { Exception } from '../exceptions/index.ts';
import { cut, printable, type Words } from '../locale/index.ts';
import { columns } from './columns.ts';
import { exceptionsAt } from './exceptions-load.ts';
import type { Context, ExceptionsListFlags } from './flags.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

export async function listCommand(this: Context, flags: ExceptionsListFlags): Promise<void> {
  const { console } = this;
  const { words } = console;
  if (flags.exceptions === undefined) throw new UsageError(words.exceptions.needsExceptions);
  const { exceptions, problems } = exceptionsAt(flags.exceptions, console.now(), words);
  await toOutput(console, flags, (out) => {
    out.write(flags.format === 'json' ? json(exceptions.map(exceptionJson)) : listText(exceptions, words));
    for (const { message } of problems) console.stderr.write(`haetae: ${printable(message)}\n`);
    return EXIT.done;
  });
}

/** Its members in the order of the columns; `rules` is 'any' or ids and names as written. */
export const exceptionJson = ({
  id,
  title,
  file,
  line,
  owner,
  reason,
  expires,
  state,
  lacks,
  detector,
  filter,
}: Exception) => ({
  ...{ id, title, state, lacks, owner, reason, expires: expires === '' ? null : expires },
  rules: filter.rules === 'any' ? 'any' : filter.rules.map(({ text }) => text),
  ...{ detector: detector ?? 'sigma', logsource: filter.logsource, file, line },
});

function listText(exceptions: readonly Exception[], { exceptions: w }: Words): string {
  if (exceptions.length === 0) return `${w.none}\n`;
  const { columns: c } = w;
  const rows = exceptions.map(({ title, state, owner, expires, filter, reason, file, line }) => [
    cut(printable(title), 48),
    w.states[state],
    cut(printable(owner), 16) || '-',
    expires || '-',
    filter.rules === 'any' ? w.anyRule : String(filter.rules.length),
    cut(printable(reason), 40) || '-',
    `${printable(file)}:${line}`,
  ]);
  return `${columns([[c.title, c.state, c.owner, c.expires, c.rules, c.reason, c.file], ...rows], [4]).join('\n')}\n`;
}
