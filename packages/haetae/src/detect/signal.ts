import type { Via } from '@haetae/sigma/windows';
import type { EventFacts, Finding } from './finding.ts';
import type { HiddenText } from './hidden.ts';

/**
 * A match that a rule over several events is waiting for. Files are read in any order and in several threads; signals of
 * all of them are put in order of time before a detector {@link Detector.follow | follows} them. Plain data.
 */
export interface Signal {
  /** The detector that made it, and that is to be given it. */
  readonly detector: string;
  /** Which of the rules that it waits for; the same number in every thread. */
  readonly input: number;
  /** The rule that matched, as exceptions may refer to it: its id ('' where it has none) and its name. */
  readonly rule: { readonly id: string; readonly name?: string };
  /** What that rule is asked for of the event; null for a field that it has not. */
  readonly values: readonly (readonly string[] | null)[];
  readonly via: Via;
  readonly event: EventFacts;
  readonly fields: Readonly<Record<string, string>>;
  readonly decoded?: readonly HiddenText[];
}

/** A signal and where its event was read. */
export interface FiledSignal extends Signal {
  readonly file: string;
}

/** A finding that several events made: its file is that of the event which met the condition. */
export interface FiledFinding extends Finding {
  readonly file: string;
}

/** What several events made, said as soon as it is true and once more when nothing can change it. */
export interface Completed {
  /** The same whenever the same finding is told. */
  readonly key: string;
  /** Events in it so far. */
  readonly count: number;
  /** Nothing more will be said of it. */
  readonly final: boolean;
  readonly finding: FiledFinding;
}
