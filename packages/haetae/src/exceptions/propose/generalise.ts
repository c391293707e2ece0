import type { ProposedField } from './fields.ts';

/** A condition on one field's value; `pattern` as a rule writes it. */
export interface Pattern {
  readonly op: 'equals' | 'contains' | 're';
  readonly pattern: string;
}

/** What changes from run to run, and what may stand in its place: never a separator, so never another path or command. */
interface Volatile {
  readonly find: RegExp;
  /** In a regular expression. */
  readonly becomes: string;
}

const GUID = String.raw`\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?`;
/** A class GUID is the name of a component, not of a run. */
const COMPONENT = String.raw`(?<!(?:processid:|clsid\\|clsid:|interface\\|typelib\\)\{?)`;

/** What changes in any text. Each begins behind what stays, by a look behind. */
const ANYWHERE: readonly Volatile[] = [
  { find: /(?<=\\Users\\)(?!Public\\|Default\\)[^\\"']+(?=\\)/i, becomes: String.raw`[^\\]+` },
  { find: new RegExp(`${COMPONENT}${GUID}`, 'i'), becomes: String.raw`\{?[0-9a-fA-F-]{36}\}?` },
  // Names that programs draw for files in a temporary folder; their extension stays.
  {
    find: /(?<=\\Temp\\)(?:~?[a-z]{0,4}[0-9a-f]{3,}|is-[0-9a-z]{5}|_MEI\d+|[a-z0-9]{8}\.[a-z0-9]{3}(?=[\\"' ]|$)|__PSScriptPolicyTest_[a-z0-9]+\.[a-z0-9]+)(?![a-z0-9])(?=[.\\"' ]|$)/i,
    becomes: String.raw`[^\\ "]+`,
  },
  {
    find: /(?<=\\HKU\\|^HKU\\|\\REGISTRY\\USER\\)S-1-5-21-[\d-]+(?:_Classes)?/i,
    becomes: String.raw`S-1-5-21-[\d-]+(?:_Classes)?`,
  },
];

/** What changes in commands: process ids, handles, times and dates. */
const IN_COMMANDS: readonly Volatile[] = [
  {
    find: /(?<=[-/](?:[a-z-]*pid|[a-z-]*process-?id|[a-z-]*handle|[a-z-]*session|[a-z-]*client-?id|[a-z-]*event)[=: ]"?)(?:0x[0-9a-f]+|\d+)/i,
    becomes: '(?:0x[0-9a-fA-F]+|[0-9]+)',
  },
  {
    find: /(?<![\da-z.])20\d{2}-?[01]\d-?[0-3]\d(?:[T_ -]?[0-2]\d[:.-]?[0-5]\d(?:[:.-]?[0-5]\d)?)?(?![\da-z.])/i,
    becomes: String.raw`[\dT_:. -]{8,19}`,
  },
];

const MOST = 4000;

/** A value as a condition: as it stands, or with what is volatile in it generalised. undefined for one that is too long to be written. */
export function generalise(value: string, { kind }: Pick<ProposedField, 'kind'>): Pattern | undefined {
  if (value.length > MOST) return undefined;
  if (kind === 'text') return { op: 'equals', pattern: escapeText(value) };
  if (kind === 'hashes') {
    const sha256 = /SHA256=[0-9a-f]{64}/i.exec(value)?.[0];
    return sha256 === undefined ? undefined : { op: 'contains', pattern: sha256 };
  }
  const found = spans(value, kind === 'command' ? [...IN_COMMANDS, ...ANYWHERE] : ANYWHERE);
  if (found.length === 0) return { op: 'equals', pattern: escapeText(value) };
  let pattern = '';
  let at = 0;
  for (const { start, end, becomes } of found) {
    pattern += escapeRegex(value.slice(at, start)) + becomes;
    at = end;
  }
  return { op: 're', pattern: `(?i)^${pattern}${escapeRegex(value.slice(at))}$` };
}

/** A value exactly as it stands. */
export const exactly = (value: string): Pattern => ({ op: 'equals', pattern: escapeText(value) });

interface Span {
  readonly start: number;
  readonly end: number;
  readonly becomes: string;
}

function spans(value: string, volatiles: readonly Volatile[]): Span[] {
  const found: Span[] = [];
  for (const { find, becomes } of volatiles) {
    for (const match of value.matchAll(new RegExp(find, 'gi'))) {
      const span = { start: match.index, end: match.index + match[0].length, becomes };
      if (found.every(({ start, end }) => span.end <= start || span.start >= end)) found.push(span);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** A text so that a rule means it literally: wildcards and what would be read as an escape are escaped. */
export function escapeText(text: string): string {
  return text.replace(/\\+(?=[*?])|\\{2,}|[*?]/g, (found) => {
    if (!found.startsWith('\\')) return `\\${found}`;
    return '\\\\'.repeat(found.length);
  });
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Whether a value is of the pattern, as Sigma would say. */
export function isLike({ op, pattern }: Pattern, value: string): boolean {
  switch (op) {
    case 'equals':
      return escapeText(value).toLowerCase() === pattern.toLowerCase();
    case 'contains':
      return value.toLowerCase().includes(pattern.toLowerCase());
    case 're':
      return new RegExp(pattern.slice('(?i)'.length), 'i').test(value);
    default:
      return op satisfies never;
  }
}
