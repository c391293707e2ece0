import { parseAddress, within } from './cidr.ts';
import { type Place, SigmaError } from './error.ts';
import { glob } from './glob.ts';
import { compileRegex, RegexProblem } from './regex.ts';
import { literal, type Part, STAR, showText } from './text.ts';
import { timePart } from './time.ts';
import type { CompareOp, Text, Value } from './value.ts';
import { type PreparedView, SEPARATOR } from './view.ts';

/** How a value was compared, in the words of the rule language. */
export type Op =
  | 'equals'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 'wildcard'
  | 're'
  | 'cidr'
  | 'exists'
  | 'null'
  | 'fieldref'
  | CompareOp;

/** A value that is not a list of others. */
export type SingleValue = Exclude<Value, { kind: 'any' }>;

/** One value of a rule, ready to be asked. `holds` and `witness` use the same test, so they cannot disagree. */
export interface Predicate {
  readonly op: Op;
  /** What it was made of. */
  readonly field: string | undefined;
  readonly value: SingleValue;
  /** How one value of the field is tested where each stands for itself: lower-cased if `folded`. undefined where an absence or another field counts. */
  readonly each: Each | undefined;
  /** The value as the rule means it, for people. */
  readonly pattern: string;
  holds(view: PreparedView): boolean;
  /** The event's value that held; undefined where it is an absence that held. */
  witness(view: PreparedView): string | undefined;
}

export interface Each {
  readonly folded: boolean;
  readonly test: (value: string) => boolean;
}

/** Makes the predicates of one value, joined by or. Throws SigmaError where the value cannot be compared. */
export function predicates(field: string | undefined, value: Value, place: Place): Predicate[] {
  if (value.kind === 'any') return value.of.flatMap((v) => predicates(field, v, place));
  return [{ ...predicate(field, value, place), field, value }];
}

/** The predicate of a value that {@link predicates} took before: a regular expression is read when a value is first tested. */
export function knownPredicate(field: string | undefined, value: SingleValue): Predicate {
  const place = { line: 1, column: 1 };
  if (value.kind !== 'regex') return { ...predicate(field, value, place), field, value };
  let made: Each | undefined;
  const test = (v: string): boolean => {
    made ??= predicate(field, value, place).each!;
    return made.test(v);
  };
  return { ...onValues(field, 're', value.source, false, test), field, value };
}

type Asked = Omit<Predicate, 'field' | 'value'>;

function predicate(field: string | undefined, value: SingleValue, place: Place): Asked {
  switch (value.kind) {
    case 'text':
      return textPredicate(field, value);
    case 'number':
      return numberPredicate(field, value);
    case 'boolean': {
      const text = String(value.boolean);
      if (field === undefined) return keyword('contains', text, text);
      return onValues(field, 'equals', text, true, (v) => v === text);
    }
    case 'null': {
      const name = needed(field, 'null', place);
      const holds = (view: PreparedView): boolean => !(view.values(name)?.some((v) => v !== '') ?? false);
      return { op: 'null', pattern: 'null', each: undefined, holds, witness: (view) => view.values(name)?.[0] };
    }
    case 'regex': {
      const test = compileRegex(value.source, value);
      if (!(test instanceof RegexProblem)) return onValues(field, 're', value.source, false, test);
      const where = test.offset !== undefined ? ` (at character ${test.offset + 1} of the pattern)` : '';
      throw new SigmaError('bad-regex', `${test.reason}${where}`, place, test.cause);
    }
    case 'cidr': {
      const { block } = value;
      const inside = (v: string): boolean => {
        const address = parseAddress(v.trim());
        return address !== undefined && within(address, block);
      };
      return onValues(field, 'cidr', value.text, false, inside);
    }
    case 'compare': {
      const { op, number } = value;
      const compare = COMPARE[op];
      const test = (v: string): boolean => DECIMAL.test(v.trim()) && compare(Number(v), number);
      return onValues(needed(field, op, place), op, String(number), false, test);
    }
    case 'time': {
      const { part, op, number, zone } = value;
      const compare = op === 'equals' ? (a: number, b: number): boolean => a === b : COMPARE[op];
      const test = (v: string): boolean => {
        const found = timePart(v, part, zone);
        return found !== undefined && compare(found, number);
      };
      return onValues(needed(field, part, place), op, `${part} ${number}`, false, test);
    }
    case 'exists': {
      const name = needed(field, 'exists', place);
      const holds = (view: PreparedView): boolean => (view.values(name) !== undefined) === value.exists;
      return {
        op: 'exists',
        pattern: String(value.exists),
        each: undefined,
        holds,
        witness: (view) => view.values(name)?.[0],
      };
    }
    case 'field':
      return fieldPredicate(needed(field, 'fieldref', place), value);
    default:
      return value satisfies never;
  }
}

