import { parseDetection } from '../../detection.ts';
import type { Condition, LogSource, SigmaRule } from '../../rule.ts';
import type { Node } from '../../yaml/node.ts';
import { isCorrelation } from '../context.ts';
import { Refused, type RefusedType, type TransformationType } from '../transformation.ts';

export const RULE = {
  add_condition: {
    summary: 'Adds a search to the rule and asks for it, or for its absence.',
    read: (params) => {
      const node = params.need('conditions');
      const name = params.optionalText('name');
      const template = params.flag('template');
      const negated = params.flag('negated');
      // What is wrong with it is told when the pipeline is read.
      search(node, params.file);
      return {
        kind: 'rule',
        apply: (document) => {
          if (isCorrelation(document)) return document;
          const filled = template ? fill(node, document.logsource) : node;
          if (filled instanceof Refused) return filled;
          return withSearch(document, filled, name, negated, params.file);
        },
      };
    },
  },
  change_logsource: {
    summary: 'Replaces the log source.',
    read: (params) => {
      const logsource: { category?: string; product?: string; service?: string } = {};
      for (const key of ['category', 'product', 'service'] as const) {
        const value = params.optionalText(key);
        if (value !== undefined) logsource[key] = value;
      }
      if (Object.keys(logsource).length === 0) params.fail('change_logsource needs category, product or service');
      return {
        kind: 'rule',
        apply: (document) => (isCorrelation(document) ? document : { ...document, logsource }),
      };
    },
  },
  drop_detection_item: {
    summary: 'Takes items away; use it with conditions.',
    read: () => ({ kind: 'item', apply: () => 'drop' }),
  },
  set_state: {
    summary: 'Remembers a value for conditions further down.',
    read: (params) => {
      const key = params.text('key');
      const val = params.plain('val');
      return {
        kind: 'rule',
        apply: (document, { state }) => {
          state.set(key, val);
          return document;
        },
      };
    },
  },
  set_custom_attribute: {
    summary: 'Sets a key of the document that Sigma does not know.',
    read: (params) => {
      const attribute = params.text('attribute');
      const value = params.plain('value');
      return {
        kind: 'rule',
        apply: (document) => ({ ...document, raw: { ...document.raw, [attribute]: value } }),
      };
    },
  },
  rule_failure: {
    summary: 'Refuses the rule.',
    read: (params) => {
      const message = params.text('message');
      return { kind: 'rule', apply: () => new Refused(message) };
    },
  },
  detection_item_failure: {
    summary: 'Refuses the rule when the conditions choose an item of it.',
    read: (params) => {
      const message = params.text('message');
      return { kind: 'item', apply: () => new Refused(message) };
    },
  },
  strict_field_mapping_failure: {
    summary: 'Refuses rules with fields that no mapping named.',
    read: () => ({
      kind: 'rule',
      apply: (document, { mapped }) => {
        if (isCorrelation(document)) return document;
        const fields = new Set<string>();
        const collect = (
          search: SigmaRule['detection']['searches'] extends ReadonlyMap<string, infer S> ? S : never,
        ): void => {
          if (search.kind !== 'item') search.of.forEach(collect);
          else if (search.field !== undefined && !mapped.has(search.field)) fields.add(search.field);
        };
        document.detection.searches.forEach(collect);
        return fields.size === 0 ? document : new Refused(`these fields are not mapped: ${[...fields].join(', ')}`);
      },
    }),
  },
  nest: {
    summary: 'Applies a list of transformations, under the conditions of the one.',
    read: (params, tools) => ({ kind: 'nest', items: tools.items(params, 'items') }),
  },
} as const satisfies Record<string, TransformationType>;

export const REFUSED_RULE = {
  field_name_transform: {
    refused: 'it is a function of Python; use field_name_mapping, field_name_prefix or field_name_suffix',
  },
} as const satisfies Record<string, RefusedType>;

function search(node: Node, file: string | undefined) {
  const { at } = node;
  const condition: Node = { kind: 'scalar', value: 'added', text: 'added', quoted: false, at };
  const map: Node = {
    kind: 'map',
    entries: [
      { key: 'added', keyAt: at, value: node },
      { key: 'condition', keyAt: at, value: condition },
    ],
    at,
  };
  return parseDetection(map, file, []).searches.get('added')!;
}

function withSearch(
  rule: SigmaRule,
  node: Node,
  given: string | undefined,
  negated: boolean,
  file: string | undefined,
): SigmaRule {
  const { searches, conditions } = rule.detection;
  const added = search(node, file);
  let name = given ?? '_cond';
  for (let n = 2; searches.has(name); n++) name = `${given ?? '_cond'}_${n}`;
  const at = rule.detection.conditions[0]!.at;
  const asked: Condition = { kind: 'search', name, at };
  const own: Condition = negated ? { kind: 'not', of: asked, at } : asked;
  return {
    ...rule,
    detection: {
      searches: new Map([...searches, [name, added]]),
      conditions: conditions.map((condition) => ({ kind: 'and', of: [own, condition], at: condition.at })),
    },
  };
}

/** Fills in $category, $product and $service; `$$` is a dollar (Python's string.Template). */
function fill(node: Node, logsource: LogSource): Node | Refused {
  let missing: string | undefined;
  const text = (written: string): string =>
    written.replace(/\$(?:(\$)|(category|product|service)\b|\{(category|product|service)\})/g, (_all, dollar, a, b) => {
      if (dollar !== undefined) return '$';
      const key = (a ?? b) as 'category' | 'product' | 'service';
      if (logsource[key] === undefined) missing = key;
      return logsource[key] ?? '';
    });
  const walk = (n: Node): Node => {
    switch (n.kind) {
      case 'scalar': {
        if (typeof n.value !== 'string') return n;
        const filled = text(n.text);
        return { ...n, value: filled, text: filled };
      }
      case 'list':
        return { ...n, items: n.items.map(walk) };
      case 'map':
        return { ...n, entries: n.entries.map((e) => ({ ...e, value: walk(e.value) })) };
      default:
        return n satisfies never;
    }
  };
  const filled = walk(node);
  return missing === undefined
    ? filled
    : new Refused(`add_condition asks for $${missing}, which the rule's log source has not`);
}
