import { didYouMean, type Place, SigmaError } from './error.ts';
import { type Modifier, type ModifierContext, Refusal, type ValueModifier } from './modifiers/modifier.ts';
import { modifier, modifierNames } from './modifiers/registry.ts';
import type { Item, RuleValue } from './rule.ts';
import { parseText } from './text.ts';
import { TIME_PARTS } from './time.ts';
import type { Kind, Value } from './value.ts';

/** An item with its modifiers applied: the values to compare with, and how they are joined. */
export interface Resolved {
  readonly values: readonly Value[];
  readonly all: boolean;
  readonly negated: boolean;
}

/** Throws SigmaError at a modifier that does not exist. */
export function knownModifier(name: string, place: Place): Modifier {
  const found = modifier(name);
  if (found !== undefined) return found;
  const hint = name === '' ? '; a | without a modifier' : didYouMean(name, modifierNames(), '|');
  throw new SigmaError('unknown-modifier', `no modifier |${name}${hint}`, place);
}

/** Applies an item's modifiers from left to right. Throws SigmaError at the modifier or the value that is wrong. */
export function resolve(item: Item, context: ModifierContext, file: string | undefined): Resolved {
  const chain = item.modifiers.map(({ name, at }) => ({
    is: knownModifier(name, { file, ...at }),
    place: { file, ...at },
  }));
  let all = false;
  let negated = false;
  let before: ValueModifier | undefined;
  for (const { is, place } of chain) {
    if (is.kind === 'item') {
      if (is.effect === 'all') all = true;
      else negated = true;
    } else {
      // `|lt|hour` is told better below, with the order that works.
      const swapped = before?.follows?.includes(is.name);
      if (is.first && before !== undefined && !is.follows?.includes(before.name) && !swapped)
        throw new SigmaError(
          'bad-chain',
          `|${is.name} takes the value as it is written; it cannot follow |${before.name}`,
          place,
        );
      if (is.needsField && item.field === undefined)
        throw new SigmaError('bad-chain', `|${is.name} needs a field before it`, place);
      before = is;
    }
  }
  const values = item.values.map((written) => {
    let value = read(written);
    for (const { is, place } of chain)
      if (is.kind === 'value') value = apply(is, value, context, place, { file, ...written.at });
    return value;
  });
  return { values, all, negated };
}

function apply(is: ValueModifier, value: Value, context: ModifierContext, place: Place, valuePlace: Place): Value {
  if (value.kind === 'any') return { kind: 'any', of: value.of.map((v) => apply(is, v, context, place, valuePlace)) };
  const taken = accepted(is, value);
  if (taken === undefined) {
    const kinds = is.accepts.flatMap((kind) => (kind === 'time' ? [] : KINDS[kind])).join(' or ');
    const hint =
      value.kind === 'text' && is.accepts.includes('number') && /^[+-]?\d+(\.\d+)?$/.test(value.raw)
        ? '; write it without quotes'
        : value.kind === 'compare' && Object.hasOwn(TIME_PARTS, is.name)
          ? `; write |${is.name}|${value.op}`
          : '';
    throw new SigmaError('bad-chain', `|${is.name} works on ${kinds}, not on ${KINDS[value.kind]}${hint}`, place);
  }
  const made = is.apply(taken, context);
  if (!(made instanceof Refusal)) return made;
  throw new SigmaError(made.code, `|${is.name}: ${made.reason}`, made.code === 'bad-chain' ? place : valuePlace);
}

/** The value if the modifier takes its kind. A number or boolean is text, as written, to a modifier of texts. */
function accepted(is: ValueModifier, value: Exclude<Value, { kind: 'any' }>): Value | undefined {
  if (is.accepts.includes(value.kind)) return value;
  if (!is.accepts.includes('text')) return undefined;
  if (value.kind === 'number') return text(value.text);
  if (value.kind === 'boolean') return text(String(value.boolean));
  return undefined;
}

const text = (raw: string): Value => ({ kind: 'text', raw, parts: parseText(raw), cased: false, bytes: false });

const KINDS: Readonly<Record<Kind, string>> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  regex: 'a regular expression (|re)',
  cidr: 'a network (|cidr)',
  compare: 'a comparison',
  time: 'a part of a time',
  exists: 'a test of existence',
  field: 'a field reference (|fieldref)',
};

function read({ value, text: written }: RuleValue): Value {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', boolean: value };
  if (typeof value === 'string') return text(value);
  // Digits with leading zeros are an identifier (a keyboard layout, a SID part), not a quantity; .nan and .inf are words.
  if (/^[+-]?0\d/.test(written) || !Number.isFinite(value)) return text(written);
  return { kind: 'number', number: value, text: written };
}
