import type { SigmaCorrelation } from '../correlation/rule.ts';
import { type At, SigmaError } from '../error.ts';
import type { Condition, Item, RuleValue, Search, SigmaRule } from '../rule.ts';
import { literal, parseText, STAR } from '../text.ts';
import { type Context, type Document, isCorrelation, type Var } from './context.ts';
import { type Pipeline, type ProcessingItem, references } from './pipeline.ts';
import { Refused } from './transformation.ts';
import { isText, plainItem, textValue } from './values.ts';

export interface Documents {
  readonly rules: readonly SigmaRule[];
  readonly correlations?: readonly SigmaCorrelation[];
}

export interface Processed {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly SigmaCorrelation[];
  /** Documents that a pipeline refused: they are in neither list. */
  readonly problems: readonly SigmaError[];
  /** By document that came out, the ids (or types) of the transformations that its conditions let through, in order. */
  readonly applied: ReadonlyMap<SigmaRule | SigmaCorrelation, readonly string[]>;
}

export interface ApplyOptions {
  /** Variables for placeholders; they win over those of the pipelines. */
  readonly vars?: Readonly<Record<string, string | number | readonly (string | number)[]>>;
}

/**
 * Applies pipelines to rules and correlations, from the lowest priority on; equal ones in the order given. The documents
 * given are not changed: new ones come out, in the same order, or the same object where nothing was to do. Apply filters
 * before, since they are written in the fields of the rules. Never throws.
 */
export function applyPipelines(
  documents: Documents,
  pipelines: readonly Pipeline[],
  { vars = {} }: ApplyOptions = {},
): Processed {
  const sorted = pipelines.toSorted((a, b) => a.priority - b.priority);
  const items = sorted.flatMap((p) => p.items.map((item) => ({ item, pipeline: p })));
  const merged = new Map<string, Var>(sorted.flatMap((p) => [...p.vars]));
  for (const [name, value] of Object.entries(vars)) merged.set(name, typeof value === 'object' ? value : [value]);
  const byName = new Map<string, Document>();
  const all: readonly Document[] = [...documents.rules, ...(documents.correlations ?? [])];
  for (const document of all)
    for (const name of [document.id, document.name])
      if (name !== undefined && !byName.has(name)) byName.set(name, document);

  const problems: SigmaError[] = [];
  const applied = new Map<Document, readonly string[]>();
  const process = <T extends Document>(given: T): T[] => {
    const context: Context = {
      vars: merged,
      state: new Map(),
      applied: new Set(),
      byItem: new WeakMap(),
      byField: new Map(),
      mapped: new Set(),
      referred: (text) => byName.get(text),
    };
    const log: string[] = [];
    let document: Document = given;
    try {
      for (const { item } of items) document = step(document, item, context, log);
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
      return [];
    }
    applied.set(document, log);
    // A transformation gives the kind of document that it takes.
    return [document as T];
  };
  return {
    rules: documents.rules.flatMap(process),
    correlations: (documents.correlations ?? []).flatMap(process),
    problems,
    applied,
  };
}

function step(document: Document, item: ProcessingItem, context: Context, log: string[]): Document {
  const { transformation, chooses } = item;
  if (!chooses.rule(document, context)) return document;
  const refuse = (reason: string, at: At): never => {
    const by = `${item.file ?? 'the pipeline'}:${item.at.line}`;
    throw new SigmaError('by-pipeline', `${reason} (${item.id} of ${by})`, { file: document.path, ...at });
  };
  let made: Document;
  switch (transformation.kind) {
    case 'rule': {
      const result = transformation.apply(document, context);
      made = result instanceof Refused ? refuse(result.reason, document.at) : result;
      break;
    }
    case 'item':
      made = isCorrelation(document)
        ? document
        : eachItem(document, refuse, (of) => {
            if (!chooses.item(of, context) || !chooses.fieldsOf(of, context)) return undefined;
            const result = transformation.apply(of, context);
            if (result instanceof Refused) return refuse(result.reason, of.at);
            if (result === undefined || result === 'drop') return result;
            mark(result, of, item.id, context);
            return result;
          });
      break;
    case 'field':
      made = renamed(document, item, transformation.map, context, refuse);
      break;
    case 'nest': {
      made = document;
      for (const inner of transformation.items) made = step(made, inner, context, log);
      break;
    }
    default:
      return transformation satisfies never;
  }
  context.applied.add(item.id);
  log.push(item.id);
  return made;
}

/** Notes of every item in `made` that it came of `from` by the transformation `id`. */
function mark(made: Search, from: Item, id: string, context: Context): void {
  if (made.kind === 'item') context.byItem.set(made, new Set([...(context.byItem.get(from) ?? []), id]));
  else for (const part of made.of) mark(part, from, id, context);
}

type Refuse = (reason: string, at: At) => never;
type Change = (item: Item) => Search | 'drop' | undefined;

/** Changes items; the rule itself where none changes. */
function eachItem(rule: SigmaRule, refuse: Refuse, change: Change): SigmaRule {
  const searches = new Map<string, Search>();
  let changed = false;
  for (const [name, search] of rule.detection.searches) {
    const made = inSearch(search, change);
    changed ||= made !== search;
    if (made !== undefined) searches.set(name, made);
  }
  if (!changed) return rule;
  const conditions = rule.detection.conditions.flatMap((c) => without(c, searches) ?? []);
  if (conditions.length === 0) return refuse('nothing is left of the detection', rule.at);
  return { ...rule, detection: { searches, conditions } };
}

