import { conditionNames, parseCondition } from '../condition.ts';
import { type At, didYouMean, type Place, SigmaError } from '../error.ts';
import { need, parseMeta } from '../meta.ts';
import type { Condition, RuleReference } from '../rule.ts';
import { entry, type MapNode, type Node, type ScalarNode } from '../yaml/node.ts';
import { boundsText, impossible } from './bounds.ts';
import { type Formula, holdsOfNothing, toFormula } from './formula.ts';
import {
  type Alias,
  BOUND_OPS,
  type Bound,
  type BoundOp,
  CORRELATION_TYPES,
  type CorrelationCondition,
  type CorrelationType,
  type SigmaCorrelation,
} from './rule.ts';
import { parseTimespan } from './timespan.ts';

const KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
/** Beyond any condition that people write; a threshold is a number of events that must be remembered. */
const HIGHEST_COUNT = 1_000_000;

const isTemporal = (type: CorrelationType): boolean => type === 'temporal' || type === 'temporal_ordered';

/** Reads a document that has `correlation`. Throws SigmaError at what is wrong; adds what is merely odd to `problems`. */
export function parseCorrelation(root: MapNode, file: string | undefined, problems: SigmaError[]): SigmaCorrelation {
  const place = (at: At): Place => ({ file, ...at });
  const fail = (reason: string, at: At): never => {
    throw new SigmaError('bad-correlation', reason, place(at));
  };
  const body = entry(root, 'correlation')!.value;
  if (body.kind !== 'map') return fail('correlation is a map of type, rules, group-by, timespan, condition', body.at);
  for (const key of ['detection', 'logsource', 'filter']) {
    const strange = entry(root, key);
    if (strange !== undefined)
      return fail(`a correlation has no ${key} of its own; write the rule as a document beside it`, strange.keyAt);
  }
  for (const { key, keyAt } of body.entries) {
    if (KEYS.includes(key)) continue;
    const hint = key === 'timeframe' || key === 'window' ? '; did you mean timespan?' : didYouMean(key, KEYS);
    // A misspelt key would change what is detected; a strange one is another tool's.
    if (hint !== '') return fail(`a correlation has no ${key}${hint}`, keyAt);
    problems.push(new SigmaError('unknown-key', `the correlation's ${key} means nothing to Sigma`, place(keyAt)));
  }
  const ask = (key: string): Node => need(body, key, 'a correlation', KEYS, file);
  const scalar = (node: Node, what: string): ScalarNode =>
    node.kind === 'scalar' && node.value !== null ? node : fail(`${what} is one text`, node.at);
  const list = (node: Node, what: string): RuleReference[] =>
    (node.kind === 'list' ? node.items : [node]).map((item) => ({ text: scalar(item, what).text, at: textAt(item) }));

  const typeNode = scalar(ask('type'), 'type');
  const type = CORRELATION_TYPES.find((t) => t === typeNode.text.toLowerCase());
  if (type === undefined) {
    const hint = didYouMean(typeNode.text, CORRELATION_TYPES);
    return fail(
      `no correlation type ${typeNode.text}${hint || `; there are ${CORRELATION_TYPES.join(', ')}`}`,
      typeNode.at,
    );
  }

  const conditionNode = entry(body, 'condition')?.value;
  const expression = conditionNode?.kind === 'scalar' && conditionNode.value !== null ? conditionNode : undefined;
  let rules: RuleReference[];
  if (entry(body, 'rules') !== undefined || expression === undefined || !isTemporal(type)) {
    const node = ask('rules');
    rules = list(node, 'a reference to a rule');
    if (rules.length === 0) return fail('a correlation needs at least one rule', node.at);
  } else {
    const names = conditionNames(expression.text, textAt(expression), file);
    if (names.some((name) => name.toLowerCase() === 'of'))
      return fail("'of' means rules out of the list rules, which is missing", textAt(expression));
    rules = names.map((text) => ({ text, at: textAt(expression) }));
  }
  rules.forEach(({ text, at }, i) => {
    if (rules.findIndex((r) => r.text === text) !== i) fail(`the rule ${text} is listed twice`, at);
  });

  const groupNode = entry(body, 'group-by')?.value;
  const groups = groupNode === undefined || isNull(groupNode) ? [] : list(groupNode, 'a field of group-by');
  groups.forEach(({ text, at }, i) => {
    if (text === '') fail('a field of group-by has no name', at);
    if (groups.findIndex((g) => g.text === text) !== i) fail(`group-by names ${text} twice`, at);
  });

  const spanNode = ask('timespan');
  const timespan = parseTimespan(scalar(spanNode, 'timespan').text, place(textAt(spanNode)));

  const generate = flag(entry(body, 'generate')?.value) ?? flag(entry(root, 'generate')?.value) ?? false;
  function flag(node: Node | undefined): boolean | undefined {
    if (node === undefined || isNull(node)) return undefined;
    return node.kind === 'scalar' && typeof node.value === 'boolean'
      ? node.value
      : fail('generate is true or false', node.at);
  }

  const condition = ((): CorrelationCondition => {
    if (conditionNode === undefined || isNull(conditionNode)) {
      // Specification: temporal correlations ask for all of their rules.
      if (isTemporal(type))
        return { kind: 'bounds', bounds: [{ op: 'gte', number: rules.length }], fields: [], percentile: undefined };
      ask('condition');
      return fail('the condition is empty; such as { gte: 10 }', conditionNode!.at);
    }
    if (expression !== undefined) {
      if (!isTemporal(type))
        return fail(`the condition of ${type} is a map such as { gte: 10 }; a text is for temporal`, expression.at);
      return parseExpression(expression, rules, file);
    }
    if (conditionNode.kind !== 'map')
      return fail('the condition is a map such as { gte: 10 }, or a text of rule names', conditionNode.at);
    return parseBounds(conditionNode, type, rules.length, file);
  })();

  return {
    ...parseMeta(root, need(root, 'title', 'a correlation', ['correlation'], file), file, problems),
    type,
    rules,
    groupBy: groups.map(({ text }) => text),
    aliases: parseAliases(entry(body, 'aliases')?.value, file),
    timespan,
    condition,
    conditionAt: conditionNode?.at ?? body.at,
    generate,
  };
}

