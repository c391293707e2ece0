import { type Item, LEVELS, type RuleValue, type Search, type SigmaRule, STATUSES } from '../rule.ts';
import { parseText } from '../text.ts';
import { type Context, type Document, isCorrelation } from './context.ts';
import type { Params } from './params.ts';
import { isText, matcherOf, plainItem, shown } from './values.ts';

export type RuleTest = (document: Document, context: Context) => boolean;
export type ItemTest = (item: Item, context: Context) => boolean;
/** `item`: where the name stands as the field or in a reference of an item. */
export type FieldTest = (field: string | undefined, context: Context, item?: Item) => boolean;

const COMPARISONS = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt'] as const;
type Comparison = (typeof COMPARISONS)[number];

const compared = (a: number | string | boolean, op: Comparison, b: number | string | boolean): boolean => {
  switch (op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gte':
      return a >= b;
    case 'gt':
      return a > b;
    case 'lte':
      return a <= b;
    case 'lt':
      return a < b;
    default:
      return op satisfies never;
  }
};

function* items(search: Search): Iterable<Item> {
  if (search.kind === 'item') yield search;
  else for (const part of search.of) yield* items(part);
}

function* itemsOf(rule: SigmaRule): Iterable<Item> {
  for (const search of rule.detection.searches.values()) yield* items(search);
}

function processingState(params: Params): (context: Context) => boolean {
  const key = params.text('key');
  const val = params.scalar('val');
  const op = params.word('op', COMPARISONS, 'eq');
  return ({ state }) => {
    const found = state.get(key);
    if (found === undefined || found === null || val === null || typeof found === 'object') return false;
    return compared(found as number, op, val);
  };
}

function logsource(params: Params): RuleTest {
  const wanted = (['category', 'product', 'service'] as const).flatMap((key) => {
    const value = params.optionalText(key);
    return value === undefined ? [] : ([[key, value]] as const);
  });
  if (wanted.length === 0) params.fail('the condition logsource needs category, product or service');
  const holds = (document: Document, context: Context, depth: number): boolean => {
    if (!isCorrelation(document)) return wanted.every(([key, value]) => document.logsource[key] === value);
    if (depth > 20) return false;
    return document.rules.some(({ text }) => {
      const rule = context.referred(text);
      return rule !== undefined && holds(rule, context, depth + 1);
    });
  };
  return (document, context) => holds(document, context, 0);
}

