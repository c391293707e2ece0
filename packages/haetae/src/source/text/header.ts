import { type Delimiter, detectDelimiter, firstCells, lineEndOf } from './csv.ts';

/** The header of a CSV whose columns are told by their names. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  readonly lineEnd: '\n' | '\r';
  readonly names: readonly string[];
  /** Every name stands in quotes, so that every row begins with one. */
  readonly quoted: boolean;
  /** Column → where it stands, by {@link columnKey}. */
  readonly at: ReadonlyMap<string, number>;
}

/** Names compare without case, blanks and underscores: tools that show a table part the words. */
export const columnKey = (name: string): string => name.replace(/[\s_]+/g, '').toLowerCase();

const TYPE_LINE = /^\s*"?#TYPE [^\r\n]*[\r\n]+/;

/** Of the first line, or of the one behind PowerShell's `#TYPE`. */
export function readHeader(text: string): CsvHeader {
  const body = text.replace(TYPE_LINE, '').replace(/^[\r\n]+/, '');
  const delimiter = detectDelimiter(body);
  const names = firstCells(body, delimiter);
  const at = new Map<string, number>();
  names.forEach((name, index) => {
    const key = columnKey(name);
    if (!at.has(key)) at.set(key, index);
  });
  return { delimiter, lineEnd: lineEndOf(text), names, quoted: body.startsWith('"'), at };
}

/** Header lines, also repeated ones where files were joined (then with a byte order mark). */
export function isHeader(cells: readonly string[], names: readonly string[]): boolean {
  const first = cells[0]!.startsWith('\uFEFF') ? cells[0]!.slice(1) : cells[0]!;
  if (first.startsWith('#TYPE ')) return true;
  if (first !== names[0] || cells.length < names.length) return false;
  for (let i = 1; i < cells.length; i++) if (cells[i] !== (names[i] ?? '')) return false;
  return true;
}
