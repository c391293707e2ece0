/** `from` and `to` are UTF-16 offsets into the text, `to` behind the last character that is replaced. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export type Severity = 'error' | 'warning' | 'info';

export interface Finding {
  /** The id of the check. */
  readonly check: string;
  readonly severity: Severity;
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Edits that mend it and change no match; undefined where people must decide. */
  readonly fix: readonly Edit[] | undefined;
}

/**
 * The text with the fixes of these findings, which must be of this very text. Of two fixes that touch each other only the
 * first is done: lint again and apply again until nothing is left, as `fixText` does.
 */
export function applyFixes(text: string, findings: readonly Finding[]): string {
  const chosen: Edit[] = [];
  for (const { fix } of findings) {
    if (fix === undefined || fix.some((e) => chosen.some((c) => e.from <= c.to && c.from <= e.to))) continue;
    chosen.push(...fix);
  }
  chosen.sort((a, b) => b.from - a.from);
  let made = text;
  for (const { from, to, text: put } of chosen) made = made.slice(0, from) + put + made.slice(to);
  return made;
}
