import { randomUUID } from 'node:crypto';
import { formatUtc, type LabWords, printable } from '../locale/index.ts';
import {
  type AtomicPlan,
  type AtomicTest,
  admit,
  isolationScript,
  type LabToken,
  linuxReviews,
  processShell,
  type ReviewBook,
  type RunRecord,
  runDirect,
  runIsolated,
  type StepRecord,
  thisMachine,
} from '../scenario/index.ts';
import { columns } from './columns.ts';
import type { Console } from './console.ts';
import type { Context } from './flags.ts';
import type { LabInitFlags, LabRunFlags } from './lab-flags.ts';
import { giveToLab, keepPending, labFolder, labToken, pendingAt } from './lab-home.ts';
import { chosen, inputsOf, planned, testName, testsAt } from './lab-tests.ts';
import { count } from './numbers.ts';
import { checkLanguage } from './options.ts';
import { json, openFile } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const folderOf = (given: string | undefined): string =>
  labFolder(given, process.env, process.platform, process.getuid?.());

/** `haetae lab init` */
export async function initCommand(this: Context, flags: LabInitFlags): Promise<void> {
  const { words, stdout, now } = this.console;
  checkLanguage(flags.lang, words);
  const folder = folderOf(flags.lab);
  const days = within('--days', flags.days, 7, 90, words.lab);
  const { expiresMs } = giveToLab(folder, thisMachine(), now(), days, words.lab);
  stdout.write(`${words.lab.inited(printable(folder), `${formatUtc(expiresMs, 0).slice(0, 16)}Z`)}\n`);
}

/** A test, and its plan where it may run; else what speaks against it. */
type Candidate =
  | { readonly kind: 'runs'; readonly plan: AtomicPlan }
  | { readonly kind: 'barred'; readonly test: AtomicTest; readonly because: string };

/** `haetae lab run TEST … --atomics DIR` */
export async function runCommand(this: Context, flags: LabRunFlags, ...wanted: string[]): Promise<void> {
  const { console } = this;
  const { words, stdout, stderr, now } = console;
  const { lab: w } = words;
  checkLanguage(flags.lang, words);
  const seconds = within('--seconds', flags.seconds, 60, 600, w);
  const tests = chosen(testsAt(flags.atomics, w).tests, wanted, w);
  const machine = thisMachine();
  if (machine.system === 'macos') throw new UsageError(w.noSystem);
  const folder = folderOf(flags.lab);
  const token = labToken(folder, machine, now(), w);
  const reviews = machine.system === 'linux' ? linuxReviews() : undefined;
  const candidates = tests.map((test) =>
    reviews !== undefined ? onLinux(test, reviews, w) : onWindows(test, flags, w),
  );
  const plans = candidates.flatMap((one) => (one.kind === 'runs' ? [one.plan] : []));
  const barred = candidates.flatMap((one) => (one.kind === 'barred' ? [one] : []));
  // Who asked for many meant those that may; who named one wants to know why not.
  const asked = barred.filter(({ test }) => wanted.some((name) => isOne(name, test)));
  if (plans.length === 0) stderr.write(`haetae: ${w.nothingToRun}\n`);
  for (const { test, because } of plans.length === 0 ? barred.slice(0, 20) : asked)
    stderr.write(`  ${testName(test)} ${printable(test.name)}: ${because}\n`);
  const file = flags.output === undefined ? undefined : openFile(flags.output, console);
  if (machine.system === 'windows') await takeBack(folder, console);
  const startedMs = now();
  const steps: StepRecord[] = [];
  for (const plan of plans) {
    if (console.signal.aborted) break;
    steps.push(await one(plan, token, { seconds, folder, prepare: flags.prepare === true }, console));
  }
  const record: RunRecord = {
    ...{
      haetae: 'lab-run.1',
      id: randomUUID(),
      host: token.host,
      system: machine.system,
      startedMs,
      endedMs: now(),
      steps,
    },
    isolation: machine.system === 'linux' ? 'throw-away-root' : 'none',
  };
  if (file !== undefined) {
    file.write(json(record));
    file.commit();
  }
  if (flags.format === 'json') stdout.write(json(record));
  else stdout.write(runText(record, barred.length, w));
  if (file !== undefined) stderr.write(`haetae: ${w.wrote(flags.output!)}\n`);
  const isWhole =
    steps.length > 0 &&
    asked.length === 0 &&
    steps.every(({ outcome, undone }) => outcome === 'done' && undone !== 'failed');
  console.exit(console.signal.aborted ? EXIT.interrupted : isWhole ? EXIT.done : EXIT.findings);
}

