import { type At, didYouMean, SigmaError } from '../error.ts';
import type { Item } from '../rule.ts';
import type { MapNode, Node } from '../yaml/node.ts';
import { readYaml } from '../yaml/read.ts';
import {
  FIELD_CONDITIONS,
  type FieldTest,
  ITEM_CONDITIONS,
  type ItemTest,
  RULE_CONDITIONS,
  type RuleTest,
} from './conditions.ts';
import type { Var } from './context.ts';
import { evaluate, parseExpression } from './expression.ts';
import { Params } from './params.ts';
import type { Tools, Transformation } from './transformation.ts';
import { REFUSED_TRANSFORMATIONS, TRANSFORMATIONS } from './transformations/registry.ts';

/** One entry of a pipeline's `transformations`, with the conditions under which it is applied. */
export interface ProcessingItem {
  /** As given, or the type. */
  readonly id: string;
  readonly type: string;
  readonly at: At;
  readonly file: string | undefined;
  readonly transformation: Transformation;
  readonly chooses: {
    readonly rule: RuleTest;
    readonly item: ItemTest;
    readonly field: FieldTest;
    /** The conditions on field names, asked of an item: its field and those that it refers to. */
    readonly fieldsOf: ItemTest;
  };
}

/** A processing pipeline in the YAML form of pySigma. */
export interface Pipeline {
  readonly name: string;
  /** Pipelines are applied from the lowest priority on. */
  readonly priority: number;
  readonly vars: ReadonlyMap<string, Var>;
  readonly items: readonly ProcessingItem[];
}

export interface ParsedPipeline {
  /** undefined where there are problems. */
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly SigmaError[];
}

export interface PipelineOptions {
  /** How the pipeline's file is called in messages. */
  readonly file?: string;
  /** Gives the text of a file that the pipeline names, as it names it; throws when there is none. */
  readonly loadFile?: (path: string) => string;
}

const MOST_NESTED = 10;

/** Reads a pipeline. Never throws; everything that is wrong with it is a problem with its place. */
export function parsePipeline(text: string, { file, loadFile }: PipelineOptions = {}): ParsedPipeline {
  const problems: SigmaError[] = [];
  const guard = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const pipeline = guard(() => readPipeline(text, file, loadFile, guard));
  return { pipeline: problems.length === 0 ? pipeline : undefined, problems };
}

type Guard = <T>(read: () => T) => T | undefined;

function readPipeline(
  text: string,
  file: string | undefined,
  loadFile: PipelineOptions['loadFile'],
  guard: Guard,
): Pipeline {
  const [document, second] = readYaml(text, file);
  const start = { file, line: 1, column: 1 };
  if (document === undefined) throw new SigmaError('bad-pipeline', 'an empty pipeline', start);
  if (!document.ok) throw document.error;
  const { root } = document;
  if (root?.kind !== 'map')
    throw new SigmaError('bad-pipeline', 'a pipeline is a map of name, priority, vars and transformations', {
      file,
      ...(root?.at ?? { line: 1, column: 1 }),
    });
  if (second?.ok && second.root !== undefined)
    throw new SigmaError('bad-pipeline', 'a file holds one pipeline', { file, ...second.root.at });
  const params = new Params(root, 'a pipeline', file);
  params.know('allowed_backends');
  const name = params.optionalText('name') ?? file ?? 'pipeline';
  const priorityNode = params.node('priority');
  const priority = priorityNode?.kind === 'scalar' ? priorityNode.value : (priorityNode ?? 0);
  guard(() => {
    if (typeof priority !== 'number' || !Number.isFinite(priority))
      params.fail('priority is a number', priorityNode?.at);
  });
  const vars = guard(() => readVars(params)) ?? new Map<string, Var>();
  for (const [key, what] of [
    ['postprocessing', 'changes queries'],
    ['finalizers', 'puts queries together'],
  ] as const) {
    const node = params.node(key);
    guard(() => {
      if (node !== undefined && !(node.kind === 'list' && node.items.length === 0))
        params.fail(`${key} ${what}; here rules match events and no query is made, so it cannot be applied`, node.at);
    });
  }
  const items = readItems(params, 'transformations', loadFile, guard, 0);
  guard(() => params.done());
  return { name, priority: typeof priority === 'number' ? priority : 0, vars, items };
}

function readVars(params: Params): ReadonlyMap<string, Var> {
  const node = params.node('vars');
  if (node === undefined) return new Map();
  if (node.kind !== 'map') return params.fail('vars is a map of names to values', node.at);
  return new Map(
    node.entries.map(({ key, value }) => {
      const items = value.kind === 'list' ? value.items : [value];
      const made = items.map((item): string | number =>
        item.kind === 'scalar' && (typeof item.value === 'string' || typeof item.value === 'number')
          ? item.text
          : params.fail(`the variable ${key} holds texts or numbers`, item.at),
      );
      return [key, made];
    }),
  );
}

function readItems(
  params: Params,
  key: string,
  loadFile: PipelineOptions['loadFile'],
  guard: Guard,
  depth: number,
): readonly ProcessingItem[] {
  const node = depth === 0 ? params.node(key) : params.need(key);
  if (node === undefined) return [];
  if (node.kind !== 'list') return params.fail(`${key} is a list`, node.at);
  if (depth > MOST_NESTED) return params.fail(`nested more than ${MOST_NESTED} deep`, node.at);
  return node.items.flatMap((item) => guard(() => readItem(item, params.file, loadFile, guard, depth)) ?? []);
}