function needed(field: string | undefined, what: string, place: Place): string {
  if (field !== undefined) return field;
  throw new SigmaError('bad-value', `${what} says nothing as a keyword; name a field`, place);
}

/** A test of each value of a field, or of every value of the event. */
function onValues(
  field: string | undefined,
  op: Op,
  pattern: string,
  folded: boolean,
  test: (value: string) => boolean,
): Asked {
  const each = { folded, test };
  if (field === undefined) {
    return {
      op,
      pattern,
      each,
      holds: (view) => (folded ? view.allFolded() : view.all()).some(test),
      witness: (view) => view.all()[(folded ? view.allFolded() : view.all()).findIndex(test)],
    };
  }
  return {
    op,
    pattern,
    each,
    holds: (view) => {
      const values = folded ? view.folded(field) : view.values(field);
      if (values === undefined) return false;
      for (let i = 0; i < values.length; i++) if (test(values[i]!)) return true;
      return false;
    },
    witness: (view) => view.values(field)?.[(folded ? view.folded(field) : view.values(field)!).findIndex(test)],
  };
}

/** A lower-cased literal that stands in some value of the event. */
function keyword(op: Op, pattern: string, folded: string): Asked {
  const test = (v: string): boolean => v.includes(folded);
  if (folded.includes(SEPARATOR[0]!)) return onValues(undefined, op, pattern, true, test);
  return { ...onValues(undefined, op, pattern, true, test), holds: (view) => view.foldedText().includes(folded) };
}

function textPredicate(field: string | undefined, value: Text): Asked {
  const given = field === undefined ? [STAR, ...value.parts, STAR] : value.parts;
  const parts = simplified(
    value.cased ? given : given.map((p) => (p.kind === 'literal' ? literal(p.text.toLowerCase()) : p)),
  );
  const shown = (from: number, to: number): string => showText(simplified(given).slice(from, to));
  const folded = !value.cased;
  const [a, b, c] = parts;
  const make = (op: Op, pattern: string, test: (v: string) => boolean): Asked =>
    onValues(field, op, pattern, folded, test);
  if (a === undefined) return make('equals', '', (v) => v === '');
  if (b === undefined) {
    if (a.kind === 'literal') return make('equals', shown(0, 1), (v) => v === a.text);
    if (a.kind === 'star') return make('wildcard', '*', () => true);
  } else if (c === undefined) {
    if (a.kind === 'literal' && b.kind === 'star') return make('startswith', shown(0, 1), (v) => v.startsWith(a.text));
    if (a.kind === 'star' && b.kind === 'literal') return make('endswith', shown(1, 2), (v) => v.endsWith(b.text));
  } else if (parts.length === 3 && a.kind === 'star' && b.kind === 'literal' && c.kind === 'star') {
    if (field === undefined && folded && b.text !== '') return keyword('contains', shown(1, 2), b.text);
    return make('contains', shown(1, 2), (v) => v.includes(b.text));
  }
  const last = parts.length - 1;
  const front = a.kind === 'star';
  const back = parts[last]!.kind === 'star';
  const op = front && back ? 'contains' : front ? 'endswith' : back ? 'startswith' : 'wildcard';
  return make(op, shown(front ? 1 : 0, back ? last : last + 1), glob(parts));
}

/** Neighbouring stars are one, neighbouring literals are one. */
export function simplified(parts: readonly Part[]): Part[] {
  const made: Part[] = [];
  for (const part of parts) {
    const last = made[made.length - 1];
    if (part.kind === 'star' && last?.kind === 'star') continue;
    if (part.kind === 'literal' && part.text === '') continue;
    if (part.kind === 'literal' && last?.kind === 'literal') made[made.length - 1] = literal(last.text + part.text);
    else made.push(part);
  }
  return made;
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

/** Equal as text, also as the rule writes it (`0x1f`), or as decimal numbers: the same field is `1` here and `1.0` there. */
function numberPredicate(field: string | undefined, { number, text }: Extract<Value, { kind: 'number' }>): Asked {
  const plain = String(number);
  if (field === undefined) return keyword('contains', text, plain);
  const written = text.toLowerCase();
  const equal = (v: string): boolean =>
    v === plain || v === written || (DECIMAL.test(v.trim()) && Number(v) === number);
  return onValues(field, 'equals', text, true, equal);
}

const COMPARE: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

function fieldPredicate(field: string, { field: other, start, end }: Extract<Value, { kind: 'field' }>): Asked {
  const test = (a: string, b: string): boolean =>
    start && end ? a.includes(b) : start ? a.startsWith(b) : end ? a.endsWith(b) : a === b;
  const index = (view: PreparedView): number => {
    const others = view.folded(other);
    return view.folded(field).findIndex((a) => others.some((b) => test(a, b)));
  };
  return {
    op: 'fieldref',
    pattern: other,
    each: undefined,
    holds: (view) => index(view) >= 0,
    witness: (view) => view.values(field)?.[index(view)],
  };
}
