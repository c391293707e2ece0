import type { LogSourceTable } from '../logsource.ts';
import type { ParsedRules } from '../parse.ts';
import type { LogSource } from '../rule.ts';
import type { Edit, Severity } from './finding.ts';
import type { Source } from './source.ts';
import type { DocumentView } from './view.ts';

/** What the caller says of a tag. */
export interface TagAdvice {
  readonly known: boolean;
  /** What is to be written instead, or why, as in `ATT&CK v19 calls it attack.stealth`. */
  readonly note?: string;
}

export interface LintOptions {
  /** Tables of log sources; of products without a table nothing is said. `WINDOWS` of `@haetae/sigma/windows` is one. */
  readonly logSources?: readonly LogSourceTable[];
  /** Knows tags such as `attack.t1059.001`; undefined of a tag that it has no opinion of. */
  readonly tag?: (tag: string) => TagAdvice | undefined;
  /** The fields that events of a log source have; undefined where that is not known. */
  readonly fields?: (logsource: LogSource) => ReadonlySet<string> | undefined;
  /** Keys of your own, beside those of the specification. */
  readonly keys?: readonly string[];
  /** Ids of checks to leave out. */
  readonly skip?: readonly string[];
}

/** Where something is: a range of the text. */
export interface Spot {
  readonly from: number;
}

export type Report = (where: Spot, message: string, fix?: readonly Edit[] | undefined) => void;

export interface FileView {
  readonly source: Source;
  readonly documents: readonly DocumentView[];
  readonly parsed: ParsedRules;
}

export interface CheckText {
  readonly severity: Severity;
  /** What it finds, one sentence. */
  readonly what: string;
  /** Why that matters, or who asks for it. */
  readonly why: string;
  /** It offers fixes where they change no match. */
  readonly fixes?: true;
}

/** A check looks at a file, at each document of it, or at all files together. */
export type Check = CheckText &
  (
    | { readonly file: (view: FileView, report: Report, options: LintOptions) => void }
    | { readonly document: (view: DocumentView, report: Report, options: LintOptions) => void }
    | { readonly all: (views: readonly FileView[], report: (file: FileView) => Report) => void }
  );

export type Checks = Readonly<Record<string, Check>>;
