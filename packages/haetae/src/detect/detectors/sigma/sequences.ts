import type { Position } from '@haetae/event';
import {
  type CorrelationFinding,
  type CorrelationStats,
  type Correlator,
  type CorrelatorOptions,
  type CorrelatorState,
  createCorrelator,
  explainCorrelation,
  type Instant,
  type LinkedCorrelation,
  type SigmaCorrelation,
} from '@haetae/sigma';
import type { Via, WindowsMatch } from '@haetae/sigma/windows';
import type { RuleProblem } from '../../detector.ts';
import type { CorrelationReason, EventReference, Finding } from '../../finding.ts';
import type { Completed, FiledFinding, FiledSignal, Signal } from '../../signal.ts';

/** What is repeated of each event that a finding names. */
interface Named {
  readonly file: string;
  readonly computer: string;
  readonly channel: string;
  readonly eventId: number;
  readonly eventRecordId: number | string;
  readonly position: Position;
  readonly via: Via;
}

/** What is repeated of the event that met the condition. */
type Detail = Pick<FiledSignal, 'file' | 'event' | 'fields' | 'decoded'>;

type Found = CorrelationFinding<Named, Detail>;
/** What a finding says of its rule. */
export type RuleFacts = Pick<Finding, 'rule' | 'level' | 'attack'>;

export interface Sequences {
  /** The signal of a match; undefined when no correlation waits for its rule. */
  signal(match: WindowsMatch, about: Pick<Signal, 'event' | 'fields' | 'decoded'>): Signal | undefined;
  follow(signal: FiledSignal): readonly FiledFinding[];
  /** What can be said by now of signals that come out of order; see Detector. */
  settle(beforeMs?: number): readonly Completed[];
  finish(): readonly FiledFinding[];
  /** What limits cost, once all is followed. */
  problems(): RuleProblem[];
  save(): SequencesState;
}

/** Plain data. */
export type SequencesState = CorrelatorState<Named, Detail>;

/** How signals are taken that come as events do, out of order and without an end. */
export interface LiveSequences {
  readonly latenessMs: number;
  readonly state?: SequencesState;
}

/** Signals of a scan come in order of time, so none is waited for. */
const OPTIONS: CorrelatorOptions = { latenessMs: 0 };
/** Windows are looked at once in so many signals: nothing is lost by it, findings are sorted in the end. */
const SIGNALS_A_LOOK = 256;

/** Correlations over the matches of all files. */
export function createSequences(
  linked: readonly LinkedCorrelation[],
  factsOf: (linked: LinkedCorrelation) => RuleFacts,
  live?: LiveSequences,
): Sequences {
  const options = live === undefined ? OPTIONS : { latenessMs: live.latenessMs };
  const correlator: Correlator<Named, Detail> = createCorrelator(linked, options, live?.state);
  const facts = new Map(linked.map((one) => [one.correlation, factsOf(one)]));
  const texts = new Map<string, string>();
  let since = 0;

  const closed = (found: readonly Found[]): FiledFinding[] =>
    found.flatMap((one) => (one.state === 'closed' ? toFinding(one, facts.get(one.correlation)!) : []));

  return {
    signal: (match, about) => {
      const input = correlator.inputOf(match.rule);
      if (input === undefined) return undefined;
      const { id = '', name } = match.rule;
      return {
        detector: 'sigma',
        input,
        rule: { id, ...(name !== undefined && { name }) },
        values: correlator.valuesOf(input, match.view),
        via: match.via,
        ...about,
      };
    },
    follow: ({ input, values, via, event, fields, decoded, file }) => {
      const { computer, channel, eventId, eventRecordId, position } = event;
      correlator.add({
        input,
        values,
        timeMs: event.timeMs ?? Number.NaN,
        timeTicks: event.timeTicks,
        id: `${file}\0${String(place(position)).padStart(12, '0')}`,
        ref: {
          file: once(texts, file),
          computer: once(texts, computer),
          channel: once(texts, channel),
          eventId,
          eventRecordId,
          position,
          via,
        },
        detail: { file, event, fields, ...(decoded !== undefined && { decoded }) },
      });
      if (live !== undefined || ++since < SIGNALS_A_LOOK) return [];
      since = 0;
      return closed(correlator.advance());
    },
    settle: (beforeMs) =>
      correlator.advance(beforeMs).flatMap((one) => {
        if (one.state === 'updated') return [];
        const { id, count, state } = one;
        return { key: id, count, final: state === 'closed', finding: toFinding(one, facts.get(one.correlation)!) };
      }),
    finish: () => closed(correlator.finish()),
    save: () => correlator.save(),
    problems: () => correlator.stats.flatMap(({ correlation, stats }) => costs(correlation, stats)),
  };
}

