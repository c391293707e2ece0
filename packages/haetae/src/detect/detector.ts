import type { Event } from '@haetae/event';
import { LEVELS, type Level, type Need, type Source } from '@haetae/sigma';
import type { Readiness, ScriptJoinerCounts, SeenKind } from '@haetae/sigma/windows';
import type { Finding } from './finding.ts';
import type { Harvest, TextStore } from './harvest.ts';
import type { HiddenText } from './hidden.ts';
import type { ScoreAccount } from './scores.ts';
import type { Completed, FiledFinding, FiledSignal, Signal } from './signal.ts';

/** A rule file: its path, as findings and problems shall name it, and its text. */
export interface RuleText {
  readonly path: string;
  readonly text: string;
}

/** A pipeline file, with the texts of the files that it names, by the names it gives them. */
export interface PipelineText extends RuleText {
  readonly files: Readonly<Record<string, string>>;
}

/** What a detector is made from. Plain data, so that every worker thread can make its own. */
export interface DetectorSetup {
  readonly rules: readonly RuleText[];
  /** Findings below this are not made. A rule without a level counts as informational. */
  readonly minLevel?: Level;
  /** Plain Sigma: nothing decoded, joined, cut out of texts or mapped, save process creations on Security 4688. */
  readonly strict?: boolean;
  /** Processing pipelines in pySigma's form, laid over the rules. */
  readonly pipelines?: readonly PipelineText[];
  /** How scores are made; without it as {@link AnomalySetup} says. */
  readonly anomaly?: AnomalySetup;
  /** What `compile` of a detector, by its name, made of this setup: the rules are then not read again. */
  readonly compiled?: Readonly<Record<string, CompiledRules>>;
  /** Events come without an end, and not in order of time. */
  readonly live?: LiveSetup;
}

export interface LiveSetup {
  /** Signals may be so much older than the newest one and still be taken in their place. */
  readonly latenessMs: number;
  /** What {@link Detector.save} gave, of the detector of this name: it goes on where that one stopped. */
  readonly states?: Readonly<Record<string, unknown>>;
}

export interface AnomalySetup {
  /** The features and the threshold of the product's first script, for those who compare. */
  readonly profile?: 'seed';
  /** In which hours are told; UTC if not given. */
  readonly zone?: string;
  /** Findings of one host and day at most; the rest is counted. 5 if not given. */
  readonly perHostDay?: number;
  /** What `haetae baseline learn` wrote; without it events are held against each other. */
  readonly baseline?: Uint8Array;
  /** Makes a baseline, or a new version of `baseline`, instead of findings. */
  readonly learn?: boolean;
  /** Explains the events at this place of every file, whatever their scores, instead of telling the rarest. */
  readonly wanted?: { readonly kind: 'record' | 'line'; readonly at: number };
}

/** Rules ready to be used, as data that threads and disks can be handed. Only the version that made it reads it. */
export interface CompiledRules {
  /** JSON. */
  readonly head: string;
  /** UTF-8, one behind the other. */
  readonly texts: Uint8Array;
}

/** Something wrong with a rule, with its place. An error: the rule is not in force; a warning: it is. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** `rules/proc.yml:12:19: no modifier |containz; did you mean |contains?` */
export const describeProblem = ({ file, line, column, reason }: RuleProblem): string =>
  `${file}:${line}:${column}: ${reason}`;

/** How many rules were given and what became of them: `inForce + belowLevel + refused` are all of them. */
export interface RuleCounts {
  readonly inForce: number;
  readonly belowLevel: number;
  /** Documents that gave no working rule; each has a problem. */
  readonly refused: number;
}

export interface EventKind {
  readonly channel: string;
  readonly eventId: number;
}

/** What could have been found on a log that holds these kinds of events: the answer to "why nothing?". */
export interface Reach {
  /** Rules in force of which at least one kind of event could make a finding. */
  readonly able: number;
  /** The kinds as given, each with the number of rules that look at it. */
  readonly kinds: readonly (EventKind & { readonly rules: number })[];
}

/** What one rule needs of an event to hold: that it stands in one of these places (in any, if undefined), and holds this. */
export interface RuleNeed {
  readonly sources: readonly Source[] | undefined;
  readonly need: Need;
}

/** Turns events into findings. */
export interface Detector {
  /** Stands in each finding, and on the command line: `--detectors sigma`. */
  readonly name: string;
  readonly counts: RuleCounts;
  readonly problems: readonly RuleProblem[];
  /**
   * Findings of one event, in the order of the rules. The event is not kept. `signal` hears of matches that rules over
   * several events wait for.
   */
  detect(event: Event, signal?: (signal: Signal) => void): readonly Finding[];
  /** What was decoded out of an event that `detect` has just seen, whether or not a rule matched. */
  hidden?(event: Event): readonly HiddenText[];
  /** A signal, of any file, in order of time; findings that it completes. Live: in any order, and `settle` tells what it completes. */
  follow?(signal: FiledSignal): readonly FiledFinding[];
  /**
   * What was gathered of the file being read since the last call, for what can only be said of all events together; undefined
   * where there is nothing, or too little yet and the file goes on. Called in the thread that reads.
   */
  harvest?(end: boolean): Harvest | undefined;
  /** A harvest of `path`, in any order. Called in the thread that leads; `store` is the same at each call. */
  gather?(harvest: Harvest, path: string, store: TextStore): void;
  /** What can only be said once the last harvest was gathered and the last signal followed. */
  finish?(): readonly FiledFinding[];
  /** How scores came about; after `finish`. */
  scores?(): ScoreAccount | undefined;
  /**
   * Live: what can be said by now, in order of time: no signal of before `beforeMs` will come, or of before the newest one less
   * the lateness.
   */
  settle?(beforeMs?: number): readonly Completed[];
  /** Live: all that it remembers, plain data, for {@link LiveSetup.states}. Behind `settle`. */
  save?(): unknown;
  reach(seen: Iterable<EventKind>): Reach;
  /** What each rule in force needs of an event, for whoever seeks events where they are stored; undefined where it may be any event. */
  needs?(): readonly RuleNeed[];
  /** Which rules could fire on these kinds of events, which are blind, and the setting that would open their eyes. */
  ready?(seen: Iterable<SeenKind>): Readiness;
  /** What became of scripts that stand in several events: those that wait or were dropped were judged in parts only. */
  scripts?(): ScriptJoinerCounts;
}

/** A member of the registry: a detector by its name, and how it is made. Cannot throw on bad rules: they are problems. */
export interface DetectorKind {
  readonly name: string;
  create(setup: DetectorSetup): Detector;
  /** What a later `create` of the same setup can be handed as `compiled`. */
  compile?(setup: DetectorSetup): CompiledRules;
}

/** Whether `level` is `least` or worse. */
export const isAtLeast = (level: Level, least: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
