import { type CompileOptions, compile, type Matcher, testOf } from './compile.ts';
import { SigmaError } from './error.ts';
import { Group } from './fast/group.ts';
import { keywordFilters } from './fast/keywords.ts';
import { Predicates, type Program, ProgramBuilder } from './fast/program.ts';
import { holdsTree } from './fast/walk.ts';
import { type FieldMapping, mappedView } from './mapping.ts';
import { type Candidate, createRouter, knownOf } from './routing.ts';
import type { SigmaRule } from './rule.ts';
import { loadRules, SAVED_VERSION, type SavedRules, saveRules } from './saved.ts';
import { type EventView, PreparedView } from './view.ts';

export type { Candidate } from './routing.ts';

export interface Match {
  readonly rule: SigmaRule;
  readonly matcher: Matcher;
  /** `field`: the rule saw the event as it is; else the name of the mapping through which it did, such as `mapped:4688`. */
  readonly via: string;
  /** What the rule saw; give it to `matcher.explain`. */
  readonly view: EventView;
}

export interface RuleSet {
  readonly matchers: readonly Matcher[];
  /** Why rules were refused: of `rules.length` rules, `matchers.length` are in force. */
  readonly problems: readonly SigmaError[];
  /** The rules that may match events of this channel and id. */
  candidates(channel: string, eventId: number): readonly Candidate[];
  /** Every match of one event, in the order of the rules. */
  match(channel: string, eventId: number, view: EventView): Match[];
  /** The rules of which at least one of these kinds of events could make a match. */
  couldFire(seen: Iterable<{ readonly channel: string; readonly eventId: number }>): ReadonlySet<Matcher>;
  /**
   * The rules in force, to be loaded without reading and compiling them again. `leftOut`: those of which no text is wanted, as
   * whoever loads them can give the rule itself.
   */
  save(leftOut?: (rule: SigmaRule) => boolean): SavedRules;
}

export interface RuleSetOptions extends CompileOptions {
  /**
   * `fast` asks what many rules ask once, and remembers what it was answered; `plain` evaluates rule by rule. Both give the
   * same matches: `plain` is what `fast` is tested against.
   */
  readonly engine?: 'fast' | 'plain';
  /**
   * Characters of a kind's events, 2,000 more for each event, that `fast` searches rule by rule too, as building what asks many
   * rules at once costs more than that. Unless given, 2,000 for each rule of the kind and 40,000 at most, which are a dozen
   * process creations.
   */
  readonly effortBeforeGroup?: number;
}

/** Kinds of events remembered; a log that invents channels must not fill the memory. */
const MOST_KINDS = 2048;

/** What an event costs rule by rule, however short it is, and what a rule costs a group: in characters. */
const EFFORT_OF_EVENT = 2000;
const EFFORT_OF_RULE = 2000;
const MOST_EFFORT = 40_000;

/** What is known of a kind of events. */
interface Kind {
  readonly candidates: readonly Candidate[];
  readonly known: PreparedView;
  group: Group | undefined;
  /** How much is left of what its events may cost before there is a group. */
  patience: number;
}

/**
 * Compiles rules and routes events to them by channel and event id, so that an event costs only the rules of its own log.
 * A rule that cannot be compiled is a problem, not an exception; the others are in force.
 */
export function createRuleSet(rules: readonly SigmaRule[] | SavedRules, options: RuleSetOptions = {}): RuleSet {
  const { engine = 'fast', effortBeforeGroup } = options;
  const { matchers, problems, predicates, numbers } = inForce(rules, options);
  const route = createRouter(matchers);
  const filters = keywordFilters();
  const byChannel = new Map<string, Map<number, Kind>>();
  let kinds = 0;

  const kindOf = (channel: string, eventId: number): Kind => {
    const found = byChannel.get(channel)?.get(eventId);
    if (found !== undefined) return found;
    const known = new PreparedView(knownOf(channel, eventId));
    const candidates = route(channel, eventId);
    const patience = effortBeforeGroup ?? Math.min(MOST_EFFORT, EFFORT_OF_RULE * candidates.length);
    const kind: Kind = { candidates, known, group: undefined, patience };
    if (++kinds > MOST_KINDS) {
      byChannel.clear();
      kinds = 1;
    }
    const ids = byChannel.get(channel) ?? new Map<number, Kind>();
    byChannel.set(channel, ids.set(eventId, kind));
    return kind;
  };
  const groupOf = (kind: Kind): Group => {
    const { trees } = predicates().program;
    const entries = kind.candidates.map(({ matcher, mapping }) => ({ tree: trees[numbers.get(matcher)!]!, mapping }));
    return new Group(entries, predicates(), kind.known, filters);
  };

  const walked = (candidates: readonly Candidate[], seen: Seen): Match[] => {
    const made = predicates();
    const { trees } = made.program;
    return toMatches(candidates, seen, ({ matcher, mapping }) =>
      holdsTree(trees[numbers.get(matcher)!]!, made, seen.by(mapping)),
    );
  };

  return {
    matchers,
    problems,
    candidates: (channel, eventId) => kindOf(channel, eventId).candidates,
    match: (channel, eventId, view) => {
      const kind = kindOf(channel, eventId);
      const { candidates } = kind;
      if (candidates.length === 0) return [];
      const seen = new Seen(view);
      if (engine === 'plain') return plainMatches(candidates, seen);
      // What a group folds away is not true of an event that says another thing of its kind.
      if (!(view.isKind?.(channel, eventId) === true || isOfKind(view, kind.known))) return walked(candidates, seen);
      if (kind.group === undefined && kind.patience > 0) {
        kind.patience -= EFFORT_OF_EVENT + charactersOf(view);
        if (kind.patience > 0) return walked(candidates, seen);
      }
      kind.group ??= groupOf(kind);
      const hits = kind.group.hits(view, seen);
      return hits.length === 0
        ? []
        : toMatches(
            hits.map((i) => candidates[i]!),
            seen,
            () => true,
          );
    },
    couldFire: (events) => {
      const able = new Set<Matcher>();
      for (const { channel, eventId } of events)
        for (const { matcher } of kindOf(channel, eventId).candidates) able.add(matcher);
      return able;
    },
    save: (leftOut) =>
      saveRules(
        matchers.map(({ rule }) => rule),
        predicates().program,
        options.logSources,
        leftOut,
      ),
  };
}

