import type { DetectingFlags } from './flags.ts';

/** The command that shows one incident, with what it takes to find the same one again. */
export function seeMore(
  paths: readonly string[],
  flags: DetectingFlags & { readonly assets?: string },
): (id: string) => string {
  const words = ['haetae', 'incident', ...paths.map(quoted)];
  const add = (flag: string, value: string | undefined): void => {
    if (value !== undefined) words.push(flag, quoted(value));
  };
  for (const path of flags.rules ?? []) add('--rules', path);
  if (!flags.builtin) words.push('--no-builtin');
  for (const path of flags.exceptions ?? []) add('--exceptions', path);
  add('--detectors', flags.detectors);
  add('--baseline', flags.baseline);
  add('--profile', flags.profile);
  if (flags.strictSigma) words.push('--strict-sigma');
  for (const path of flags.pipeline ?? []) add('--pipeline', path);
  add('--min-level', flags.minLevel);
  add('--from', flags.from);
  add('--to', flags.to);
  add('--assets', flags.assets);
  if (flags.carve) words.push('--carve');
  add('--timezone', flags.timezone);
  if (flags.password !== undefined) words.push('--password', '…');
  const command = words.join(' ');
  return (id) => `${command} --id ${id}`;
}

/** As a shell takes it: quotes where there are blanks or worse. Double quotes are read by cmd, PowerShell and sh alike. */
const quoted = (text: string): string => (/^[\w./\\:@%+=,~-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`);
