import { StoreError } from '../../error.ts';
import { COLUMN_OF, EVENT_COLUMNS, HEAD_COLUMNS, MOST_DECODED, SEARCH_WORDS, strayMask } from '../../events/columns.ts';
import type { EventTimes, FieldTest, Filter, TextTest } from '../../events/query.ts';
import type { EventDialect, Parameter } from './sql.ts';

/** A condition, and the values of its parameters $1 … */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Parameter[];
}

/** Filters nested deeper, or of more parts, are refused: they come from people and rules. */
const MAX_DEPTH = 50;
const MAX_PARTS = 5000;

const TEXT_SOUGHT = [...EVENT_COLUMNS.filter((column) => column.text).map((column) => column.name), 'decoded'];
const COLUMNS: ReadonlySet<string> = new Set([...HEAD_COLUMNS, ...EVENT_COLUMNS.map((column) => column.name)]);
const words: Readonly<Record<string, readonly string[]>> = SEARCH_WORDS;
const INTEGERS: ReadonlySet<string> = new Set(['event_id']);

/** Times and filter of a query as SQL over `events`. Throws `invalid`. */
export function conditionOf(dialect: EventDialect, { fromMs, toMs, filter }: EventTimes): Condition {
  const writer = new Writer(dialect);
  const parts: string[] = [];
  if (fromMs !== undefined) parts.push(`time_ms >= ${writer.put(wholeMs(fromMs))}`);
  if (toMs !== undefined) parts.push(`time_ms < ${writer.put(wholeMs(toMs))}`);
  if (filter !== undefined) parts.push(writer.filter(filter, 0));
  return { sql: parts.length === 0 ? 'true' : parts.join(' AND '), values: writer.values };
}

function wholeMs(time: number): number {
  if (Number.isFinite(time)) return Math.ceil(time);
  throw new StoreError('invalid', `${time} is no time in milliseconds`);
}

class Writer {
  readonly values: Parameter[] = [];
  readonly #dialect: EventDialect;
  #parts = 0;

  constructor(dialect: EventDialect) {
    this.#dialect = dialect;
  }

  readonly put = (value: Parameter): string => `$${this.values.push(value)}`;

