import type { Language } from '../locale/index.ts';

/** A response that waits for people, in the words of a channel's language. */
export interface Proposal {
  readonly id: string;
  readonly version: number;
  /** `End a process`. */
  readonly action: string;
  readonly host: string;
  /** What it is aimed at; may hold what a log says. */
  readonly about: string;
  /** How many accounts have to agree, and the ids and names of those that did. */
  readonly persons: number;
  readonly votes: readonly { readonly account: string; readonly name: string }[];
}

/** What this room asks of whoever plans and carries out responses. */
export interface Responses {
  /** What may be approved now, of an incident. */
  waiting(incident: string, language: Language): Promise<readonly Proposal[]>;
  /** Incidents of which something waits. */
  incidents(): Promise<readonly string[]>;
  /** Rejects with a StoreError: `conflict` when it was decided, changed or cannot be reached. */
  vote(
    proposal: { readonly id: string; readonly version: number },
    decision: 'approve' | 'deny',
    actor: { readonly id: string; readonly name: string },
    language: Language,
  ): Promise<void>;
}

/** By which a change of what waits is noticed. */
export const stampOf = (waiting: readonly Pick<Proposal, 'id' | 'version'>[]): readonly string[] =>
  waiting.map(({ id, version }) => `${id}:${version}`);
