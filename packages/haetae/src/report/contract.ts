import type { UnusualReason } from '../detect/index.ts';
import type { Incident } from '../incident/index.ts';
import type { Zone } from '../locale/index.ts';
import type { CaseFacts } from './case/facts.ts';
import type { CaseRecord } from './case/record.ts';

/** One log that was read, as the evidence list names it. */
export interface EvidenceFile {
  /** A file's; of stored events their host and log. */
  readonly path: string;
  /** Lower-case hex; undefined where it could not be read whole. */
  readonly sha256: string | undefined;
  readonly bytes: number;
  readonly format: string | undefined;
  readonly events: number;
  /** ms since 1970. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Records or lines that could not be read. */
  readonly lost: number;
}

export interface RulePackUsed {
  readonly name: string;
  readonly files: number;
  readonly sha256: string;
}

/** One line of what was done about an incident. */
export interface Step {
  readonly timeMs: number;
  /** A name; '' for the detection itself. */
  readonly by: string;
  readonly kind:
    | 'created'
    | 'level'
    | 'merged'
    | 'triage'
    | 'comment'
    | 'delivery'
    | 'response'
    | 'awareness'
    | 'reported';
  readonly detail: unknown;
}

/** What people made of an incident; absent where no server keeps it. */
export interface Triaged {
  readonly status: 'new' | 'open' | 'waiting' | 'closed';
  readonly verdict: 'true-positive' | 'benign' | 'false-positive' | 'duplicate' | null;
  /** A name; null for nobody. */
  readonly assignee: string | null;
  /** When the server told of it first. */
  readonly createdMs: number;
  readonly steps: readonly Step[];
  /** Responses that were planned and nobody decided on. */
  readonly waiting: readonly { readonly action: string; readonly host: string; readonly about: string }[];
}

/** What a report tells of a score. */
export type UnusualSaid = Pick<
  UnusualReason,
  'familyName' | 'score' | 'threshold' | 'p' | 'among' | 'parts' | 'ordinaryIf'
>;

export interface ReportedIncident {
  readonly incident: Incident;
  readonly triaged?: Triaged;
  /** Why the scores of its anomalies are unusual, by the index of the finding. */
  readonly unusual: ReadonlyMap<number, UnusualSaid>;
}

/** All that a report is made from. The same input makes the same bytes: nothing else, and no clock, is asked. */
export interface ReportInput {
  /** The gravest first. */
  readonly incidents: readonly ReportedIncident[];
  /** Of the same logs, and not in this report. */
  readonly otherIncidents: number;
  /** Findings that are in no incident. */
  readonly looseFindings: number;
  readonly source: { readonly kind: 'logs' } | { readonly kind: 'server' };
  readonly evidence: readonly EvidenceFile[];
  readonly packs: readonly RulePackUsed[];
  /** Rules in force; undefined where not told. */
  readonly rulesInForce: number | undefined;
  readonly version: string;
  readonly zone: Zone;
  /** What people add: who they are, what was harmed, what they did. */
  readonly facts: CaseFacts;
  /** What was declared and reported so far. */
  readonly record: CaseRecord;
  /** The time of the report, where it is to be told. */
  readonly issuedMs: number | undefined;
}

export const TEMPLATES = ['executive', 'analyst', 'kisa'] as const;
export type Template = (typeof TEMPLATES)[number];
export const FORMATS = ['pdf', 'html', 'md'] as const;
export type Format = (typeof FORMATS)[number];
/** Of the KISA form: the first report, or one that supplements it. */
export type Stage = 'first' | 'supplement';

export interface ReportOptions {
  readonly template: Template;
  readonly format: Format;
  readonly languages: readonly ('ko' | 'en')[];
  readonly stage?: Stage;
  /** Incidents told in full, where a template tells of several; the others stand in the list. */
  readonly full?: number;
  /** The first picture as PNG beside it, for where neither SVG nor PDF is shown. */
  readonly picture?: boolean;
}

/** A file that belongs to the report. */
export interface ReportFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** The report and what lies beside it: indicators as CSV and STIX, and a manifest of all with their hashes. */
export interface Rendered {
  readonly report: ReportFile;
  readonly beside: readonly ReportFile[];
}
