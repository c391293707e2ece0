import type { Event, UnixMs } from '@haetae/event';
import { type AgentWatch, createAgentWatch, type SavedWatch } from '../../agents/index.ts';
import {
  type Completed,
  createLiveScorer,
  DETECTORS,
  type Detector,
  type DetectorSetup,
  describeProblem,
  type FiledFinding,
  type FiledSignal,
  type Finding,
  type HiddenText,
  isAtLeast,
  type RuleCounts,
  type RuleProblem,
  readBaseline,
  type Signal,
} from '../../detect/index.ts';
import { createJudge, type Exception, type Judge, readExceptions } from '../../exceptions/index.ts';
import { markOf } from '../fleet/sift/mark.ts';
import type { PolicySetup } from './policy.ts';

/** What findings of a live run call their file; the record is the id of the event in the store. */
export const LIVE_FILE = 'live';

type Level = Finding['level'];
type Scorer = ReturnType<typeof createLiveScorer>;

export interface DetectionSetup {
  readonly rules: DetectorSetup;
  readonly latenessMs: number;
  readonly baseline: Uint8Array | undefined;
  readonly policy: PolicySetup;
  readonly nowMs: number;
}

/** A finding of several events, whose row is written once and revised at its end. */
export type Told = {
  readonly finding: FiledFinding;
  readonly key?: string;
  readonly count?: number;
  readonly final?: boolean;
};

/** What one event alone tells, by whoever looked at it; `unusual` as a scorer gives it. */
export interface Found {
  readonly findings: readonly Finding[];
  readonly signals: readonly Signal[];
  readonly unusual: ReturnType<Scorer>;
}

/** What is remembered from one start to the next, plain data. */
export interface SavedDetection {
  readonly states: Readonly<Record<string, unknown>>;
  /** What scores were about that were told of a host on a day; their number alone in older states. */
  readonly perDay: readonly (readonly [string, readonly string[] | number])[];
  readonly newestMs: number;
  /** Absent in states that are older than agents. */
  readonly agents?: SavedWatch;
}

const PER_HOST_DAY = 5;
const MOST_DAYS = 50_000;
const NONE: readonly string[] = [];

/** Events in, findings out: rules with their correlations, scores against a baseline, less what exceptions and people's settings take away. */
export class Detection {
  readonly #setup: DetectionSetup;
  readonly #rules: Detector;
  readonly #score: Scorer | undefined;
  #policy: PolicySetup;
  #judge: Judge | undefined;
  #exceptions: readonly Exception[] = [];
  #exceptionsUntil = Number.POSITIVE_INFINITY;
  /** What the scores were about that were told of a host on a day: no more than a few. */
  readonly #perDay: Map<string, readonly string[]>;
  /** Host and day of the event that was looked at last, as {@link #perDay} knows them. */
  #scored = { computer: '', day: Number.NaN, key: '' };
  readonly #agents: AgentWatch;
  #signals: FiledSignal[] = [];
  #newestMs: number;
  #mark: string | undefined;
  #current: { event: Event; id: number; timeMs: number } | undefined;