  filter(filter: Filter, depth: number): string {
    if (depth > MAX_DEPTH) throw new StoreError('invalid', `a filter is nested deeper than ${MAX_DEPTH}`);
    if (++this.#parts > MAX_PARTS) throw new StoreError('invalid', `a filter has more than ${MAX_PARTS} parts`);
    switch (filter.kind) {
      case 'and':
      case 'or': {
        const parts = filter.of.map((part) => this.filter(part, depth + 1));
        if (parts.length === 0) return filter.kind === 'and' ? 'true' : 'false';
        return `(${parts.join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
      }
      case 'not':
        return `NOT coalesce(${this.filter(filter.of, depth + 1)}, false)`;
      case 'text':
        return this.#text(filter.text);
      case 'field':
        return this.#field(filter.field, filter.is, filter.cased ?? false);
      case 'elsewhere':
        return this.#elsewhere(filter);
      default:
        return filter satisfies never;
    }
  }

  #text(text: string): string {
    if (text === '') return 'true';
    // macOS and some archives write Hangul decomposed: both spellings are sought where they differ.
    const spellings = [...new Set([text.normalize('NFC'), text.normalize('NFD')])].map((spelling) =>
      this.put(spelling),
    );
    const each = TEXT_SOUGHT.map((column) =>
      spellings.map((mark) => this.#dialect.contains(`lower(${column})`, `lower(${mark})`)).join(' OR '),
    );
    return `(${each.join(' OR ')})`;
  }

  /** The texts of `fields` and `system` as they stand, in which what is in a column is its number. */
  #elsewhere({ column, is }: Extract<Filter, { kind: 'elsewhere' }>): string {
    const some = (text: string, of: readonly TextTest[]): string =>
      is.op === 'beyondAscii' ? `${this.#dialect.bytes(text)} <> length(${text})` : this.#anyOf(text, of);
    const of = is.op === 'beyondAscii' ? [] : is.of;
    const json = of.map(({ op, value }): TextTest => {
      const [start, end] = [op === 'equals' || op === 'startsWith', op === 'equals' || op === 'endsWith'];
      return {
        op: 'contains',
        value: `${start ? '"' : ''}${JSON.stringify(value).slice(1, -1)}${end ? '"' : ''}`,
      };
    });
    const written = `${some('fields', json)} OR ${some('system', json)}`;
    const decoded = some(
      'decoded',
      of.map(({ value }) => ({ op: 'contains', value })),
    );
    return `(${column === undefined ? written : `(${this.#dialect.someBits('strays', strayMask(column))} AND (${written}))`} OR ${decoded} OR ${this.#dialect.bytes('decoded')} >= ${MOST_DECODED})`;
  }

  /** Many texts are sought at once, in any case: to put a long text in lower case costs more than to look through it. */
  #anyOf(text: string, tests: readonly TextTest[]): string {
    if (tests.length === 0) return 'false';
    if (tests.every(({ value }) => isAscii(value)))
      return this.#dialect.matches(text, this.put(tests.map(patternOf).join('|')), false);
    const each = tests.map(({ op, value }) => {
      return this.#compared(op, `lower(${text})`, `lower(${this.put(value)})`);
    });
    return `(${each.join(' OR ')})`;
  }

  #compared(op: TextTest['op'], text: string, value: string): string {
    switch (op) {
      case 'equals':
        return `${text} = ${value}`;
      case 'contains':
        return this.#dialect.contains(text, value);
      case 'startsWith':
        return `starts_with(${text}, ${value})`;
      case 'endsWith':
        return this.#dialect.endsWith(text, value);
      default:
        return op satisfies never;
    }
  }

  #field(field: string, is: FieldTest, cased: boolean): string {
    const several = words[field];
    if (several !== undefined) return `(${several.map((column) => this.#test(column, is, cased)).join(' OR ')})`;
    if (COLUMNS.has(field)) return this.#test(field, is, cased);
    if (field.startsWith('System.')) {
      const { text } = this.#dialect.member('system', field.slice('System.'.length), this.put);
      return this.#test(text, is, cased);
    }
    return this.#named(field, is, cased);
  }

  /** One of Microsoft's names: in its column, where the event's `fields` say so, or in `fields` itself. */
  #named(field: string, is: FieldTest, cased: boolean): string {
    const place = COLUMN_OF.get(field);
    const { text: written, isNumber: inColumn, exists } = this.#dialect.member('fields', field, this.put);
    // To look for the name costs half of parsing the JSON.
    if (place === undefined)
      return `(${this.#dialect.contains('fields', this.put(JSON.stringify(field)))} AND ${this.#test(written, is, cased)})`;
    const { name, fields } = EVENT_COLUMNS[place.column]!;
    if (is.op === 'exists') return exists;
    const test = this.#test(name, is, cased);
    if (told(is)) {
      if (fields.length === 1) return test;
      if (place.rank === 0) return `(${test} AND ${inColumn})`;
    }
    return `((${test} AND ${inColumn}) OR (${this.#test(written, is, cased)} AND NOT ${inColumn}))`;
  }

  /** A test of a column or expression. Text is compared in lower case, by DuckDB's own idea of it on both sides. */
  #test(text: string, is: FieldTest, cased: boolean): string {
    const integer = INTEGERS.has(text);
    const column = integer && is.op !== 'exists' ? `CAST(${text} AS VARCHAR)` : text;
    const at = cased || integer ? column : `lower(${column})`;
    const value = (asked: string): string => (cased || integer ? this.put(asked) : `lower(${this.put(asked)})`);
    switch (is.op) {
      case 'equals':
        if (integer && /^\d{1,9}$/.test(is.value)) return `${text} = ${this.put(Number(is.value))}`;
        return this.#compared(is.op, at, value(is.value));
      case 'contains':
      case 'startsWith':
      case 'endsWith':
        return this.#compared(is.op, at, value(is.value));
      case 'anyOf':
        return this.#anyOf(column, is.of);
      case 'like':
        return `${at} LIKE ${value(likePattern(is.value))} ESCAPE '\\'`;
      case 'regex':
        return this.#dialect.matches(column, this.put(is.value), cased);
      case 'oneOf':
        if (integer && is.values.length > 0 && is.values.every((one) => /^\d{1,9}$/.test(one)))
          return `${text} IN (${is.values.map((one) => this.put(Number(one))).join(', ')})`;
        return is.values.length === 0 ? 'false' : `${at} IN (${is.values.map(value).join(', ')})`;
      case 'above':
        return this.#compare(text, '>', is.value);
      case 'atLeast':
        return this.#compare(text, '>=', is.value);
      case 'below':
        return this.#compare(text, '<', is.value);
      case 'atMost':
        return this.#compare(text, '<=', is.value);
      case 'exists':
        return `${text} IS NOT NULL`;
      default:
        return is satisfies never;
    }
  }

  #compare(text: string, operator: string, value: number): string {
    return INTEGERS.has(text)
      ? `${text} ${operator} ${this.put(value)}`
      : `${this.#dialect.number(text)} ${operator} ${this.put(value)}`;
  }
}

/** Whether the test can hold of told values only: '' and `-` never stand in a column. */
function told(is: FieldTest): boolean {
  if (is.op === 'regex' || is.op === 'exists') return false;
  if (is.op === 'anyOf') return is.of.every(told);
  if (is.op === 'oneOf') return is.values.every((value) => value !== '' && value !== '-');
  if ('value' in is && typeof is.value === 'string') return !['', '-', '*', '?', '**'].includes(is.value);
  return true;
}

/** `*` and `?` as LIKE writes them. */
const likePattern = (glob: string): string =>
  glob.replace(/\\([*?\\])|([*?%_\\])/g, (_, escaped: string | undefined, bare: string | undefined) => {
    if (escaped !== undefined) return escaped === '\\' ? '\\\\' : escaped;
    return bare === '*' ? '%' : bare === '?' ? '_' : `\\${bare}`;
  });

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

/** A test as RE2 writes it. It folds case as Unicode does, but for İ, which is an i with a dot in lower case. */
function patternOf({ op, value }: TextTest): string {
  const literal = value.replace(/[^a-zA-Z0-9]|i/gi, (c) =>
    c === 'i' || c === 'I' ? '[iI\u0130]' : c === '\0' ? '\\x00' : `\\${c}`,
  );
  return `${op === 'equals' || op === 'startsWith' ? '^' : ''}${literal}${op === 'equals' || op === 'endsWith' ? '$' : ''}`;
}
