import { createJudge, type Exception, type Hidden, HiddenTally } from '../exceptions/index.ts';
import { shortHost } from '../incident/index.ts';
import { printable, type Words } from '../locale/index.ts';
import type { Scan } from '../pipeline/index.ts';
import { exceptionJson } from './exceptions-list.ts';
import { ruleNames } from './exceptions-load.ts';
import type { Context, ExceptionsReviewFlags } from './flags.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { json } from './rules-run.ts';
import { type PreparedScan, prepareScan } from './scan-run.ts';
import { session } from './session.ts';
import { UsageError } from './usage.ts';

export async function reviewCommand(this: Context, flags: ExceptionsReviewFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  if (flags.exceptions === undefined) throw new UsageError(words.exceptions.needsExceptions);
  const prepared = await prepareScan(flags, words, console, false);
  await session(console, flags, paths, async (s) => {
    const done = await prepared.run(s, false);
    try {
      s.clearProgress();
      if (flags.format === 'json') s.write(json((await wouldHide(done, prepared)).map(hiddenJson)));
      else s.write(await reviewLines(done, prepared, words));
      return conclude(s, 'exceptions review', done.receipts, flags.receipt);
    } finally {
      done.findings.dispose();
    }
  });
}

/** What each exception would have hidden, whatever its state; those that would hide nothing too. */
async function wouldHide(done: Scan, { exceptions: { exceptions }, packs }: PreparedScan): Promise<Hidden[]> {
  const tally = new HiddenTally();
  const names = await ruleNames(packs);
  // Each on its own: where two would hide one finding, both are told.
  const judges = exceptions.map((exception) => createJudge([exception], names));
  for await (const finding of done.findings.sorted()) {
    for (const judge of judges) {
      const exception = judge.find(finding);
      if (exception !== undefined) tally.add(exception, finding);
    }
  }
  const hid = tally.list();
  const idle = exceptions.filter((one) => hid.every(({ exception }) => exception !== one));
  return [...hid, ...idle.map((exception): Hidden => ({ exception, findings: 0, withheld: 0, weeks: [] }))];
}

const MOST_RULES = 3;
const MOST_HOSTS = 3;

export async function reviewLines(done: Scan, prepared: PreparedScan, words: Words): Promise<string> {
  const { exceptions: w } = words;
  const lines = [w.reviewHead];
  for (const { exception, weeks } of await wouldHide(done, prepared)) {
    lines.push('', headOf(exception, words));
    if (weeks.length === 0) lines.push(`  ${w.reviewNothing}`);
    for (const { week, findings, rules, hosts } of weeks) {
      const named = rules
        .slice(0, MOST_RULES)
        .map(
          (rule) =>
            `${printable((words.lang === 'ko' ? rule.titleKo : undefined) ?? rule.title)} ×${count(rule.findings)}`,
        );
      const more = (n: number): string => (n > 0 ? ` +${count(n)}` : '');
      const places = hosts.slice(0, MOST_HOSTS).map((host) => printable(shortHost(host)) || words.table.unknownHost);
      lines.push(
        `  ${w.reviewWeek(
          week === '' ? w.noWeek : week,
          w.findings(count(findings)),
          places.join(', ') + more(hosts.length - MOST_HOSTS),
          named.join(', ') + more(rules.length - MOST_RULES),
        )}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function headOf({ title, state, owner, expires, reason, file, line }: Exception, { exceptions: w }: Words): string {
  const facts = [w.states[state], printable(owner), expires, printable(reason), `${printable(file)}:${line}`];
  return `${printable(title)}\n  ${facts.filter((fact) => fact !== '').join(' · ')}`;
}

const hiddenJson = ({ exception, findings, weeks }: Hidden) => ({
  ...exceptionJson(exception),
  findings,
  weeks: weeks.map(({ week, findings: n, rules, hosts, example }) => ({
    week: week === '' ? null : week,
    findings: n,
    rules: rules.map(({ title, findings: times }) => ({ title, findings: times })),
    hosts,
    example: {
      file: example.file,
      record: example.event.position.kind === 'record' ? example.event.position.record : null,
      line: example.event.position.kind === 'line' ? example.event.position.line : null,
    },
  })),
});
