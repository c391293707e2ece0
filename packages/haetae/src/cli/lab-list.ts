import { type LabWords, printable } from '../locale/index.ts';
import { type AtomicTest, admit, linuxReviews, systemOf } from '../scenario/index.ts';
import { columns } from './columns.ts';
import type { Context } from './flags.ts';
import { listCampaigns, showCampaigns } from './lab-campaigns.ts';
import type { LabListFlags, LabShowFlags } from './lab-flags.ts';
import { chosen, problemLine, testName, testsAt } from './lab-tests.ts';
import { count } from './numbers.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT } from './usage.ts';

/** `haetae lab list [TEST …] --atomics DIR`; without tests, campaigns. */
export async function listCommand(this: Context, flags: LabListFlags, ...wanted: string[]): Promise<void> {
  if (flags.atomics === undefined) return await listCampaigns.call(this, flags);
  const { console } = this;
  const { lab: w } = console.words;
  await toOutput(console, flags, (out) => {
    const { tests, problems, files } = testsAt(flags.atomics, w);
    const reviews = linuxReviews();
    const rows = (wanted.length === 0 ? tests : chosen(tests, wanted, w))
      .filter(({ platforms }) => flags.system === undefined || platforms.includes(flags.system))
      .map((test) => ({ test, admission: admit(test, reviews) }))
      .filter(({ admission }) => flags.runnable !== true || admission.kind === 'runs');
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (flags.format === 'json')
      out.write(
        json({
          tests: rows.map(({ test, admission }) => ({
            ...summaryOf(test),
            linux: admission.kind === 'runs' ? 'runs' : admission.because,
          })),
          problems,
        }),
      );
    else {
      const head = [w.columns.test, w.columns.guid, w.columns.shell, w.columns.where, w.columns.name];
      const lines = rows.map(({ test }) => [
        testName(test),
        test.guid.slice(0, 8),
        shellOf(test),
        test.platforms.join(','),
        printable(test.name),
      ]);
      if (lines.length > 0) out.write(`${columns([head, ...lines], []).join('\n')}\n`);
      for (const problem of errors) console.stderr.write(`${problemLine(problem, w)}\n`);
      console.stderr.write(`${w.listed(count(rows.length), count(files), count(errors.length))}\n`);
    }
    return errors.length > 0 ? EXIT.findings : EXIT.done;
  });
}

const shellOf = ({ work }: AtomicTest): string => (work.kind === 'manual' ? 'manual' : work.shell);

const summaryOf = (test: AtomicTest) => ({
  test: testName(test),
  ...{ guid: test.guid, name: test.name, technique: test.technique, platforms: test.platforms },
  ...{ shell: shellOf(test), elevated: test.work.elevated, system: systemOf(test), file: test.file, line: test.line },
});

/** `haetae lab show TEST --atomics DIR`, or of a campaign. */
export async function showCommand(this: Context, flags: LabShowFlags, ...wanted: string[]): Promise<void> {
  if (flags.atomics === undefined) return await showCampaigns.call(this, flags, ...wanted);
  const { console } = this;
  const { lab: w } = console.words;
  await toOutput(console, flags, (out) => {
    const tests = chosen(testsAt(flags.atomics, w).tests, wanted, w);
    if (flags.format === 'json') out.write(json(tests));
    else out.write(tests.map((test) => shown(test, w)).join('\n'));
    return EXIT.done;
  });
}

function shown(test: AtomicTest, w: LabWords): string {
  const { shown: s } = w;
  const { work, inputs, needs } = test;
  const indented = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => `    ${printable(line)}`);
  const facts: [string, string][] = [
    [s.guid, test.guid],
    [s.technique, test.technique],
    [s.systems, test.platforms.join(', ')],
    [s.shell, `${shellOf(test)}${work.elevated ? ` (${s.elevated})` : ''}`],
    [s.file, `${test.file}:${test.line}`],
  ];
  const lines = [
    `${testName(test)}  ${printable(test.name)}`,
    ...columns(facts, []),
    '',
    ...indented(test.description),
  ];
  if (inputs.length > 0)
    lines.push(
      '',
      `  ${s.inputs}`,
      ...columns(
        inputs.map(({ name, value }) => [`  ${name}`, printable(value)]),
        [],
      ),
    );
  if (needs.length > 0) lines.push('', `  ${s.needs}`, ...needs.flatMap(({ description }) => indented(description)));
  if (work.kind === 'manual') lines.push('', `  ${w.byHand}`, ...indented(work.steps));
  else {
    lines.push('', `  ${w.phases.run}`, ...indented(work.command));
    lines.push('', `  ${w.phases.undo}`, ...indented(work.cleanup.trim() === '' ? w.noUndo : work.cleanup));
  }
  return `${lines.join('\n')}\n`;
}
