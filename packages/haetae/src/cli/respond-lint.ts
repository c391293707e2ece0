import { printable } from '../locale/index.ts';
import { builtinPlaybooks, type PlaybookFile, playbooksAt, readPlaybooks } from '../respond/index.ts';
import type { Context, RespondLintFlags } from './flags.ts';
import { count } from './numbers.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

export async function respondLintCommand(this: Context, flags: RespondLintFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { respond: w } = console.words;
  const files = paths.length === 0 ? builtinPlaybooks() : paths.flatMap((path) => filesAt(path, w.noPlaybooks));
  await toOutput(console, flags, (out) => {
    const { problems } = readPlaybooks(files);
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    if (flags.format === 'json') out.write(json({ playbooks: files.length, problems }));
    else {
      for (const { severity, file, line, column, code, about } of problems)
        out.write(
          `${printable(file)}:${line}:${column}: ${w.lint[severity]}: ${w.lint.faults[code](printable(about))}\n`,
        );
      out.write(`${w.lint.checked(count(files.length), count(errors), count(problems.length - errors))}\n`);
    }
    return errors > 0 ? EXIT.findings : EXIT.done;
  });
}

export function filesAt(path: string, noPlaybooks: (path: string) => string): PlaybookFile[] {
  const files = playbooksAt(path);
  if (files === undefined) throw new UsageError(noPlaybooks(path));
  return files;
}
