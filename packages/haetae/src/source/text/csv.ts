/**
 * CSV as Windows tools and spreadsheets write it, told row by row with the physical line each begins at. Why it is our
 * own: docs/adr/0002-own-csv-tokenizer.md. Hot path: text is searched with indexOf and cut with slice, never by character.
 */

/** Longest cell and row, UTF-16 units, and most cells of a row; what is beyond is lost and the next row is read. */
export const CSV_LIMITS = { cell: 1024 * 1024, row: 4 * 1024 * 1024, cells: 1024 } as const;

export type Delimiter = ',' | '\t' | ';';

export interface CsvRow {
  /** Physical line, from 1, at which the row begins. */
  readonly line: number;
  /** Unquoted; line breaks within a cell as they stand in the file. */
  readonly cells: readonly string[];
}

export interface CsvProblem {
  readonly code: 'csv-quote' | 'line-too-long';
  readonly line: number;
  readonly detail: string;
}

export interface CsvOptions {
  readonly delimiter: Delimiter;
  /** What ends a line: LF (and CRLF), or CR alone in a text that knows no LF. */
  readonly lineEnd?: '\n' | '\r';
  /**
   * Whether a row of the known shape begins at `at`, the start of a physical line. It is asked only where the quotes are
   * broken: what lies within sound quotes is a value, even when it looks like a row. Looks no further than {@link LOOKAHEAD}.
   */
  readonly looksLikeRow?: (text: string, at: number) => boolean;
  /** How a header line begins; files that were joined have several. It ends what has gone before, and runs over no lines. */
  readonly header?: string;
  readonly problem: (problem: CsvProblem) => void;
}

/** Units after a line's start that `looksLikeRow` may look at. */
export const LOOKAHEAD = 512;

const QUOTE = 34;
const CR = 13;
const SPACE = 32;
const INCOMPLETE = -1;
/** Read again only when so much more has come: a row spread over many small pieces must not cost their square. */
const WINDOW = 64 * 1024;

/** Feed it decoded text piece by piece; it hands out the rows that are complete. */
export class CsvTokenizer {
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #lineEnd: string;
  readonly #looksLikeRow: ((text: string, at: number) => boolean) | undefined;
  readonly #header: string;
  readonly #problem: (problem: CsvProblem) => void;
  #text = '';
  #waiting: string[] = [];
  #waitingUnits = 0;
  /** Do not look again before so many units are there. */
  #enough = 0;
  /** Physical line of the first unit of #text. */
  #line = 1;
  #skipping = false;
  #cells: string[] = [];
  /** Problems of the row being read. */
  #found: CsvProblem[] = [];
  /** A delimiter at or after the place last searched from, in #text; its length where there is none. */
  #nextDelimiter = -1;
  /** The quoted cell just read was ended at the next row, not at a quote. */
  #resynchronised = false;

  constructor(options: CsvOptions) {
    this.#delimiter = options.delimiter;
    this.#delimiterCode = options.delimiter.charCodeAt(0);
    this.#lineEnd = options.lineEnd ?? '\n';
    this.#looksLikeRow = options.looksLikeRow;
    this.#header = options.header ?? '';
    this.#problem = options.problem;
  }

  push(text: string): CsvRow[] {
    this.#waiting.push(text);
    this.#waitingUnits += text.length;
    return this.#text.length + this.#waitingUnits < this.#enough ? [] : this.#rows(false);
  }

  /** The last rows: the text has ended. */
  end(): CsvRow[] {
    return this.#rows(true);
  }