/** undefined where nothing is left. */
function inSearch(search: Search, change: Change): Search | undefined {
  if (search.kind === 'item') {
    const made = change(search) ?? search;
    return made === 'drop' ? undefined : made;
  }
  const of = search.of.flatMap((part) => inSearch(part, change) ?? []);
  if (of.length === search.of.length && of.every((part, i) => part === search.of[i])) return search;
  return of.length === 0 ? undefined : { ...search, of };
}

/** The condition without searches of which nothing is left: they ask nothing, also below a `not`. */
function without(condition: Condition, searches: ReadonlyMap<string, Search>): Condition | undefined {
  switch (condition.kind) {
    case 'search':
      return searches.has(condition.name) ? condition : undefined;
    case 'not': {
      const of = without(condition.of, searches);
      return of === undefined ? undefined : { ...condition, of };
    }
    case 'and':
    case 'or': {
      const of = condition.of.flatMap((part) => without(part, searches) ?? []);
      return of.length > 1 ? { ...condition, of } : of[0];
    }
    case 'of': {
      const names = condition.names.filter((name) => searches.has(name));
      if (names.length === 0) return undefined;
      const all = condition.atLeast === condition.names.length;
      return { ...condition, names, atLeast: all ? names.length : Math.min(condition.atLeast, names.length) };
    }
    default:
      return condition satisfies never;
  }
}

type Rename = (field: string | undefined) => readonly string[] | undefined;

/** Renames fields wherever they stand: in items and references, in `fields`, in a correlation's grouping and aliases. */
function renamed(
  document: Document,
  { id, chooses }: ProcessingItem,
  map: Rename,
  context: Context,
  refuse: Refuse,
): Document {
  const rename = (field: string | undefined): readonly string[] | undefined => {
    const to = map(field);
    if (to === undefined || !chooses.field(field, context)) return undefined;
    if (field !== undefined && (to.length !== 1 || to[0] !== field)) {
      const ids = new Set([...(context.byField.get(field) ?? []), id]);
      for (const name of to) context.byField.set(name, ids);
    }
    return to;
  };
  const fields = document.fields.flatMap((field) => rename(field) ?? [field]);
  if (isCorrelation(document)) return renamedCorrelation({ ...document, fields }, rename, refuse);
  const rule = eachItem({ ...document, fields }, refuse, (item) => {
    if (!chooses.item(item, context) || !chooses.fieldsOf(item, context)) return undefined;
    const made = renamedItem(item, rename);
    if (made === undefined) return undefined;
    for (const name of made.names) context.mapped.add(name);
    mark(made.search, item, id, context);
    return made.search;
  });
  const same = fields.length === document.fields.length && fields.every((f, i) => f === document.fields[i]);
  return same && rule.detection === document.detection ? document : rule;
}

function renamedItem(
  item: Item,
  rename: Rename,
): { readonly search: Search; readonly names: readonly string[] } | undefined {
  let values: readonly RuleValue[] = item.values;
  if (references(item).length > 0)
    values = item.values.flatMap((v) => rename(v.text)?.map((text) => ({ ...v, value: text, text })) ?? [v]);
  const to = rename(item.field);
  if (to === undefined)
    return values.some((v, i) => v !== item.values[i]) ? { search: { ...item, values }, names: [] } : undefined;
  let from: Item = { ...item, values };
  if (item.field === undefined) {
    // A keyword is looked for in a value; so it is in the field.
    const plain = plainItem(from);
    if (plain !== undefined) from = { ...plain, values: plain.values.map(anywhere) };
  }
  const of = to.map((field): Item => ({ ...from, field }));
  return { search: of.length === 1 ? of[0]! : { kind: 'any', of, at: item.at }, names: to };
}

function anywhere(value: RuleValue): RuleValue {
  if (value.value === null) return value;
  const parts = isText(value) ? parseText(value.text) : [literal(value.text)];
  return textValue(
    [STAR, ...parts, STAR].filter((p, i, all) => p.kind !== 'star' || all[i - 1]?.kind !== 'star'),
    value,
  );
}

function renamedCorrelation(correlation: SigmaCorrelation, rename: Rename, refuse: Refuse): SigmaCorrelation {
  const one = (field: string, what: string, at: At): string => {
    const to = rename(field) ?? [field];
    return to.length === 1 ? to[0]! : refuse(`${what} ${field} is mapped to ${to.length} fields; it can have one`, at);
  };
  const aliases = correlation.aliases.map((alias) => ({
    ...alias,
    fields: alias.fields.map((f) => ({ ...f, field: one(f.field, `the alias ${alias.name}'s field`, f.at) })),
  }));
  const names = new Set(aliases.map((alias) => alias.name));
  const { condition } = correlation;
  return {
    ...correlation,
    aliases,
    groupBy: correlation.groupBy.flatMap((field) => (names.has(field) ? [field] : (rename(field) ?? [field]))),
    condition:
      condition.kind === 'bounds'
        ? { ...condition, fields: condition.fields.map((f) => one(f, 'the field', correlation.conditionAt)) }
        : condition,
  };
}
