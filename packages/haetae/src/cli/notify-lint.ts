import type { NotifyProblem } from '../notify/index.ts';
import type { Context, NotifyLintFlags } from './flags.ts';
import { missingSecrets, notifyAt, notifyPath, problemLine } from './notify-file.ts';
import { count } from './numbers.ts';
import { json, toOutput } from './rules-run.ts';
import { dataAt } from './serve-options.ts';
import { EXIT, UsageError } from './usage.ts';

export async function notifyLintCommand(this: Context, flags: NotifyLintFlags, given?: string): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { notify: w } = words;
  const data = dataAt(flags.data);
  const path = notifyPath(given, data);
  if (path === undefined) throw new UsageError(w.noFile(`${data}/notify.yml`, 'ENOENT'));
  await toOutput(console, flags, (out) => {
    const { config, problems: read } = notifyAt(path, words);
    const absent = config === undefined ? [] : missingSecrets(config);
    const problems: NotifyProblem[] = [
      ...read,
      ...absent.map((about) => ({ severity: 'warning', line: 1, column: 1, code: 'secret-missing', about }) as const),
    ];
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    if (flags.format === 'json') out.write(json({ file: path, problems }));
    else {
      for (const one of problems) out.write(`${problemLine(path, one, words)}\n`);
      const [channels, routes] = [config?.channels.length ?? 0, config?.routes.length ?? 0];
      out.write(`${w.checked(count(channels), count(routes), count(errors), count(problems.length - errors))}\n`);
    }
    return errors > 0 ? EXIT.findings : EXIT.done;
  });
}
