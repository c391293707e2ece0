import { linkRules, parseRules } from '@haetae/sigma';
import { createJudge, type Exception, type KnownBad, positivesOf } from '../exceptions/index.ts';
import { printable, type Words } from '../locale/index.ts';
import type { RulePack } from '../rules/index.ts';
import { rulesAt } from '../rules/index.ts';
import { idleText, ruleNames } from './exceptions-load.ts';
import { reviewLines } from './exceptions-review.ts';
import { knownBadOf } from './exceptions-targets.ts';
import type { Context, ExceptionsCheckFlags } from './flags.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { json, toOutput } from './rules-run.ts';
import { type PreparedScan, prepareScan } from './scan-run.ts';
import { session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

interface Remark {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

export async function checkCommand(this: Context, flags: ExceptionsCheckFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { exceptions: w } = words;
  if (flags.exceptions === undefined) throw new UsageError(w.needsExceptions);
  const prepared = await prepareScan(flags, words, console, false);
  if (paths.length === 0 && (flags.knownBad ?? []).length === 0) {
    await toOutput(console, flags, async (out) => {
      const remarks = await remarksOf(flags, prepared, testsOf(prepared.packs), console.now(), words);
      out.write(text(remarks, prepared, flags.format, words));
      return failed(remarks) ? EXIT.findings : EXIT.done;
    });
    return;
  }
  await session(console, flags, paths.length === 0 ? flags.knownBad! : paths, async (s) => {
    const { tests, attacks } = await knownBadOf(flags.knownBad ?? [], prepared, s, words);
    const done = paths.length === 0 ? undefined : await prepared.run(s, false);
    try {
      s.clearProgress();
      const remarks = await remarksOf(flags, prepared, [...tests, ...attacks], console.now(), words);
      s.write(text(remarks, prepared, flags.format, words));
      if (done !== undefined && flags.format === 'table') s.write(await reviewLines(done, prepared, words));
      const status = done === undefined ? EXIT.done : conclude(s, 'exceptions check', done.receipts, flags.receipt);
      return status !== EXIT.done ? status : failed(remarks) ? EXIT.findings : EXIT.done;
    } finally {
      done?.findings.dispose();
    }
  });
}

const testsOf = (packs: readonly RulePack[]): KnownBad[] => positivesOf(packs.flatMap(({ examples }) => examples));

const failed = (remarks: readonly Remark[]): boolean => remarks.some(({ severity }) => severity === 'error');

const YEAR = 366 * 86_400_000;

async function remarksOf(
  flags: ExceptionsCheckFlags,
  { exceptions: { exceptions, problems }, packs }: PreparedScan,
  bad: readonly KnownBad[],
  now: number,
  words: Words,
): Promise<Remark[]> {
  const { exceptions: w } = words;
  const remarks: Remark[] = problems.map(({ severity, message }) => ({ severity, text: printable(message) }));
  const add = (severity: Remark['severity'], message: string): void => void remarks.push({ severity, text: message });
  const place = ({ title, file, line }: Exception): string => `${printable(file)}:${line}: ${printable(title)}`;
  for (const exception of exceptions) {
    if (exception.state !== 'in-force')
      add(exception.state === 'expired' ? 'warning' : 'error', idleText(exception, words));
    if (exception.id === '') add('warning', w.noId(place(exception)));
    if (exception.filter.rules === 'any' && exception.detector === undefined) add('warning', w.wide(place(exception)));
    if (exception.state === 'in-force' && Date.parse(exception.expires) - now > YEAR)
      add('warning', w.longLived(place(exception), exception.expires));
  }
  remarks.push(...linkRemarks(flags, packs));
  const names = await ruleNames(packs);
  for (const exception of exceptions) {
    const judge = createJudge([exception], names);
    for (const known of bad) {
      const hidden =
        judge.find(known) ?? (known.decoded === undefined ? undefined : judge.find({ ...known, via: 'decoded' }));
      if (hidden === undefined) continue;
      add(
        'error',
        isTest(known)
          ? w.hidesTest(place(exception), printable(known.at))
          : w.hidesBad(place(exception), printable(known.at)),
      );
      break;
    }
  }
  return remarks;
}

/** A rule's test has no file beside the place it stands at. */
const isTest = (known: KnownBad): boolean => !('file' in known);

/** What is wrong with the rules that exceptions refer to: the filters put into them as a Sigma tool would. */
function linkRemarks({ exceptions = [] }: ExceptionsCheckFlags, packs: readonly RulePack[]): Remark[] {
  const files = exceptions.flatMap((path) => rulesAt(path)?.files ?? []);
  const own = new Set(files.map(({ path }) => path));
  const all = [...packs.flatMap((pack) => pack.files), ...files];
  const { problems } = linkRules(all.map(({ path, text: yaml }) => parseRules(yaml, { file: path })));
  const parsing = new Set(
    files.flatMap(({ path, text: yaml }) => parseRules(yaml, { file: path }).problems.map((p) => p.message)),
  );
  return problems
    .filter(({ file, message }) => file !== undefined && own.has(file) && !parsing.has(message))
    .map(({ severity, message }) => ({ severity, text: printable(message) }));
}

function text(
  remarks: readonly Remark[],
  { exceptions: { exceptions } }: PreparedScan,
  format: ExceptionsCheckFlags['format'],
  { exceptions: w }: Words,
): string {
  if (format === 'json') return json({ exceptions: exceptions.length, remarks });
  const of = (severity: Remark['severity']): string => count(remarks.filter((one) => one.severity === severity).length);
  const lines = remarks.map(({ severity, text: said }) => `${w[severity]}: ${said}`);
  return `${[...lines, w.checked(count(exceptions.length), of('error'), of('warning'))].join('\n')}\n`;
}