/** Where the text of a scalar begins. */
const textAt = (node: Node): At =>
  node.kind === 'scalar' && node.quoted ? { line: node.at.line, column: node.at.column + 1 } : node.at;

const isNull = (node: Node): boolean => node.kind === 'scalar' && node.value === null;

function parseExpression(
  node: ScalarNode,
  rules: readonly RuleReference[],
  file: string | undefined,
): CorrelationCondition {
  const names = rules.map(({ text }) => text);
  const of: Condition = parseCondition(node.text, textAt(node), names, file, 'rule');
  const fail = (reason: string, at: At): never => {
    throw new SigmaError('bad-correlation', reason, { file, ...at });
  };
  const formula: Formula | undefined = toFormula(of, names);
  if (formula === undefined)
    return fail('the condition has too many alternatives; chain several correlations', node.at);
  if (formula.length === 0) return fail('the condition can never hold', node.at);
  if (holdsOfNothing(formula))
    return fail('the condition would hold where nothing happened; it needs a rule that must have matched', node.at);
  const used = new Set(formula.flatMap(({ present, absent }) => [...present, ...absent]));
  rules.forEach(({ text, at }, i) => {
    if (!used.has(i)) fail(`the condition does not depend on ${text}, which rules lists`, at);
  });
  return { kind: 'expression', of };
}

