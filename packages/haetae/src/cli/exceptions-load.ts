import {
  createJudge,
  type Exception,
  type ExceptionBook,
  type HiddenTally,
  type Judge,
  readExceptions,
} from '../exceptions/index.ts';
import { printable, type Words } from '../locale/index.ts';
import { type RulePack, rulesAt, ruleTools } from '../rules/index.ts';
import { count } from './numbers.ts';
import { UsageError } from './usage.ts';

/** The exceptions of every --exceptions path. A path that is not there is a mistake that deserves an answer; an empty folder is none. */
export function exceptionsAt(paths: readonly string[], now: number, words: Words): ExceptionBook {
  const books = paths.map((path) => {
    const found = rulesAt(path);
    if (found === undefined) throw new UsageError(words.exceptions.noPath(path));
    return readExceptions(found.files, now);
  });
  return {
    exceptions: books.flatMap(({ exceptions }) => exceptions),
    problems: books.flatMap(({ problems }) => problems),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Judges by these exceptions. Rules are read only where one is referred to by its name, which findings do not tell. */
export async function judgeOf(
  exceptions: readonly Exception[],
  packs: readonly RulePack[],
): Promise<Judge | undefined> {
  if (exceptions.length === 0) return undefined;
  const byName = exceptions.some(
    ({ filter }) => filter.rules !== 'any' && filter.rules.some(({ text }) => !UUID.test(text)),
  );
  return byName ? createJudge(exceptions, await ruleNames(packs)) : createJudge(exceptions);
}

/** Names of rules by their ids in lower case. */
export async function ruleNames(packs: readonly RulePack[]): Promise<ReadonlyMap<string, string>> {
  const { readRules } = await ruleTools();
  const { entries } = readRules(packs.flatMap(({ files }) => files));
  return new Map(
    entries.flatMap(({ rule: { id, name } }) =>
      id === undefined || name === undefined ? [] : [[id.toLowerCase(), name] as const],
    ),
  );
}

/** What the receipt says of exceptions. */
export interface ExceptionReceipt {
  readonly inForce: number;
  readonly hidden: ReturnType<HiddenTally['list']>;
  readonly idle: readonly Exception[];
  readonly problems: readonly string[];
}

export function exceptionReceipt({ exceptions, problems }: ExceptionBook, hidden: HiddenTally): ExceptionReceipt {
  return {
    inForce: exceptions.filter(({ state }) => state === 'in-force').length,
    hidden: hidden.list(),
    idle: exceptions.filter(({ state }) => state !== 'in-force'),
    problems: problems.map(({ message }) => message),
  };
}

export function exceptionReceiptJson({ inForce, hidden, idle, problems }: ExceptionReceipt) {
  const about = ({ id, title, file, owner, reason, expires }: Exception) => ({
    id,
    title,
    file,
    owner,
    reason,
    expires: expires === '' ? null : expires,
  });
  return {
    inForce,
    hidden: hidden.map(({ exception, findings, withheld }) => ({ ...about(exception), findings, withheld })),
    notInForce: idle.map((exception) => ({ ...about(exception), state: exception.state, lacks: exception.lacks })),
    problems,
  };
}

/** Lines of the receipt for people: what was hidden and by whose word, and what is no longer in force. */
export function exceptionLines({ inForce, hidden, idle, problems }: ExceptionReceipt, words: Words): string[] {
  const { exceptions: w } = words;
  const total = hidden.reduce((sum, { findings }) => sum + findings, 0);
  const lines = [
    hidden.length === 0 ? `  ${w.hidNothing(count(inForce))}` : `  ${w.hid(count(total), count(inForce))}:`,
  ];
  for (const { exception, findings, withheld } of hidden) {
    const { title, owner, expires, reason } = exception;
    const more = withheld > 0 ? `; ${w.withheld(count(withheld))}` : '';
    lines.push(
      `    ${w.hidBy(printable(title), count(findings), printable(owner), expires)} – ${printable(reason)}${more}`,
    );
  }
  if (idle.length > 0) lines.push(`  ${w.notInForce(count(idle.length))}:`);
  for (const exception of idle) lines.push(`    ${idleText(exception, words)}`);
  if (problems.length > 0) lines.push(`  ${w.problems(count(problems.length))}:`);
  for (const problem of problems) lines.push(`    ${printable(problem)}`);
  return lines;
}

/** Why an exception is not in force: `Backup agent (x.yml:1): expired on 2026-03-15, owner kim`. */
export function idleText(
  { title, file, line, state, owner, expires, lacks }: Exception,
  { exceptions: w }: Words,
): string {
  const why =
    state === 'expired' ? w.expired(expires, printable(owner)) : w.lacks(lacks.map((key) => w.keys[key]).join(', '));
  return `${printable(title)} (${printable(file)}:${line}): ${why}`;
}