const place = (position: Position): number => (position.kind === 'record' ? position.record : position.line);

const MOST_TEXTS = 10_000;

/** One string for equal ones: signals that were on disk each have their own. */
function once(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size < MOST_TEXTS) texts.set(text, text);
  return text;
}

function toFinding(found: Found, facts: RuleFacts): FiledFinding {
  const { event, fields, decoded, file } = found.met.detail!;
  const named = [...found.first, ...found.last];
  return {
    detector: 'sigma',
    ...facts,
    via: named.find(({ ref }) => ref.via !== 'field')?.ref.via ?? 'field',
    why: [toReason(found)],
    event,
    fields,
    ...(decoded !== undefined && { decoded }),
    file,
  };
}

function toReason(found: Found): CorrelationReason {
  const { from, to, first, last, ...why } = explainCorrelation(found);
  const rules = found.correlation.rules.map(({ text }) => text);
  const named = ({ rule, ref, ...at }: Found['first'][number]): EventReference => {
    const { position, file, computer, channel, eventId, eventRecordId } = ref;
    return {
      rule: rules[rule]!,
      time: isoTime(at),
      computer,
      channel,
      eventId,
      eventRecordId,
      ...(position.kind === 'record' ? { record: position.record } : { line: position.line }),
      file,
    };
  };
  return { ...why, from: isoTime(from), to: isoTime(to), first: first.map(named), last: last.map(named) };
}

/** The last moment that a date can be. */
const LAST_DATE = 8.64e15;

const isoTime = ({ timeMs, timeTicks }: Instant): string =>
  new Date(Math.min(timeMs, LAST_DATE)).toISOString().replace('Z', `${String(timeTicks).padStart(4, '0')}Z`);

/** What a correlation could not look at. */
function costs(correlation: SigmaCorrelation, stats: CorrelationStats): RuleProblem[] {
  const { matches, late, ungrouped, unmeasured, evictedGroups, folded, droppedEvents, forced } = stats;
  const said: string[] = [];
  if (late > 0) said.push(`${late} of ${matches} matches have no time, or came too late to be put in order`);
  if (matches > 0 && ungrouped === matches)
    said.push(`none of ${matches} matches has a value in each of ${correlation.groupBy.join(', ')}`);
  if (matches > 0 && unmeasured === matches && correlation.condition.kind === 'bounds')
    said.push(`none of ${matches} matches has a value to measure in ${correlation.condition.fields.join(', ')}`);
  if (evictedGroups > 0)
    said.push(`${evictedGroups} groups were let go to keep memory bounded; findings may be missing`);
  if (folded > 0) said.push(`${folded} windows were too large to slide and were added up as a whole`);
  if (droppedEvents > 0) said.push(`${droppedEvents} events of large windows were let go; counts are lower limits`);
  if (forced > 0) said.push(`too many matches waited; ${forced} were taken before their turn`);
  return said.map((reason) => ({
    severity: 'warning',
    code: 'correlation-limit',
    file: correlation.path ?? '',
    ...correlation.at,
    reason: `${correlation.title}: ${reason}`,
  }));
}