const CONDITION_KEYS = ['rule', 'detection_item', 'field_name'].flatMap((kind) =>
  ['conditions', 'cond_op', 'cond_not', 'cond_expr'].map((key) => `${kind}_${key}`),
);

function readItem(
  node: Node,
  file: string | undefined,
  loadFile: PipelineOptions['loadFile'],
  guard: Guard,
  depth: number,
): ProcessingItem {
  const place = { file, ...node.at };
  if (node.kind !== 'map') throw new SigmaError('bad-pipeline', 'a transformation is a map with a type', place);
  const type = new Params(node, 'a transformation', file).text('type');
  const params = new Params(node, `the transformation ${type}`, file);
  params.know('type', ...CONDITION_KEYS);
  const id = params.optionalText('id') ?? type;
  const typeAt = params.need('type').at;
  const refused = REFUSED_TRANSFORMATIONS[type]?.refused;
  if (refused !== undefined) params.fail(`${type} cannot be applied: ${refused}`, typeAt);
  const known = Object.hasOwn(TRANSFORMATIONS, type) ? TRANSFORMATIONS[type] : undefined;
  if (known === undefined)
    return params.fail(`no transformation ${type}${didYouMean(type, Object.keys(TRANSFORMATIONS))}`, typeAt);
  const tools: Tools = {
    load: (path, of) => {
      const { at } = of.need('path');
      if (loadFile === undefined) return of.fail(`${path} cannot be read: the caller gave no way to files`, at);
      try {
        return loadFile(path);
      } catch (cause) {
        return of.fail(`${path} cannot be read: ${(cause as Error).message}`, at, cause);
      }
    },
    items: (of, key) => readItems(of, key, loadFile, guard, depth + 1),
  };
  const transformation = known.read(params, tools);
  params.done();
  return {
    id,
    type,
    at: node.at,
    file,
    transformation,
    chooses: readConditions(params),
  };
}

function readConditions(params: Params): ProcessingItem['chooses'] {
  const rule = readGroup(params, 'rule', RULE_CONDITIONS);
  const item = readGroup(params, 'detection_item', ITEM_CONDITIONS);
  const field = readGroup(params, 'field_name', FIELD_CONDITIONS);
  return {
    // As in pySigma, a negation of no conditions on the rule negates nothing.
    rule: (document, context) => rule.size === 0 || rule.holds((test) => test(document, context)),
    item: (of, context) => item.holds((test) => test(of, context)),
    field: (name, context) => field.holds((test) => test(name, context)),
    fieldsOf: (of, context) =>
      field.holds((test) => test(of.field, context, of) || references(of).some((name) => test(name, context, of))),
  };
}

/** The fields that an item's values name. */
export const references = (item: Item): readonly string[] =>
  item.modifiers.some((m) => m.name === 'fieldref') ? item.values.map((v) => v.text) : [];

interface Group<T> {
  readonly size: number;
  /** Joins what `asked` says of each condition. */
  holds(asked: (test: T) => boolean): boolean;
}

function readGroup<T>(params: Params, kind: string, types: Readonly<Record<string, (params: Params) => T>>): Group<T> {
  const node = params.node(`${kind}_conditions`);
  const not = params.flag(`${kind}_cond_not`);
  const expression = params.optionalText(`${kind}_cond_expr`);
  const read = (of: Node, name: string): T => {
    if (of.kind !== 'map') return params.fail(`the condition ${name} is a map with a type`, of.at);
    const type = new Params(of, 'a condition', params.file).text('type');
    const make = Object.hasOwn(types, type) ? types[type] : undefined;
    if (make === undefined) {
      const what = kind.replaceAll('_', ' ');
      const hint = didYouMean(type, Object.keys(types)) || `; there are ${Object.keys(types).join(', ')}`;
      return params.fail(`no condition of a ${what} is called ${type}${hint}`, typeAt(of));
    }
    const own = new Params(of, `the condition ${type}`, params.file).know('type');
    const test = make(own);
    own.done();
    return test;
  };
  const named = new Map<string, T>();
  if (node?.kind === 'map') for (const { key, value } of node.entries) named.set(key, read(value, key));
  else if (node?.kind === 'list')
    for (const [i, item] of node.items.entries()) named.set(String(i), read(item, `${i + 1}`));
  else if (node !== undefined) params.fail(`${kind}_conditions is a list or a map of conditions`, node.at);
  const tests = [...named.values()];
  if (expression === undefined) {
    const any = params.word(`${kind}_cond_op`, ['and', 'or'] as const, 'and') === 'or';
    // As in pySigma: "or" of nothing does not hold, "and" of nothing does; here nothing asked is nothing refused.
    return {
      size: tests.length,
      holds: (asked) => (tests.length === 0 ? !not : (any ? tests.some(asked) : tests.every(asked)) !== not),
    };
  }
  if (params.node(`${kind}_cond_op`) !== undefined)
    params.fail(`${kind}_cond_op and ${kind}_cond_expr cannot stand together`, params.need(`${kind}_cond_op`).at);
  if (node?.kind !== 'map')
    params.fail(`${kind}_cond_expr needs ${kind}_conditions as a map from names to conditions`, node?.at);
  const made = parseExpression(expression, [...named.keys()], params, `${kind}_cond_expr`);
  return { size: tests.length, holds: (asked) => evaluate(made, (name) => asked(named.get(name)!)) !== not };
}

const typeAt = (map: MapNode): At => map.entries.find((e) => e.key === 'type')!.value.at;
