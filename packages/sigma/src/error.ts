/** Every way a document, a rule or a value can be refused; switch on it, never on the words of a message. */
export type SigmaErrorCode =
  | 'bad-yaml'
  | 'too-large'
  | 'no-rule'
  | 'old-aggregation'
  | 'missing-key'
  | 'bad-type'
  | 'odd-metadata'
  | 'bad-condition'
  | 'unknown-search'
  | 'unused-search'
  | 'unknown-modifier'
  | 'bad-chain'
  | 'bad-value'
  | 'bad-regex'
  | 'bad-cidr'
  | 'no-placeholder'
  | 'no-source'
  | 'bad-correlation'
  | 'unknown-rule'
  | 'ambiguous-rule'
  | 'rule-cycle'
  | 'bad-filter'
  | 'unknown-key'
  | 'unfit-filter'
  | 'bad-pipeline'
  | 'by-pipeline';

/** Line and column count from 1; a tab is one column. */
export interface At {
  readonly line: number;
  readonly column: number;
}

export interface Place extends At {
  readonly file?: string | undefined;
}

const WARNINGS: ReadonlySet<SigmaErrorCode> = new Set<SigmaErrorCode>([
  'odd-metadata',
  'unused-search',
  'unknown-key',
  'unfit-filter',
]);

/**
 * What is wrong with a rule and where: `rules/proc.yml:12:19: no modifier |containz; did you mean |contains?`.
 * A warning is said, and its rule still works; an error means that the rule does not.
 */
export class SigmaError extends Error {
  readonly code: SigmaErrorCode;
  readonly severity: 'error' | 'warning';
  /** The message without its place. */
  readonly reason: string;
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  /** What else is wrong with the same document, where that could be told. */
  others: readonly SigmaError[] = [];

  constructor(code: SigmaErrorCode, reason: string, place: Place, cause?: unknown) {
    const where = `${place.file ?? '<rule>'}:${place.line}:${place.column}`;
    super(`${where}: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'SigmaError';
    this.code = code;
    this.severity = WARNINGS.has(code) ? 'warning' : 'error';
    this.reason = reason;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}

/**
 * Makes every one of several things, though one before cannot be made: the first error is thrown, and has the others beside
 * it. Whoever mends a document wants to hear of all that is wrong with it.
 */
export function makeAll<T>(makers: readonly (() => T)[]): T[] {
  const made: T[] = [];
  const errors: SigmaError[] = [];
  for (const make of makers) {
    try {
      made.push(make());
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      errors.push(error, ...error.others);
    }
  }
  const [first, ...others] = errors;
  if (first === undefined) return made;
  first.others = others;
  throw first;
}

/** Edits (insert, delete, replace, swap of neighbours) that make `a` into `b`, or Infinity when more than `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  const edits = last[b.length]!;
  return edits <= most ? edits : Number.POSITIVE_INFINITY;
}

/** `; did you mean X?` for the nearest name within a third of the word's length (at least one edit), else ''. */
export function didYouMean(word: string, names: Iterable<string>, prefix = ''): string {
  const wanted = word.toLowerCase().slice(0, 100);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const edits = distance(wanted, name.toLowerCase(), least - 1);
    if (edits < least && edits < wanted.length) {
      least = edits;
      best = name;
    }
  }
  return best === undefined ? '' : `; did you mean ${prefix}${best}?`;
}