interface InForce {
  readonly matchers: readonly Matcher[];
  readonly problems: readonly SigmaError[];
  /** Made on first use: the plain engine needs none. */
  readonly predicates: () => Predicates;
  /** Of a matcher's tree. */
  readonly numbers: ReadonlyMap<Matcher, number>;
}

function inForce(rules: readonly SigmaRule[] | SavedRules, options: CompileOptions): InForce {
  const numbered = (matchers: readonly Matcher[]): Map<Matcher, number> => new Map(matchers.map((m, i) => [m, i]));
  if ('program' in rules) {
    if (rules.version !== SAVED_VERSION)
      throw new Error(`rules saved by version ${rules.version}, not ${SAVED_VERSION}`);
    const predicates = new Predicates(rules.program);
    const matchers = loadRules(rules, predicates, options);
    return { matchers, problems: [], predicates: () => predicates, numbers: numbered(matchers) };
  }
  const matchers: Matcher[] = [];
  const problems: SigmaError[] = [];
  for (const rule of rules) {
    try {
      matchers.push(compile(rule, options));
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
    }
  }
  let predicates: Predicates | undefined;
  const made = (): Predicates => {
    predicates ??= new Predicates(programOf(matchers));
    return predicates;
  };
  return { matchers, problems, predicates: made, numbers: numbered(matchers) };
}

function programOf(matchers: readonly Matcher[]): Program {
  const builder = new ProgramBuilder();
  for (const matcher of matchers) builder.add(testOf(matcher));
  return builder.program();
}

function charactersOf(view: EventView): number {
  const extent = view.extent?.();
  if (extent !== undefined) return extent;
  let characters = 0;
  for (const text of view.texts?.() ?? view.all()) characters += text.length;
  return characters;
}

/** Whether the event holds what its kind says of it, so that what was concluded from that is true of it. */
function isOfKind(view: EventView, known: PreparedView): boolean {
  return same(view.values('EventID'), known.values('EventID')) && isOfChannel(view, known);
}

function isOfChannel(view: EventView, known: PreparedView): boolean {
  const channel = known.values('Channel');
  return channel === undefined || same(view.values('Channel'), channel);
}

const same = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === 1 && b.length === 1 && a[0] === b[0];

/** One event as its rules see it, each way made when it is first asked for. */
export class Seen {
  readonly event: EventView;
  #plain: PreparedView | undefined;
  #mapped: Map<FieldMapping, PreparedView> | undefined;

  constructor(event: EventView) {
    this.event = event;
  }

  by(mapping: FieldMapping | undefined): PreparedView {
    this.#plain ??= new PreparedView(this.event);
    if (mapping === undefined) return this.#plain;
    this.#mapped ??= new Map();
    let view = this.#mapped.get(mapping);
    if (view === undefined) {
      view = new PreparedView(mappedView(this.#plain, mapping));
      this.#mapped.set(mapping, view);
    }
    return view;
  }
}

const plainMatches = (candidates: readonly Candidate[], seen: Seen): Match[] =>
  toMatches(candidates, seen, ({ matcher, mapping }) => matcher.matches(seen.by(mapping)));

/** Of the candidates, in their order, those that hold. */
function toMatches(candidates: readonly Candidate[], seen: Seen, holds: (candidate: Candidate) => boolean): Match[] {
  const matches: Match[] = [];
  let last: Matcher | undefined;
  for (const candidate of candidates) {
    const { matcher, mapping, accepts } = candidate;
    // The plain reading stands before the mapped ones: one match a rule, by the way that adds least.
    if (matcher === last || !holds(candidate) || accepts?.(seen.by(undefined)) === false) continue;
    last = matcher;
    matches.push({ rule: matcher.rule, matcher, via: mapping?.name ?? 'field', view: seen.by(mapping) });
  }
  return matches;
}
