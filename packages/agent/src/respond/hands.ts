import type { Refusal } from '../protocol/index.ts';
import type { Check, ServerAt, Step, Verification } from './steps/step.ts';

/** Why something is not done, or went wrong: `failed` for a step that did not work. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: Refusal | 'failed' | 'timeout';

  constructor(reason: Refused['reason'], detail = '', cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

/**
 * What carries out one command on one kind of system. What a check opened stays open until {@link close}, and is what a step acts on.
 * Everything rejects with a {@link Refused}.
 */
export interface Hands {
  check(check: Check): Promise<void>;
  /** What is to be told of it, for people; '' for nothing. */
  perform(step: Step): Promise<string>;
  verify(verification: Verification): Promise<void>;
  close(): void;
}

export interface HandsParts {
  /** A folder of this command's own, which only the agent reads: what undo needs. */
  readonly state: string;
  readonly server: ServerAt | undefined;
  /** Which parts a collection may have. */
  readonly collect: readonly Collected[];
  readonly scriptKeys: readonly string[];
  readonly timeoutMs: number;
  /** The order's own script, for the check of its signature. */
  readonly script?: { readonly name: string; readonly text: string; readonly signature: string };
}

export type MakeHands = (parts: HandsParts) => Hands;

/** What a collection can have. */
export const COLLECTED = ['event-logs', 'processes', 'autoruns', 'files'] as const;
export type Collected = (typeof COLLECTED)[number];
