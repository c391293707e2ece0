import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Event } from '@haetae/event';
import { SigmaError } from '@haetae/sigma';
import { current } from '../attack/index.ts';
import type { LabWords } from '../locale/index.ts';
import { eachEvent, type Located } from '../pipeline/index.ts';
import { type Explainer, type RuleEntry, ruleTools } from '../rules/index.ts';
import {
  type Blindness,
  builtinCampaigns,
  campaignsAt,
  createRunLabeller,
  type Evidence,
  eventKey,
  type Label,
  LabelError,
  type RunRecord,
  readCampaigns,
  readLabels,
  related,
  type ScoreCard,
  type SeenFinding,
  type StepAbout,
  scoreCard,
  stepsOfRun,
  thisMachine,
} from '../scenario/index.ts';
import { judgeOf } from './exceptions-load.ts';
import type { Context } from './flags.ts';
import type { LabScoreFlags } from './lab-flags.ts';
import { labFolder, labToken } from './lab-home.ts';
import { keepCard, writeCard } from './lab-score-out.ts';
import { askScored } from './lab-score-stored.ts';
import { levelOption } from './options.ts';
import { conclude } from './receipt.ts';
import { prepareScan } from './scan-run.ts';
import { readSettings, type Session, session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

/** What a card is made of besides the logs. */
export interface Exercise {
  readonly labels: readonly Label[];
  readonly steps: readonly StepAbout[];
  readonly title: string;
  readonly run: RunRecord | undefined;
}

/** `haetae lab score --labels FILE [LOGS …]` */
export async function scoreCommand(this: Context, flags: LabScoreFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const minLevel = flags.minLevel === undefined ? 'medium' : levelOption('--min-level', flags.minLevel, words);
  const exercise = exerciseOf(flags, words.lab);
  const about = { id: randomUUID(), title: flags.title ?? exercise.title, madeMs: console.now(), minLevel };
  if (paths.length === 0) {
    if (exercise.labels.length === 0) throw new UsageError(words.lab.score.needsLogs);
    console.exit(await askScored(flags, exercise, about, console));
    return;
  }
  // Every finding counts here, whatever its level, and what exceptions leave out is told as such.
  const { minLevel: _level, output: _output, ...detecting } = flags;
  const prepared = await prepareScan(detecting, words, console, false);
  const inForce = prepared.exceptions.exceptions.filter(({ state }) => state === 'in-force');
  const judge = await judgeOf(inForce, prepared.packs);
  await session(console, flags, paths, async (s) => {
    const labels = exercise.run === undefined ? exercise.labels : await runLabels(exercise.run, flags, s);
    const wanted = new Set(labels.map(({ computer, channel, record }) => eventKey(computer, channel, record)));
    const done = await prepared.run(s, false);
    const findings: SeenFinding[] = [];
    try {
      for await (const finding of done.findings.sorted()) {
        const seen = seenOf(finding, judge?.find(finding)?.id ?? '');
        if (seen.events.some((key) => wanted.has(key))) findings.push(seen);
      }
    } finally {
      done.findings.dispose();
    }
    const bare = { labels, present: wanted, findings, blind: (): Blindness => ({ kind: 'rule-blind', about: [] }) };
    const first = scoreCard({ ...about, source: 'logs' }, exercise.steps, bare);
    const entries = (await ruleTools()).readRules(prepared.packs.flatMap(({ files }) => files)).entries;
    const { present, blind } = await lookAgain(first, labels, entries, flags, s);
    const evidence: Evidence = { labels, present, findings, blind };
    const card = scoreCard({ ...about, source: 'logs' }, exercise.steps, evidence);
    s.clearProgress();
    await writeCard(card, flags, s);
    if (flags.data !== undefined) console.stderr.write(`haetae: ${await keepCard(card, flags, words)}\n`);
    const status = conclude(s, 'lab score', done.receipts, flags.receipt, prepared.receipt(done));
    if (status !== EXIT.done) return status;
    return card.steps.every(({ verdict }) => verdict.kind === 'detected') ? EXIT.done : EXIT.findings;
  });
}

function exerciseOf(flags: LabScoreFlags, w: LabWords): Exercise {
  if ((flags.labels === undefined) === (flags.run === undefined)) throw new UsageError(w.score.needsLabels);
  const text = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new UsageError(w.score.unreadable(path, (error as Error).message));
    }
  };
  if (flags.run !== undefined) {
    const run = runOf(text(flags.run));
    if (run === undefined) throw new UsageError(w.score.noRun(flags.run));
    return { labels: [], steps: stepsOfRun(run), title: `Atomic Red Team · ${run.host}`, run };
  }
  try {
    const labels = readLabels(text(flags.labels!), flags.labels!);
    const ids = [...new Set(labels.map(({ campaign }) => campaign))];
    return { labels, steps: stepsOfCampaigns(ids, flags.campaign, w), title: ids.join(', '), run: undefined };
  } catch (error) {
    if (error instanceof LabelError) throw new UsageError(error.message);
    throw error;
  }
}

