import { writeFileSync } from 'node:fs';
import type { RuleCounts } from '../detect/index.ts';
import { formatUtc, KO_NOTICES, offsetText, printable, type Words, type Zone } from '../locale/index.ts';
import { type InputReceipt, NOTICES, type Notice, type NoticeCode, type Where } from '../source/index.ts';
import { type ExceptionReceipt, exceptionLines, exceptionReceiptJson } from './exceptions-load.ts';
import { bytes, count } from './numbers.ts';
import { type ScoreReceipt, scoreLines } from './score-receipt.ts';
import type { Session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

/** Whether anything was read: a log with events, or one that is whole and simply has none. */
export function anythingRead(inputs: readonly InputReceipt[]): boolean {
  return inputs.some(
    ({ kind, events, notices }) => kind === 'log' && (events > 0 || !notices.some((notice) => notice.kind === 'lost')),
  );
}

/** A rule pack as the receipt names it. */
export interface PackReceipt {
  readonly name: string;
  readonly files: number;
  readonly sha256: string;
}

export interface Receipt {
  readonly tool: { readonly name: 'haetae'; readonly version: string };
  readonly command: string;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly zone: Zone;
  readonly packs: readonly PackReceipt[];
  /** What became of the packs' rules; undefined for commands without rules. */
  readonly rules?: RuleCounts;
  /** Rules that were refused, then warnings about others, as `file:line:column: reason`. */
  readonly ruleProblems: readonly string[];
  /** undefined for runs without --exceptions. */
  readonly exceptions?: ExceptionReceipt;
  /** undefined for runs that do not score. */
  readonly scores?: ScoreReceipt;
  readonly inputs: readonly InputReceipt[];
}

/** The receipt as JSON: times in UTC, every input with its hash and notices. */
export function receiptJson(receipt: Receipt): string {
  const iso = (ms: number | undefined) => (ms === undefined ? null : formatUtc(ms, 0));
  const { zone, startedMs, finishedMs, tool, command, packs, rules, ruleProblems, inputs } = receipt;
  const json = {
    tool,
    command,
    started: iso(startedMs),
    finished: iso(finishedMs),
    timeZone: { name: zone.name, offset: offsetText(zone.offsetMinutes(startedMs)) },
    rules: { packs, ...rules },
    ruleProblems,
    ...(receipt.exceptions === undefined ? {} : { exceptions: exceptionReceiptJson(receipt.exceptions) }),
    ...(receipt.scores === undefined ? {} : { scores: receipt.scores }),
    totals: totals(inputs),
    inputs: inputs.map(({ firstMs, lastMs, sha256, format, encoding, ...input }) => ({
      path: input.path,
      kind: input.kind,
      bytes: input.bytes,
      sha256: sha256 ?? null,
      format: format ?? null,
      encoding: encoding ?? null,
      events: input.events,
      first: iso(firstMs),
      last: iso(lastMs),
      notices: input.notices,
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function totals(inputs: readonly InputReceipt[]) {
  const logs = inputs.filter(({ kind }) => kind === 'log');
  const lost = (input: InputReceipt) =>
    input.notices.filter((n) => n.kind === 'lost').reduce((sum, n) => sum + n.count, 0);
  return {
    logs: logs.length,
    archives: inputs.filter(({ kind }) => kind === 'archive').length,
    notLogs: inputs.filter(({ kind }) => kind === 'not-a-log').length,
    refused: inputs.filter(({ kind }) => kind === 'refused').length,
    bytes: logs.reduce((sum, { bytes }) => sum + bytes, 0),
    events: logs.reduce((sum, { events }) => sum + events, 0),
    lost: inputs.reduce((sum, input) => sum + lost(input), 0),
  };
}

const MOST_LINES = 12;
const MOST_EXAMPLES = 2;

/** The receipt for people, on stderr: short where all went well, with places where it did not. */
export function receiptText(receipt: Receipt, words: Words): string {
  const { receipt: w } = words;
  const { inputs, packs, rules, ruleProblems, tool, zone } = receipt;
  const sum = totals(inputs);
  const lines = [
    `${w.title} — ${tool.name} ${tool.version}, ${w.zone} ${zone.name}, ${w.took(((receipt.finishedMs - receipt.startedMs) / 1000).toFixed(1))}`,
    `  ${w.read(count(sum.logs), count(sum.events), bytes(sum.bytes))}${sum.lost === 0 && sum.refused === 0 ? `; ${w.nothingLost}` : ''}`,
  ];
  if (rules !== undefined) {
    const names = packs.map(({ name, sha256 }) => `${printable(name)} ${sha256.slice(0, 12)}`).join(', ');
    lines.push(`  ${w.rules}: ${w.rulesText(count(rules.inForce), names === '' ? '-' : names)}`);
  }
  if (sum.notLogs > 0) lines.push(`  ${w.notLogs(count(sum.notLogs))}`);
  if (sum.refused > 0) lines.push(`  ${w.unreadable(count(sum.refused))}`);
  if (ruleProblems.length > 0) {
    const refused = rules?.refused ?? ruleProblems.length;
    const warnings = ruleProblems.length - refused;
    const what = [
      ...(refused > 0 ? [w.ruleProblems(count(refused))] : []),
      ...(warnings > 0 ? [w.ruleWarnings(count(warnings))] : []),
    ];
    lines.push(`  ${what.join('; ')}:`);
    lines.push(
      ...limited(
        ruleProblems.map((problem) => `    ${printable(problemText(problem, words))}`),
        words,
      ),
    );
  }
  if (receipt.exceptions !== undefined) lines.push(...exceptionLines(receipt.exceptions, words));
  if (receipt.scores !== undefined) lines.push(...scoreLines(receipt.scores, words, zone.name));
  for (const kind of ['inferred', 'repaired', 'lost'] as const) {
    const told = inputs
      .filter((input) => input.kind !== 'not-a-log')
      .flatMap((input) => input.notices.filter((n) => n.kind === kind).map((notice) => ({ input, notice })));
    if (told.length === 0) continue;
    lines.push(
      `  ${w[kind]}:`,
      ...limited(
        told.map(({ input, notice }) => noticeLine(input.path, notice, words)),
        words,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function limited(lines: readonly string[], { receipt }: Words): string[] {
  if (lines.length <= MOST_LINES) return [...lines];
  return [...lines.slice(0, MOST_LINES - 1), `    ${receipt.more(count(lines.length - MOST_LINES + 1))}`];
}

function noticeLine(path: string, notice: Notice, words: Words): string {
  const examples = notice.examples.slice(0, MOST_EXAMPLES).map(({ where, detail }) => {
    const place = whereText(where, words);
    return printable([place, detail].filter((part) => part !== '').join(': '));
  });
  const times = notice.count > 1 ? ` ${words.receipt.times(count(notice.count))}` : '';
  const said = examples.filter((example) => example !== '').join('; ');
  return `    ${printable(path)}: ${noticeText(notice.code, words)}${times}${said === '' ? '' : ` (${said})`}`;
}

/** Places stay as they are, reasons are said in the reader's language. */
function problemText(problem: string, { ruleTools }: Words): string {
  const [, place = '', reason = problem] = /^(.*?:\d+:\d+: )(.*)$/s.exec(problem) ?? [];
  return place + ruleTools.check.said(reason);
}

export function noticeText(code: NoticeCode, { lang }: Words): string {
  return (lang === 'ko' ? KO_NOTICES[code] : undefined) ?? NOTICES[code];
}

export function whereText(where: Where, { receipt }: Words): string {
  switch (where.kind) {
    case 'whole':
      return '';
    case 'line':
      return receipt.line(count(where.line));
    case 'record':
      return receipt.record(String(where.record));
    case 'offset':
      return receipt.offset(`0x${where.offset.toString(16)}`);
    default:
      return where satisfies never;
  }
}

/** What a run with rules tells of them. */
export type RuleReceipt = Pick<Receipt, 'packs' | 'rules' | 'ruleProblems' | 'exceptions' | 'scores'>;

/**
 * Ends a run: prints its receipt to stderr and, where asked for, as JSON into a file. The answer is the exit status:
 * done, or nothing readable, which is then said.
 */
export function conclude(
  { console, startedAt, zone }: Pick<Session, 'console' | 'startedAt' | 'zone'>,
  command: string,
  inputs: readonly InputReceipt[],
  file: string | undefined,
  rules: RuleReceipt = { packs: [], ruleProblems: [] },
): number {
  const { words, stderr, version } = console;
  const receipt: Receipt = {
    tool: { name: 'haetae', version },
    command,
    startedMs: startedAt,
    finishedMs: console.now(),
    zone,
    ...rules,
    inputs,
  };
  stderr.write(receiptText(receipt, words));
  if (file !== undefined) {
    try {
      writeFileSync(file, receiptJson(receipt));
    } catch (error) {
      throw new UsageError(words.errors.output(file, (error as Error).message));
    }
    stderr.write(`  ${words.receipt.written(file)}\n`);
  }
  if (anythingRead(inputs)) return EXIT.done;
  stderr.write(`haetae: ${words.errors.nothingReadable}\n`);
  return EXIT.nothingReadable;
}