  #rows(final: boolean): CsvRow[] {
    this.#text += this.#waiting.join('');
    this.#waiting = [];
    this.#waitingUnits = 0;
    this.#nextDelimiter = -1;
    const text = this.#text;
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < text.length) {
      if (this.#skipping) {
        at = this.#skip(at, final);
        if (this.#skipping) break;
        continue;
      }
      this.#cells = [];
      const line = this.#line;
      const end = this.#row(at, final);
      if (end === INCOMPLETE) {
        // It will be read again, and find the same.
        this.#found = [];
        break;
      }
      for (const problem of this.#found) this.#problem(problem);
      this.#found = [];
      if (!this.#skipping && (this.#cells.length > 1 || this.#cells[0] !== '')) rows.push({ line, cells: this.#cells });
      this.#line = line + this.#count(at, end);
      at = end;
    }
    this.#text = text.slice(at);
    const left = this.#text.length;
    this.#enough = left === 0 ? 0 : left + Math.max(Math.min(left, CSV_LIMITS.row), WINDOW >> 2);
    return rows;
  }

  /** Reads the row at `start` into #cells; gives where the next one begins. */
  #row(start: number, final: boolean): number {
    const text = this.#text;
    const length = text.length;
    let p = start;
    let lineEnd = text.indexOf(this.#lineEnd, start);
    for (;;) {
      if (this.#cells.length >= CSV_LIMITS.cells) {
        const end = lineEnd >= 0 ? lineEnd : final ? length : this.#tooLong(start, length);
        return end < 0 ? end : Math.min(end + 1, length);
      }
      if (p < length && text.charCodeAt(p) === QUOTE) {
        const end = this.#quoted(start, p, final);
        if (end < 0) return end;
        // #quoted leaves `end` after the closing quote and blanks behind it, or where the next row begins after a repair.
        if (this.#resynchronised) return end;
        if (end >= length) return length;
        if (text.charCodeAt(end) === this.#delimiterCode) {
          p = end + 1;
          if (p >= length && !final) return INCOMPLETE;
          if (lineEnd >= 0 && lineEnd < p) lineEnd = text.indexOf(this.#lineEnd, p);
          continue;
        }
        return end + 1;
      }
      if (lineEnd >= 0 && lineEnd < p) lineEnd = text.indexOf(this.#lineEnd, p);
      if (lineEnd < 0 && !final) return this.#tooLong(start, length);
      const stop = lineEnd < 0 ? length : lineEnd;
      if (this.#nextDelimiter < p) {
        const found = text.indexOf(this.#delimiter, p);
        this.#nextDelimiter = found < 0 ? length : found;
      }
      if (this.#nextDelimiter < stop) {
        this.#cells.push(text.slice(p, this.#nextDelimiter));
        p = this.#nextDelimiter + 1;
        continue;
      }
      if (stop - p > CSV_LIMITS.cell) {
        this.#lose('cell', CSV_LIMITS.cell);
        return Math.min(stop + 1, length);
      }
      return this.#lastUnquoted(start, p, stop, final);
    }
  }

  /** The quoted cell whose opening quote is at `open`, of the row at `start`: where it ends. */
  #quoted(start: number, open: number, final: boolean): number {
    const text = this.#text;
    const length = text.length;
    this.#resynchronised = false;
    let escaped = false;
    let stray = -1;
    for (let q = text.indexOf('"', open + 1); ; q = text.indexOf('"', q)) {
      if (q < 0 || q - open > CSV_LIMITS.cell) {
        if (q < 0 && !final && length - open <= CSV_LIMITS.cell) return INCOMPLETE;
        return this.#unclosed(start, open, escaped, length - open > CSV_LIMITS.cell);
      }
      if (q + 1 >= length && !final) return INCOMPLETE;
      const next = q + 1 >= length ? -1 : text.charCodeAt(q + 1);
      if (next === QUOTE) {
        escaped = true;
        q += 2;
        continue;
      }
      const end = this.#closes(q + 1, final);
      if (end === INCOMPLETE) return INCOMPLETE;
      if (end >= 0) {
        const raw = text.slice(open + 1, q);
        if (stray >= 0)
          this.#quoteProblem(start, stray, 'a quote within the cell is not doubled; it was read as it stands');
        this.#cells.push(escaped ? raw.replaceAll('""', '"') : raw);
        return end;
      }
      // A quote that neither closes nor is doubled: the cell was closed badly before a line that begins a row, or the
      // exporter does not double quotes.
      const row = this.#rowBetween(stray < 0 ? open : stray, q);
      if (row >= 0) return this.#resynchronise(start, open, row, escaped);
      if (stray < 0) stray = q;
      q += 1;
    }
  }

  /** After a quote: where the cell's delimiter or line end stands; -2 when something else follows. */
  #closes(at: number, final: boolean): number {
    const text = this.#text;
    for (let p = at; ; p++) {
      if (p >= text.length) return final ? p : INCOMPLETE;
      const code = text.charCodeAt(p);
      if (code === this.#delimiterCode || text[p] === this.#lineEnd) return p;
      if (code === CR) {
        if (p + 1 >= text.length) return final ? p + 1 : INCOMPLETE;
        if (text[p + 1] === this.#lineEnd) return p + 1;
        return -2;
      }
      if (code !== SPACE || p - at > 64) return -2;
    }
  }

  /** Whether a row or a header begins at the start of a line. */
  #begins(at: number): boolean {
    if (this.#looksLikeRow?.(this.#text, at)) return true;
    if (this.#header === '') return false;
    return this.#text.startsWith(this.#header, this.#text[at] === '\uFEFF' ? at + 1 : at);
  }

  /** Start of the first line between two offsets that looks like a row; -1 when none does. */
  #rowBetween(from: number, to: number): number {
    if (this.#looksLikeRow === undefined) return -1;
    const text = this.#text;
    for (let n = text.indexOf(this.#lineEnd, from); n >= 0 && n < to; n = text.indexOf(this.#lineEnd, n + 1))
      if (this.#begins(n + 1)) return n + 1;
    return -1;
  }

  #resynchronise(start: number, open: number, row: number, escaped: boolean): number {
    const raw = this.#text.slice(open + 1, row).replace(/\r?[\n\r]$/, '');
    this.#cells.push(escaped ? raw.replaceAll('""', '"') : raw);
    this.#quoteProblem(start, open, 'the cell is not closed; it was ended before the next row');
    this.#resynchronised = true;
    return row;
  }

  /** No closing quote up to the end of the text or the limit. */
  #unclosed(start: number, open: number, escaped: boolean, beyond: boolean): number {
    const length = this.#text.length;
    const row = this.#rowBetween(open, Math.min(length - 1, open + CSV_LIMITS.cell));
    if (row >= 0) return this.#resynchronise(start, open, row, escaped);
    this.#resynchronised = true;
    if (beyond) {
      this.#lose('cell', CSV_LIMITS.cell);
      this.#skipping = true;
      return Math.min(open + CSV_LIMITS.cell, length);
    }
    const raw = this.#text.slice(open + 1);
    this.#cells.push(escaped ? raw.replaceAll('""', '"') : raw);
    this.#quoteProblem(start, open, 'the cell is not closed; the text ended');
    return length;
  }

  /**
   * The last cell without quotes ends with the line, unless the row has the known shape and the lines after it have not:
   * then an exporter wrote a message of many lines without quotes, or its opening quote was lost.
   */
  #lastUnquoted(start: number, from: number, lineEnd: number, final: boolean): number {
    const text = this.#text;
    let end = lineEnd;
    if (this.#looksLikeRow?.(text, start)) {
      while (end < text.length) {
        const next = end + 1;
        if (!final && text.length - next < LOOKAHEAD) {
          if (next - from <= CSV_LIMITS.cell) return INCOMPLETE;
          break;
        }
        if (next >= text.length || next - from > CSV_LIMITS.cell || this.#begins(next)) break;
        const stop = text.indexOf(this.#lineEnd, next);
        if (stop < 0 && !final) {
          if (text.length - from <= CSV_LIMITS.cell) return INCOMPLETE;
          break;
        }
        end = stop < 0 ? text.length : stop;
      }
    }
    const cell = text.slice(from, end);
    if (end === lineEnd) this.#cells.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell);
    else {
      const trimmed = cell.trimEnd();
      if (from + trimmed.length > lineEnd)
        this.#quoteProblem(start, lineEnd + 1, 'lines that begin no row were read as the rest of the cell before them');
      this.#cells.push(trimmed);
    }
    return Math.min(end + 1, text.length);
  }

  /** A row without a line end in sight: not complete yet, or beyond the limit. */
  #tooLong(start: number, length: number): number {
    if (length - start <= CSV_LIMITS.row) return INCOMPLETE;
    this.#lose('row', CSV_LIMITS.row);
    this.#skipping = true;
    return length;
  }

  /** Discards up to the next line that looks like a row (any line where no shape is known). */
  #skip(at: number, final: boolean): number {
    const text = this.#text;
    for (let n = text.indexOf(this.#lineEnd, at); n >= 0; n = text.indexOf(this.#lineEnd, n + 1)) {
      if (!final && this.#looksLikeRow !== undefined && text.length - n <= LOOKAHEAD) {
        this.#line += this.#count(at, n);
        return n;
      }
      if (this.#looksLikeRow === undefined || this.#begins(n + 1)) {
        this.#line += this.#count(at, n + 1);
        this.#skipping = false;
        return n + 1;
      }
    }
    this.#line += this.#count(at, text.length);
    return text.length;
  }

  #lose(what: string, limit: number): void {
    this.#cells = [''];
    this.#found.push({ code: 'line-too-long', line: this.#line, detail: `a ${what} of more than ${limit} characters` });
  }

  #quoteProblem(start: number, at: number, detail: string): void {
    this.#found.push({ code: 'csv-quote', line: this.#line + this.#count(start, at), detail });
  }

  /** Line ends between two offsets. */
  #count(from: number, to: number): number {
    let lines = 0;
    for (
      let n = this.#text.indexOf(this.#lineEnd, from);
      n >= 0 && n < to;
      n = this.#text.indexOf(this.#lineEnd, n + 1)
    )
      lines++;
    return lines;
  }
}

/** Cells of the first line of a text, for recognition; a quoted cell may run over lines. */
export function firstCells(text: string, delimiter: Delimiter): readonly string[] {
  const rows = new CsvTokenizer({ delimiter, lineEnd: lineEndOf(text), problem: () => undefined });
  const first = rows.push(text.slice(0, LOOKAHEAD * 16))[0] ?? rows.end()[0];
  return first?.cells ?? [];
}

/** The delimiter that cuts the first line into the most cells. */
export function detectDelimiter(text: string): Delimiter {
  let best: Delimiter = ',';
  let most = 1;
  for (const delimiter of ['\t', ',', ';'] as const) {
    const cells = firstCells(text, delimiter).length;
    if (cells > most) [best, most] = [delimiter, cells];
  }
  return best;
}

export function lineEndOf(text: string): '\n' | '\r' {
  const lone = text.indexOf('\r');
  return !text.includes('\n') && lone >= 0 && lone < text.length - 1 ? '\r' : '\n';
}