/** Words in an order: a level is more than another. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  level: LEVELS,
  status: [...STATUSES].reverse(),
};

function ruleAttribute(params: Params): RuleTest {
  const attribute = params.text('attribute');
  const value = params.scalar('value');
  const op = params.word('op', [...COMPARISONS, 'in', 'not_in'] as const, 'eq');
  const valueAt = params.need('value').at;
  const text = String(value);
  const order = ORDERS[attribute];
  if (order !== undefined && !order.includes(text.toLowerCase()))
    params.fail(`${attribute} is one of ${order.join(', ')}, not ${text}`, valueAt);
  if ((attribute === 'date' || attribute === 'modified') && !/^\d{4}-\d{2}-\d{2}$/.test(text))
    params.fail(`${attribute} is a date such as 2025-06-23, not ${text}`, valueAt);
  return (document) => {
    const known: unknown = Object.hasOwn(document, attribute)
      ? document[attribute as keyof Document]
      : document.raw[attribute];
    if (known === undefined || known === null) return false;
    if (Array.isArray(known)) {
      if (op === 'in') return known.includes(value) || known.includes(text);
      if (op === 'not_in') return !known.includes(value) && !known.includes(text);
      return op === 'ne';
    }
    if (op === 'in' || op === 'not_in' || typeof known === 'object') return false;
    if (order !== undefined)
      return compared(order.indexOf(String(known).toLowerCase()), op, order.indexOf(text.toLowerCase()));
    if (attribute === 'date' || attribute === 'modified') return compared(String(known).replaceAll('/', '-'), op, text);
    if (typeof known === 'number') return compared(known, op, Number(value));
    // Texts are equal or not; they have no order.
    return op === 'eq' ? String(known) === text : op === 'ne' && String(known) !== text;
  };
}

export const RULE_CONDITIONS: Readonly<Record<string, (params: Params) => RuleTest>> = {
  logsource,
  contains_detection_item: (params) => {
    const field = params.optionalText('field');
    const value = String(params.scalar('value'));
    return (document) => {
      if (isCorrelation(document)) return false;
      for (const item of itemsOf(document)) {
        if (item.field !== field) continue;
        if ((plainItem(item) ?? item).values.some((v) => shown(v) === value)) return true;
      }
      return false;
    };
  },
  contains_field: (params) => {
    const field = params.text('field');
    return (document) => {
      if (isCorrelation(document)) return false;
      for (const item of itemsOf(document)) if (item.field === field) return true;
      return false;
    };
  },
  processing_item_applied: (params) => {
    const id = params.text('processing_item_id');
    return (_document, { applied }) => applied.has(id);
  },
  processing_state: (params) => {
    const holds = processingState(params);
    return (_document, context) => holds(context);
  },
  is_sigma_rule: () => (document) => !isCorrelation(document),
  is_sigma_correlation_rule: () => isCorrelation,
  rule_attribute: ruleAttribute,
  tag: (params) => {
    const tag = params.text('tag').toLowerCase();
    return (document) => document.tags.some((t) => t.toLowerCase() === tag);
  },
};

/** Asks the values of an item, any or all of them. `text` is undefined of what is no text: numbers, expressions, networks. */
function values(params: Params, test: (text: string | undefined, value: RuleValue | undefined) => boolean): ItemTest {
  const all = params.word('cond', ['any', 'all'] as const) === 'all';
  return (item) => {
    const plain = plainItem(item);
    const ask = (value: RuleValue): boolean =>
      plain === undefined ? test(undefined, undefined) : test(isText(value) ? shown(value) : undefined, value);
    const seen = (plain ?? item).values;
    return all ? seen.every(ask) : seen.some(ask);
  };
}

export const ITEM_CONDITIONS: Readonly<Record<string, (params: Params) => ItemTest>> = {
  match_string: (params) => {
    const matches = matcherOf(params.text('pattern'), params, 'pattern');
    const negate = params.flag('negate');
    return values(params, (text) => (text !== undefined && matches(text)) !== negate);
  },
  match_value: (params) => {
    const wanted = params.scalar('value');
    return values(params, (text, value) => (text ?? value?.value) === wanted && value !== undefined);
  },
  contains_wildcard: (params) =>
    values(
      params,
      (text, value) => text !== undefined && parseText(value!.text).some((part) => part.kind !== 'literal'),
    ),
  is_null: (params) => values(params, (_text, value) => value?.value === null),
  processing_item_applied: (params) => {
    const id = params.text('processing_item_id');
    return (item, { byItem }) => byItem.get(item)?.has(id) ?? false;
  },
  processing_state: (params) => {
    const holds = processingState(params);
    return (_item, context) => holds(context);
  },
};

function fields(params: Params): (field: string | undefined) => boolean {
  const names = params.texts('fields');
  const mode = params.word('mode', ['plain', 're'] as const, 'plain');
  if (mode === 'plain') return (field) => field !== undefined && names.includes(field);
  const tests = names.map((name) => matcherOf(name, params, 'fields'));
  return (field) => field !== undefined && tests.some((test) => test(field));
}

export const FIELD_CONDITIONS: Readonly<Record<string, (params: Params) => FieldTest>> = {
  include_fields: fields,
  exclude_fields: (params) => {
    const included = fields(params);
    return (field) => !included(field);
  },
  processing_item_applied: (params) => {
    const id = params.text('processing_item_id');
    return (field, { byField, byItem }, item) =>
      (item !== undefined && (byItem.get(item)?.has(id) ?? false)) ||
      (field !== undefined && (byField.get(field)?.has(id) ?? false));
  },
  processing_state: (params) => {
    const holds = processingState(params);
    return (_field, context) => holds(context);
  },
};
