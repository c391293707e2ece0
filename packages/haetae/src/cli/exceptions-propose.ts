import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAtLeast } from '../detect/index.ts';
import { hasPassed, isDay, type Proposal, propose, type Refusal, type Unproposed } from '../exceptions/index.ts';
import { incidentTitle, shortHost } from '../incident/index.ts';
import { cut, printable, type Words } from '../locale/index.ts';
import { fileOut } from './console.ts';
import { type KnownBadFound, knownBadOf, sigmaRules, type Targets, targetsOf, whereOf } from './exceptions-targets.ts';
import { titleOf } from './findings.ts';
import type { Context, ExceptionsProposeFlags } from './flags.ts';
import { idOption } from './incident-pick.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { prepareScan } from './scan-run.ts';
import { session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

export async function proposeCommand(this: Context, flags: ExceptionsProposeFlags, ...paths: string[]): Promise<void> {
  await run(this, flags, paths, undefined);
}

export async function addCommand(this: Context, flags: ExceptionsProposeFlags, ...paths: string[]): Promise<void> {
  const { exceptions: w } = this.console.words;
  const [folder, another] = flags.exceptions ?? [];
  if (folder === undefined || another !== undefined) throw new UsageError(w.oneFolder);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) throw new UsageError(w.oneFolder);
  const missing = (['owner', 'reason', 'expires'] as const).filter((key) => (flags[key] ?? '').trim() === '');
  if (missing.length > 0) throw new UsageError(w.needsAbout(missing.map((key) => `--${key}`).join(', ')));
  if (stat === undefined) mkdirSync(folder, { recursive: true });
  await run(this, flags, paths, folder);
}

/** `into`: the folder that the exception is written into; undefined: it is only shown. */
async function run(
  { console }: Context,
  flags: ExceptionsProposeFlags,
  paths: readonly string[],
  into: string | undefined,
) {
  const { words, stderr } = console;
  const { exceptions: w } = words;
  if (flags.id === undefined && flags.rule === undefined) throw new UsageError(w.needsTarget);
  idOption(flags.id, words);
  if (flags.expires !== undefined) {
    if (!isDay(flags.expires)) throw new UsageError(w.day(flags.expires));
    if (hasPassed(flags.expires, console.now())) throw new UsageError(w.past(flags.expires));
  }
  // What is excepted already need not be excepted again.
  const prepared = await prepareScan(flags, words, console);
  await session(console, flags, paths, async (s) => {
    const found = await targetsOf(flags, prepared, s, words);
    const bad = await knownBadOf(flags.knownBad ?? [], prepared, s, words);
    s.clearProgress();
    const status = conclude(s, 'exceptions propose', found.receipts, flags.receipt);
    if (status !== EXIT.done) return status;
    if (found.targets.length === 0) {
      stderr.write(`haetae: ${w.noFinding}\n`);
      return EXIT.findings;
    }
    const proposal = propose({
      ...{ targets: found.targets, others: found.others, rules: await sigmaRules(prepared.packs) },
      knownBad: [...bad.tests, ...bad.attacks],
      about: {
        title: flags.title ?? defaultTitle(found, words),
        owner: flags.owner?.trim() || w.placeholder.owner,
        reason: flags.reason?.trim() || w.placeholder.reason,
        expires: flags.expires ?? '',
        date: new Date(console.now()).toISOString().slice(0, 10),
        ...(found.incident === undefined ? {} : { incident: found.incident.id }),
      },
    });
    stderr.write(report(proposal, found, bad, words));
    if (proposal.drafts.length === 0 || proposal.test.refusals.length > 0) return EXIT.findings;
    if (into === undefined) {
      s.write(proposal.text);
      if (flags.owner === undefined || flags.reason === undefined || flags.expires === undefined)
        stderr.write(`  ${w.unfilled}\n`);
      return EXIT.done;
    }
    const path = join(into, `${fileName(proposal)}.yml`);
    if (existsSync(path)) throw new UsageError(w.exists(path));
    const file = fileOut(path);
    file.write(proposal.text);
    file.commit();
    stderr.write(`  ${w.wrote(printable(path))}\n`);
    return EXIT.done;
  });
}

/** By the id of its first document: the same exception has the same name. */
const fileName = ({ text }: Proposal): string => /^id: (\S+)$/m.exec(text)![1]!;

function defaultTitle({ incident, targets }: Targets, words: Words): string {
  const { exceptions: w } = words;
  if (incident !== undefined) return w.defaultTitle(incidentTitle(incident, words.lang), '');
  const hosts = [...new Set(targets.map(({ event }) => shortHost(event.computer)))];
  return w.defaultTitle(printable(titleOf(targets[0]!, words)), hosts.length === 1 ? printable(hosts[0]!) : '');
}

const MOST_TOLD = 8;

/** What is proposed, what it was tested on, and what stands against it. */
function report(proposal: Proposal, { others }: Targets, bad: KnownBadFound, words: Words): string {
  const { exceptions: w, levels } = words;
  const { drafts, unproposed, test } = proposal;
  const [covered, of] = [count(test.covered), count(test.targets)];
  const lines: string[] = [];
  if (drafts.length > 0) {
    lines.push(drafts.length === 1 ? w.proposedOne(covered, of) : w.proposed(count(drafts.length), covered, of));
    const ids = new Set(drafts.flatMap(({ rules = [] }) => rules.map(({ id }) => id.toLowerCase())));
    const same = others.filter(({ rule }) => rule !== null && ids.has(rule.id.toLowerCase())).length;
    if (same > 0) lines.push(`  ${w.separates(count(same - test.alsoHidden.length))}`);
    lines.push(`  ${w.tested(count(bad.tests.length), count(bad.attacks.length))}`);
  }
  const lower = test.alsoHidden.filter(({ level }) => !isAtLeast(level, 'high'));
  if (lower.length > 0) {
    lines.push(`  ${w.alsoHidden(count(lower.length))}`);
    for (const one of lower.slice(0, MOST_TOLD))
      lines.push(`    ${w.refusal(printable(titleOf(one, words)), levels[one.level], whereOf(one))}`);
  }
  if (test.refusals.length > 0) {
    lines.push(w.refused);
    for (const refusal of test.refusals.slice(0, MOST_TOLD)) lines.push(`    ${refusalText(refusal, words)}`);
  }
  if (unproposed.length > 0) lines.push(`  ${w.unproposed}`);
  for (const one of unproposed.slice(0, MOST_TOLD)) lines.push(`    ${unproposedText(one, words)}`);
  return `${lines.join('\n')}\n`;
}

export function refusalText(refusal: Refusal, words: Words): string {
  const { exceptions: w, levels } = words;
  if (refusal.kind === 'known-bad') return w.knownBadAt(printable(refusal.known.at));
  const { finding } = refusal;
  return w.refusal(printable(titleOf(finding, words)), levels[finding.level], whereOf(finding));
}

function unproposedText(one: Unproposed, { exceptions: w }: Words): string {
  const head = `${cut(printable(one.title), 80)} ×${count(one.findings)}: `;
  switch (one.kind) {
    case 'correlation':
    case 'no-id':
    case 'nothing-to-go-by':
      return head + w.why[one.kind];
    case 'inseparable':
      return head + w.why.inseparable(count(one.alike), 'at' in one.like ? printable(one.like.at) : whereOf(one.like));
    default:
      return one satisfies never;
  }
}
