import type { Item, RuleValue, Search } from '../../rule.ts';
import { literal, type Part, parseText, STAR } from '../../text.ts';
import type { Context, Var } from '../context.ts';
import { csvColumn, at as pathOf } from '../external.ts';
import type { Params } from '../params.ts';
import { Refused, type RefusedType, type Transformation, type TransformationType } from '../transformation.ts';
import { matcherOf, textValue } from '../values.ts';

/** Values that one text may become. */
const MOST = 10_000;
const PLACEHOLDER = /(?<!\\)%([^%]+)%/g;

type Replacements = (name: string, context: Context) => readonly (readonly Part[])[] | Refused;

/** Which placeholders a transformation takes; the others stay for a later one. */
function handled(params: Params): (name: string) => boolean {
  const include = params.optionalTexts('include');
  const exclude = params.optionalTexts('exclude');
  if (include !== undefined && exclude !== undefined) params.fail('include and exclude cannot stand together');
  return (name) => (include === undefined || include.includes(name)) && !(exclude?.includes(name) ?? false);
}

function placeholders(takes: (name: string) => boolean, replacements: Replacements): Transformation {
  return {
    kind: 'item',
    apply: (item, context) => {
      if (!item.modifiers.some((m) => m.name === 'expand')) return undefined;
      const regex = item.modifiers.some((m) => m.name === 're');
      const namesOf = ({ text }: RuleValue): string[] => [...text.matchAll(PLACEHOLDER)].map((m) => m[1]!);
      if (!item.values.some((v) => typeof v.value === 'string' && namesOf(v).some(takes))) return undefined;
      const left = item.values.some((v) => namesOf(v).some((name) => !takes(name)));
      // `\\%` is a plain per cent sign to expand; without it a rule writes `%`.
      const plain = (text: string): string => (left ? text : text.replaceAll('\\%', '%'));
      const lists: (readonly RuleValue[])[] = [];
      for (const value of item.values) {
        if (typeof value.value !== 'string') {
          lists.push([value]);
          continue;
        }
        const made = expanded(value, takes, (name) => replacements(name, context), regex, plain);
        if (made instanceof Refused) return made;
        lists.push(made);
      }
      const modifiers = left ? item.modifiers : item.modifiers.filter((m) => m.name !== 'expand');
      return joined(item, modifiers, lists);
    },
  };
}

/** Values of one placeholder are joined by or, also where `|all` joins those of the rule by and. */
function joined(item: Item, modifiers: Item['modifiers'], lists: readonly (readonly RuleValue[])[]): Search | 'drop' {
  const all = modifiers.some((m) => m.name === 'all');
  const neq = modifiers.some((m) => m.name === 'neq');
  if (!all || lists.every((list) => list.length === 1)) {
    const values = lists.flat();
    return values.length === 0 ? 'drop' : { ...item, modifiers, values };
  }
  const own = modifiers.filter((m) => m.name !== 'all');
  const of = lists.flatMap((values): Item[] => (values.length === 0 ? [] : [{ ...item, modifiers: own, values }]));
  // "Not all of them" is "one of them not".
  return of.length === 0 ? 'drop' : { kind: neq ? 'any' : 'all', of, at: item.at };
}

function expanded(
  value: RuleValue,
  takes: (name: string) => boolean,
  replacements: (name: string) => readonly (readonly Part[])[] | Refused,
  regex: boolean,
  written: (text: string) => string,
): readonly RuleValue[] | Refused {
  const { text } = value;
  let made: Part[][] = [[]];
  let from = 0;
  const add = (parts: readonly Part[]): void => {
    for (const list of made) list.push(...parts);
  };
  const plain = (piece: string): readonly Part[] => (regex ? [literal(written(piece))] : parseText(written(piece)));
  for (const found of text.matchAll(PLACEHOLDER)) {
    if (!takes(found[1]!)) continue;
    add(plain(text.slice(from, found.index)));
    const put = replacements(found[1]!);
    if (put instanceof Refused) return put;
    if (made.length * put.length > MOST) return new Refused(`the placeholders make more than ${MOST} values`);
    made = made.flatMap((list) => put.map((parts) => [...list, ...parts]));
    from = found.index + found[0].length;
  }
  add(plain(text.slice(from)));
  if (!regex) return made.map((parts) => textValue(parts, value));
  return made.map((parts) => {
    const source = parts.map((p) => (p.kind === 'literal' ? p.text : p.kind === 'star' ? '.*' : '.')).join('');
    return { value: source, text: source, at: value.at };
  });
}

/** Values of a variable or file: texts with wildcards; in an expression they are plain characters. */
const partsOf = (values: Var): readonly (readonly Part[])[] => values.map((value) => parseText(String(value)));

function external(params: Params, text: string): readonly string[] {
  const format = params.word('format', ['plaintext', 'csv', 'json', 'yaml'] as const, 'plaintext');
  const column = params.node('csv_column');
  const header = params.node('csv_has_header') === undefined || params.flag('csv_has_header');
  const path = params.optionalText('jq_expression');
  const filter = params.optionalText('filter');
  let values: readonly string[];
  if (format === 'plaintext') values = text.split(/\r\n|[\r\n]/).map((line) => line.trim());
  else if (format === 'csv') values = csvColumn(text, column, header, params);
  else values = pathOf(text, format, path, params);
  if (filter !== undefined) {
    const matches = matcherOf(`(?s:.*?)(?:${filter})`, params, 'filter');
    values = values.filter(matches);
  }
  return values.filter((value) => value !== '');
}

export const PLACEHOLDERS = {
  value_placeholders: {
    summary: 'Puts the values of variables in the place of %placeholders%.',
    read: (params) =>
      placeholders(handled(params), (name, { vars }) => {
        const values = vars.get(name);
        if (values !== undefined) return partsOf(values);
        return new Refused(
          `value_placeholders: no variable ${name}; there are ${[...vars.keys()].join(', ') || 'none'}`,
        );
      }),
  },
  wildcard_placeholders: {
    summary: 'Puts * in the place of %placeholders%.',
    read: (params) => placeholders(handled(params), () => [[STAR]]),
  },
  file_placeholders: {
    summary: 'Puts the values of a file in the place of %placeholders%.',
    read: (params, tools) => {
      const path = params.text('path');
      const takes = handled(params);
      const values = partsOf(external(params, tools.load(path, params)));
      if (values.length === 0) params.fail(`${path} holds no values`, params.need('path').at);
      return placeholders(takes, () => values);
    },
  },
} as const satisfies Record<string, TransformationType>;

export const REFUSED_PLACEHOLDERS = {
  query_expression_placeholders: {
    refused: 'it writes a query, and here rules match events without one; use value_placeholders or file_placeholders',
  },
  http_placeholders: {
    refused: 'rules are read without a network; fetch the list into a file and use file_placeholders',
  },
  command_placeholders: {
    refused: 'a pipeline runs no commands; write their output into a file and use file_placeholders',
  },
} as const satisfies Record<string, RefusedType>;