/** What the campaigns say of their steps: titles, tactics, and steps of which no event came. Labels of others speak for themselves. */
function stepsOfCampaigns(ids: readonly string[], path: string | undefined, w: LabWords): StepAbout[] {
  const own = path === undefined ? [] : campaignsAt(path);
  if (own === undefined) throw new UsageError(w.score.unreadable(path!, w.noAtomics(path!)));
  const { campaigns } = readCampaigns([...own, ...(own.length > 0 ? [] : builtinCampaigns())]);
  return campaigns
    .filter(({ id }) => ids.includes(id))
    .flatMap(({ id, steps }) =>
      // A step of which nothing is demanded is no attack: an ordinary deed between two.
      steps
        .filter(({ techniques }) => techniques.length > 0)
        .map((step) => ({
          campaign: id,
          step: step.id,
          title: step.title,
          techniques: step.techniques,
          tactic: step.tactic,
        })),
    );
}

function runOf(text: string): RunRecord | undefined {
  try {
    const run = JSON.parse(text) as Partial<RunRecord> | null;
    return run?.haetae === 'lab-run.1' && Array.isArray(run.steps) ? (run as RunRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Labels of a run, by its markers: read out of the logs with this lab's own secret. */
async function runLabels(run: RunRecord, flags: LabScoreFlags, s: Session): Promise<readonly Label[]> {
  const { console } = s;
  const folder = labFolder(flags.lab, process.env, process.platform, process.getuid?.());
  const { secret } = labToken(folder, thisMachine(), console.now(), console.words.lab);
  const labeller = createRunLabeller(run, secret);
  await read(flags, s, (event) => labeller.add(event));
  return labeller.labels();
}

const read = (flags: LabScoreFlags, s: Session, see: (event: Event) => void) =>
  eachEvent(s.found.files, readSettings(flags, s.zone, false), s.console.signal, see, s.advance, s.fileDone);

export function seenOf({ detector, rule, level, attack, event, why }: Located, exception: string): SeenFinding {
  const several = why.flatMap((reason) =>
    'first' in reason && 'last' in reason ? [...reason.first, ...reason.last] : [],
  );
  const own = several.map(({ computer, channel, eventRecordId }) => eventKey(computer, channel, eventRecordId));
  return {
    ...{ detector, level, techniques: attack.techniques, tactics: attack.tactics, exception },
    ...{ ruleId: rule?.id ?? '', title: rule?.title ?? '' },
    ...(rule?.titleKo !== undefined && { titleKo: rule.titleKo }),
    events: [...new Set([eventKey(event.computer, event.channel, event.eventRecordId), ...own])],
    timeMs: event.timeMs ?? 0,
  };
}

/**
 * The logs once more: which labelled events are there, and, of steps of which nothing was said, what the rules of their techniques made of
 * them: whether a field was missing, or which rule came nearest.
 */
async function lookAgain(
  card: ScoreCard,
  labels: readonly Label[],
  entries: readonly RuleEntry[],
  flags: LabScoreFlags,
  s: Session,
): Promise<Pick<Evidence, 'present' | 'blind'>> {
  const { createExplainer } = await ruleTools();
  const blindSteps = card.steps.filter(({ verdict }) => verdict.kind === 'missed' && verdict.because === 'rule-blind');
  const explainers = new Map<string, { readonly entry: RuleEntry; readonly explainer: Explainer }[]>();
  for (const { campaign, step, techniques } of blindSteps) {
    const some = entries.filter(({ attack }) =>
      attack.techniques.some((id) => techniques.some((one) => related(one, current(id) ?? id))),
    );
    explainers.set(
      `${campaign}\0${step}`,
      some.flatMap((entry) => {
        const explainer = entry.kind === 'rule' ? createExplainer(entry.rule, 1) : undefined;
        return explainer === undefined || explainer instanceof SigmaError ? [] : [{ entry, explainer }];
      }),
    );
  }
  const stepOf = new Map(
    labels.map((label) => [eventKey(label.computer, label.channel, label.record), `${label.campaign}\0${label.step}`]),
  );
  const present = new Set<string>();
  await read(flags, s, (event) => {
    const key = eventKey(event.computer, event.channel, String(event.eventRecordId));
    const step = stepOf.get(key);
    if (step === undefined) return;
    present.add(key);
    for (const { explainer } of explainers.get(step) ?? []) explainer.add(event, '');
  });
  return { present, blind: (step, campaign) => blindness(explainers.get(`${campaign}\0${step}`) ?? []) };
}

function blindness(tried: readonly { readonly entry: RuleEntry; readonly explainer: Explainer }[]): Blindness {
  const nearest = tried
    .flatMap(({ entry, explainer }) =>
      explainer.result().misses.map((miss) => ({ entry, near: miss.explanation.near })),
    )
    .filter(({ near }) => near.held > 0)
    .sort((a, b) => a.near.of - a.near.held - (b.near.of - b.near.held) || b.near.held - a.near.held);
  // Rules that lack nothing but a field that the event does not have.
  const lacking = nearest.filter(
    ({ near }) =>
      near.excludedBy.length === 0 &&
      near.failed.length > 0 &&
      near.failed.every(({ actual, field }) => field !== undefined && actual === undefined),
  );
  const fields = [...new Set(lacking.flatMap(({ near }) => near.failed.map(({ field }) => field!)))];
  if (fields.length > 0) return { kind: 'field-absent', about: fields.slice(0, 5) };
  return { kind: 'rule-blind', about: nearest.slice(0, 1).map(({ entry }) => entry.rule.title) };
}