function onLinux(test: AtomicTest, reviews: ReviewBook, w: LabWords): Candidate {
  const admission = admit(test, reviews);
  return admission.kind === 'runs'
    ? { kind: 'runs', plan: admission.plan }
    : { kind: 'barred', test, because: w.admission[admission.because] };
}

function onWindows(test: AtomicTest, flags: LabRunFlags, w: LabWords): Candidate {
  const barred = (because: string): Candidate => ({ kind: 'barred', test, because });
  if (!test.platforms.includes('windows')) return barred(w.admission['other-system']);
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(flags.input, w)).filter(([name]) => test.inputs.some((input) => input.name === name)),
  );
  const plan = planned(test, { inputs, folder: flags.atomics!, system: 'windows' }, w);
  const [refusal] = plan.refused;
  if (refusal !== undefined) return barred(w.never(w.harms[refusal.harm], printable(refusal.text)));
  if (plan.byHand !== '') return barred(w.byHand);
  const isNamed = (flags.allow ?? []).some((guid) => guid.toLowerCase() === test.guid);
  if (plan.needsName.length > 0 && !isNamed)
    return barred(w.mustBeNamed(plan.needsName.map((reason) => w.needsName[reason]).join(', ')));
  return { kind: 'runs', plan };
}

function one(
  plan: AtomicPlan,
  { secret, host }: LabToken,
  { seconds, folder, prepare }: { readonly seconds: number; readonly folder: string; readonly prepare: boolean },
  { signal, now, words }: Console,
): Promise<StepRecord> {
  if (plan.system === 'linux')
    return runIsolated(plan, { script: isolationScript(), seconds, secret, host, signal, now });
  const pending = (undo: Parameters<typeof keepPending>[1]): void => keepPending(folder, undo, words.lab);
  return runDirect(plan, {
    system: 'windows',
    host,
    secret,
    seconds,
    prepare,
    signal,
    now,
    shell: processShell,
    pending,
  });
}

/** What an earlier run was to take back and could not: this one begins with it. */
async function takeBack(folder: string, { stderr, words }: Console): Promise<void> {
  const pending = pendingAt(folder);
  if (pending === undefined) return;
  await processShell(pending.undo, { ms: 60_000, signal: undefined });
  keepPending(folder, undefined, words.lab);
  stderr.write(`haetae: ${words.lab.undoneBefore(pending.test)}\n`);
}

function runText({ steps, host }: RunRecord, leftOut: number, w: LabWords): string {
  if (steps.length === 0) return '';
  const rows = steps.map(({ technique, name, outcome, undone, startedMs, endedMs, left }) => [
    technique,
    w.outcomes[outcome],
    `${((endedMs - startedMs) / 1000).toFixed(1)} s`,
    w.undone[undone],
    left.length === 0 ? '' : `+${left.length}`,
    printable(name),
  ]);
  const more = leftOut === 0 ? '' : `, ${w.leftOut(count(leftOut))}`;
  return `${columns(rows, [2, 4]).join('\n')}\n${w.ran(count(steps.length), printable(host))}${more}\n`;
}

const isOne = (name: string, test: AtomicTest): boolean =>
  name.replace('-', '#').toUpperCase() === testName(test) ||
  (name !== 'all' && test.guid.startsWith(name.toLowerCase()));

export function within(flag: string, text: string | undefined, otherwise: number, most: number, w: LabWords): number {
  if (text === undefined) return otherwise;
  const n = Number(text);
  if (!/^\d{1,6}$/.test(text) || n < 1 || n > most)
    throw new UsageError(w.badNumber(flag, printable(text), '1', String(most)));
  return n;
}