  constructor(setup: DetectionSetup, saved?: SavedDetection) {
    this.#setup = setup;
    const live = { latenessMs: setup.latenessMs, ...(saved !== undefined && { states: saved.states }) };
    this.#rules = DETECTORS.get('sigma')!.create({ ...setup.rules, live });
    this.#score = setup.baseline === undefined ? undefined : createLiveScorer(readBaseline(setup.baseline));
    this.#perDay = new Map(
      saved?.perDay.map(([key, told]) => [key, typeof told === 'number' ? new Array<string>(told).fill('') : told]),
    );
    this.#agents = createAgentWatch(undefined, saved?.agents);
    this.#newestMs = saved?.newestMs ?? Number.NEGATIVE_INFINITY;
    this.#policy = setup.policy;
    this.setPolicy(setup.policy, setup.nowMs);
  }

  get counts(): RuleCounts {
    return this.#rules.counts;
  }
  get problems(): readonly RuleProblem[] {
    return this.#rules.problems;
  }
  /** What is wrong with rules, the worst first. */
  problemTexts(most: number): string[] {
    return [...this.problems]
      .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
      .slice(0, most)
      .map(describeProblem);
  }
  /** Files of exceptions that say something wrong, and exceptions that are not in force. */
  exceptionProblems: readonly string[] = [];
  get exceptions(): number {
    return this.#exceptions.length;
  }

  /** What people decided; takes effect with the next event. */
  setPolicy(policy: PolicySetup, nowMs: number): void {
    this.#policy = policy;
    const book = readExceptions(policy.exceptions, nowMs);
    this.#exceptions = book.exceptions.filter(({ state }) => state === 'in-force');
    this.#judge = this.#exceptions.length === 0 ? undefined : createJudge(this.#exceptions, new Map(policy.ruleNames));
    this.exceptionProblems = [
      ...book.problems.map(({ message }) => message),
      ...book.exceptions
        .filter(({ state }) => state !== 'in-force')
        .map(({ file, line, title, state }) => `${file}:${line}: ${title}: ${state}`),
    ];
    this.#exceptionsUntil = nowMs + DAY_MS - (nowMs % DAY_MS);
  }

  /** An exception ends with its day. Called with the received time of each frame. */
  clock(receivedMs: number): void {
    if (receivedMs >= this.#exceptionsUntil) this.setPolicy(this.#policy, receivedMs);
  }

  /** Texts that were decoded out of the event that was looked at last. */
  hidden(event: Event): readonly HiddenText[] {
    return this.#rules.hidden!(event);
  }

  /**
   * Findings of one event. `id`: of the event in the store. `timeMs`: when it happened, as correlations are to see it: an
   * event that is ahead of our clock counts when it came.
   */
  detect(event: Event, id: number, timeMs: number, told: Told[]): void {
    this.#current = { event, id, timeMs };
    for (const finding of this.#rules.detect(event, this.#take)) this.#tell(finding, id, told);
    if (this.#score !== undefined) this.#detectUnusual(this.#score, event, id, timeMs, told);
  }

  /** The same of an event that was looked at elsewhere, by the rules and the baseline of {@link mark}. */
  accept({ findings, signals, unusual }: Found, event: Event, id: number, timeMs: number, told: Told[]): void {
    this.#current = { event, id, timeMs };
    for (const signal of signals) this.#take(signal);
    for (const finding of findings) this.#tell(finding, id, told);
    if (unusual !== undefined) this.#detectUnusual(() => unusual, event, id, timeMs, told);
  }

  /** Tells these rules and this baseline from others. */
  get mark(): string {
    this.#mark ??= markOf(this.#setup);
    return this.#mark;
  }

  /** What an agent says of itself and its host; `id`: of the word in the store. */
  hear(event: Event, agent: string, id: number, receivedMs: number, told: Told[]): void {
    for (const finding of this.#agents.take(event, agent, receivedMs, id)) this.#tell(finding, id, told);
  }

  /** What agents say by saying nothing. */
  miss(receivedMs: number, told: Told[]): void {
    for (const finding of this.#agents.tick(receivedMs)) {
      const { position } = finding.event;
      this.#tell(finding, position.kind === 'record' ? position.record : 0, told);
    }
  }

  /** When {@link miss} is to be asked again although nothing came. */
  get wantsClockAt(): number | undefined {
    return this.#agents.wantsTickAt;
  }

  readonly #take = (signal: Signal): void => {
    const { id, timeMs } = this.#current!;
    if (this.#judge?.find(signal) !== undefined) return;
    // A value may be a slice of the frame, which it would keep in memory.
    const own = structuredClone(signal);
    this.#signals.push({
      ...own,
      event: { ...own.event, timeMs, position: { kind: 'record', record: id } },
      file: LIVE_FILE,
    });
  };

  /** Whether events since the last {@link settle} matched rules that correlations wait for. */
  get signalled(): boolean {
    return this.#signals.length > 0;
  }

  /** At the end of a frame: findings of several events that are complete now. `all`: older signals are waited for no longer. */
  settle(all: boolean, told: Told[]): void {
    const rules = this.#rules;
    for (const signal of this.#signals) {
      rules.follow?.(signal);
      this.#newestMs = Math.max(this.#newestMs, signal.event.timeMs!);
    }
    this.#signals = [];
    for (const one of rules.settle?.(all ? this.#newestMs + 1 : undefined) ?? []) this.#tellCompleted(one, told);
  }

  #tell(finding: Finding, id: number, told: Told[]): void {
    const kept = this.#kept(finding);
    if (kept === undefined) return;
    const { event } = kept;
    told.push({ finding: { ...kept, event: { ...event, position: { kind: 'record', record: id } }, file: LIVE_FILE } });
  }

  #tellCompleted({ finding, ...rest }: Completed, told: Told[]): void {
    const kept = this.#kept(finding);
    if (kept !== undefined) told.push({ finding: kept, ...rest });
  }

  /** undefined for what an exception or a person's setting takes away. */
  #kept<T extends Finding>(finding: T): T | undefined {
    const id = finding.rule?.id.toLowerCase() ?? '';
    const state = id === '' ? undefined : this.#policy.rules[id];
    if (state?.enabled === false) return undefined;
    const level = (state?.level ?? finding.level) as Level;
    if (!isAtLeast(level, this.#setup.rules.minLevel ?? 'informational')) return undefined;
    if (this.#judge?.find(finding) !== undefined) return undefined;
    return level === finding.level ? finding : { ...finding, level };
  }

  /** A host of which enough was told that day is not even looked at; of each program one finding a day is enough. */
  #detectUnusual(score: Scorer, event: Event, id: number, timeMs: number, told: Told[]): void {
    const { computer } = event;
    const day = Math.floor(timeMs / DAY_MS);
    // Events come host by host.
    if (computer !== this.#scored.computer || day !== this.#scored.day)
      this.#scored = { computer, day, key: `${computer.toLowerCase()} ${day}` };
    const { key } = this.#scored;
    const before = this.#perDay.get(key) ?? NONE;
    if (before.length >= PER_HOST_DAY) return;
    const found = score(event);
    if (found === undefined || before.includes(found.about)) return;
    this.#perDay.set(key, [...before, found.about]);
    if (this.#perDay.size > MOST_DAYS) this.#perDay.delete(this.#perDay.keys().next().value!);
    this.#tell(found.finding(), id, told);
  }

  save(): SavedDetection {
    return {
      states: { sigma: this.#rules.save!() },
      perDay: [...this.#perDay],
      newestMs: this.#newestMs,
      agents: this.#agents.save(),
    };
  }
}

const DAY_MS = 86_400_000;

export const timeOf = (finding: Finding, otherwise: number): UnixMs => (finding.event.timeMs ?? otherwise) as UnixMs;