function parseBounds(
  node: MapNode,
  type: CorrelationType,
  rules: number,
  file: string | undefined,
): CorrelationCondition {
  const fail = (reason: string, at: At): never => {
    throw new SigmaError('bad-correlation', reason, { file, ...at });
  };
  const ofValues = type.startsWith('value_');
  const counts = !ofValues || type === 'value_count';
  const bounds: Bound[] = [];
  let fields: string[] = [];
  let percentile: number | undefined;
  for (const { key, keyAt, value } of node.entries) {
    if (key === 'field') {
      if (!ofValues)
        return fail(
          `${type} counts ${type === 'event_count' ? 'events' : 'rules'}, not values; a field is for value_count and its like`,
          keyAt,
        );
      const nodes = value.kind === 'list' ? value.items : [value];
      fields = nodes.map((n) =>
        n.kind === 'scalar' && n.value !== null && n.text !== '' ? n.text : fail('field is the name of a field', n.at),
      );
      if (fields.length === 0) return fail('field is the name of a field', value.at);
      if (fields.length > 1 && type !== 'value_count') return fail(`${type} is of one field`, nodes[1]!.at);
    } else if (key === 'percentile') {
      if (type !== 'value_percentile') return fail(`percentile is for value_percentile, not ${type}`, keyAt);
      percentile = numberOf(value);
      if (percentile === undefined || percentile < 0 || percentile > 100)
        return fail('percentile is a number from 0 to 100', value.at);
    } else if (isOp(key)) {
      const number = numberOf(value);
      if (number === undefined) return fail(`${key} is a number`, value.at);
      if (counts && !Number.isInteger(number)) return fail(`${type} counts: ${key} is a whole number`, value.at);
      if (counts && number > HIGHEST_COUNT)
        return fail(`${key} is more than ${HIGHEST_COUNT}, which no window holds`, value.at);
      bounds.push({ op: key, number });
    } else {
      const known = [...BOUND_OPS, 'field', 'percentile'];
      return fail(
        `a correlation's condition has no ${key}${SPELLINGS[key.toLowerCase()] ?? didYouMean(key, known)}`,
        keyAt,
      );
    }
  }
  if (bounds.length === 0) return fail(`the condition needs one of ${BOUND_OPS.join(', ')}`, node.at);
  if (ofValues && fields.length === 0) return fail(`the condition of ${type} needs a field`, node.at);
  const share = type === 'value_percentile' && percentile === undefined;
  const range = counts
    ? { least: 1, most: type === 'event_count' || type === 'value_count' ? Infinity : rules, whole: true }
    : { least: share ? 0 : -Infinity, most: share ? 100 : Infinity, whole: false };
  const never = impossible(bounds, range);
  if (never !== undefined) return fail(`${boundsText(bounds)} can never hold: ${never}`, node.at);
  return { kind: 'bounds', bounds, fields, percentile };
}

const isOp = (key: string): key is BoundOp => (BOUND_OPS as readonly string[]).includes(key);

const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte', '=': 'eq', '==': 'eq', '!=': 'neq', ne: 'neq' }).map(
    ([sign, op]) => [sign, `; did you mean ${op}?`],
  ),
);

const numberOf = (node: Node): number | undefined => {
  if (node.kind !== 'scalar') return undefined;
  const number =
    typeof node.value === 'number' ? node.value : /^[+-]?\d+(\.\d+)?$/.test(node.text) ? Number(node.text) : NaN;
  return Number.isFinite(number) ? number : undefined;
};

function parseAliases(node: Node | undefined, file: string | undefined): Alias[] {
  if (node === undefined || isNull(node)) return [];
  const fail = (reason: string, at: At): never => {
    throw new SigmaError('bad-correlation', reason, { file, ...at });
  };
  if (node.kind !== 'map') return fail('aliases is a map: alias → rule → field', node.at);
  return node.entries.map(({ key, keyAt, value }) => {
    if (value.kind !== 'map') return fail(`the alias ${key} is a map: rule → field`, value.at);
    const fields = value.entries.map((e) => {
      if (e.value.kind !== 'scalar' || e.value.value === null || e.value.text === '')
        return fail(`the alias ${key} names one field for ${e.key}`, e.value.at);
      return { text: e.key, at: e.keyAt, field: e.value.text };
    });
    return { name: key, at: keyAt, fields };
  });
}
