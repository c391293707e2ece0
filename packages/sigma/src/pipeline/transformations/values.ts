import type { Item, RuleValue, Search } from '../../rule.ts';
import { type Part, parseText, STAR } from '../../text.ts';
import { Refused, type Transformation, type TransformationType } from '../transformation.ts';
import {
  groupsOf,
  isNumber,
  isText,
  plainItem,
  readPlain,
  replacementOf,
  scalarValue,
  shown,
  showPlain,
  textValue,
} from '../values.ts';

/** Makes an item transformation of one that gives a value's successors; undefined leaves the value. */
const eachValue = (
  change: (value: RuleValue) => RuleValue | readonly RuleValue[] | Refused | undefined,
): Transformation => ({
  kind: 'item',
  apply: (item) => {
    const plain = plainItem(item);
    if (plain === undefined) return undefined;
    let changed = false;
    const values: RuleValue[] = [];
    for (const value of plain.values) {
      const made = change(value);
      if (made instanceof Refused) return made;
      changed ||= made !== undefined;
      values.push(...[made ?? value].flat());
    }
    if (!changed) return undefined;
    return values.length === 0 ? 'drop' : { ...plain, values };
  },
});

const eachText = (change: (parts: readonly Part[], value: RuleValue) => readonly Part[]): Transformation =>
  eachValue((value) => (isText(value) ? textValue(change(parseText(value.text), value), value) : undefined));

const without = (item: Item, ...names: readonly string[]): Item['modifiers'] =>
  item.modifiers.filter((m) => !names.includes(m.name));

const HASHES: Readonly<Record<number, string>> = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256', 128: 'SHA512' };

export const VALUES = {
  replace_string: {
    summary: 'Replaces what an expression finds in texts; groups as in Python.',
    read: (params) => {
      const regex = groupsOf(params.text('regex'), params, 'regex');
      const replacement = replacementOf(params.text('replacement'));
      const skip = params.flag('skip_special');
      const interpret = params.flag('interpret_special');
      const replaced = (parts: readonly Part[]): readonly Part[] => {
        if (!skip) return readPlain(showPlain(parts).replace(regex, replacement));
        return parts.flatMap((part): readonly Part[] => {
          if (part.kind !== 'literal') return [part];
          const text = part.text.replace(regex, replacement);
          return interpret ? readPlain(text) : [{ kind: 'literal', text }];
        });
      };
      return eachValue((value) => {
        if (!isText(value) && !isNumber(value)) return undefined;
        return textValue(replaced(isText(value) ? parseText(value.text) : readPlain(value.text)), value);
      });
    },
  },
  map_string: {
    summary: 'Puts one or several texts in the place of a text.',
    read: (params) => {
      const mapping = params.mapping('mapping');
      return eachValue((value) => {
        const to = isText(value) ? mapping.get(shown(value))?.to : undefined;
        return to?.map((text) => textValue(parseText(text), value));
      });
    },
  },
  set_value: {
    summary: 'Sets every value to the one given.',
    read: (params) => {
      const value = params.scalar('value');
      const force = params.word('force_type', ['str', 'num', ''] as const, '');
      const { at } = params.map;
      if (force !== '' && typeof value !== 'string' && typeof value !== 'number')
        params.fail(`force_type ${force} is for texts and numbers`, at);
      const made = force === 'str' ? String(value) : force === 'num' ? Number(value) : value;
      if (typeof made === 'number' && !Number.isFinite(made)) params.fail(`${String(value)} is no number`, at);
      return {
        kind: 'item',
        apply: (item) => ({
          ...item,
          modifiers: item.modifiers.filter((m) => m.name === 'all' || m.name === 'neq'),
          values: item.values.map((v) =>
            typeof made === 'string' ? textValue(parseText(made), v) : scalarValue(made, v),
          ),
        }),
      };
    },
  },
  convert_type: {
    summary: 'Makes numbers of texts, or texts of numbers.',
    read: (params) => {
      const target = params.word('target_type', ['str', 'num'] as const);
      return eachValue((value) => {
        if (target === 'str') return isNumber(value) ? { ...value, value: value.text } : undefined;
        if (!isText(value)) return undefined;
        const number = Number(value.text);
        if (value.text.trim() === '' || !Number.isFinite(number))
          return new Refused(`convert_type: ${value.text} is no number`);
        return { ...value, value: number };
      });
    },
  },
  case: {
    summary: 'Writes texts in lower case, upper case or snake_case.',
    read: (params) => {
      const method = params.word('method', ['lower', 'upper', 'snake_case'] as const, 'lower');
      const write = (text: string): string =>
        method === 'lower'
          ? text.toLowerCase()
          : method === 'upper'
            ? text.toUpperCase()
            : text.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();
      return eachText((parts) => parts.map((p) => (p.kind === 'literal' ? { ...p, text: write(p.text) } : p)));
    },
  },
  regex: {
    summary: 'Makes expressions of texts; they match what the texts did.',
    read: (params) => {
      const method = params.word(
        'method',
        ['ignore_case_brackets', 'ignore_case_flag', 'plain'] as const,
        'ignore_case_brackets',
      );
      const escaped = (text: string): string =>
        text.replace(/[\\^$.*+?()[\]{}|]|\p{L}/gu, (c) => {
          if (!/\p{L}/u.test(c)) return `\\${c}`;
          if (method !== 'ignore_case_brackets' || c.toLowerCase() === c.toUpperCase()) return c;
          return `[${c.toLowerCase()}${c.toUpperCase()}]`;
        });
      const source = (parts: readonly Part[]): string => {
        const written = parts.map((p) => (p.kind === 'literal' ? escaped(p.text) : p.kind === 'star' ? '.*' : '.'));
        // A text is compared as a whole and its wildcards take line ends.
        return `(?s)\\A${written.join('')}\\Z`;
      };
      return {
        kind: 'item',
        apply: (item) => {
          const plain = plainItem(item);
          if (plain === undefined || !plain.values.some((v) => isText(v) && v.text !== '')) return undefined;
          if (plain.modifiers.some((m) => m.name === 'expand'))
            return new Refused('regex: a placeholder can be made no expression; put values in its place first');
          if (plain.values.some((v) => v.value === null || v.text === ''))
            return new Refused('regex: null and the empty text stand beside texts; write them as items of their own');
          const added = method === 'ignore_case_flag' ? ['re', 'i'] : ['re'];
          return {
            ...plain,
            modifiers: [...added.map((name) => ({ name, at: item.at })), ...without(plain, 'cased')],
            // A keyword is looked for in a value, the text of a field is the whole value.
            values: plain.values.map((v) => {
              const text =
                item.field === undefined ? source([STAR, ...parseText(v.text), STAR]) : source(parseText(v.text));
              return { value: text, text, at: v.at };
            }),
          };
        },
      };
    },
  },
  hashes_fields: {
    summary: 'Splits Hashes into a field for each algorithm.',
    read: (params) => {
      const algorithms = params.texts('valid_hash_algos').map((a) => a.toUpperCase());
      const prefix = params.optionalText('field_prefix') ?? '';
      const drop = params.flag('drop_algo_prefix');
      const parsed = params.optionalTexts('field_to_parse') ?? ['Hashes', 'Hash'];
      return {
        kind: 'item',
        apply: (item) => {
          if (item.field === undefined || !parsed.includes(item.field)) return undefined;
          const plain = plainItem(item);
          if (plain === undefined || !plain.values.every(isText)) return undefined;
          const byField = new Map<string, RuleValue[]>();
          for (const value of plain.values) {
            const found = /^[*?]*(?:(\w+)[=|])?([^*?=|]*)[*?]*$/.exec(shown(value));
            const hash = found?.[2] ?? '';
            const algorithm = found?.[1]?.toUpperCase() ?? HASHES[hash.length] ?? '';
            if (!algorithms.includes(algorithm)) continue;
            const name = `${prefix}${drop ? '' : algorithm}`;
            byField.set(name, [...(byField.get(name) ?? []), textValue(readPlain(hash), value)]);
          }
          if (byField.size === 0)
            return new Refused(`hashes_fields: no hash of ${algorithms.join(', ')} among the values of ${item.field}`);
          const of = [...byField].map(
            ([field, values]): Item => ({ ...plain, field, values, modifiers: without(plain, 'all') }),
          );
          return of.length === 1 ? of[0]! : { kind: 'any', of, at: item.at };
        },
      };
    },
  },
  extract_fields: {
    summary: 'Makes an item of each named group of an expression.',
    read: (params) => {
      const source = params.text('regex');
      const regex = groupsOf(`^(?:${source})`.replace(/^\^\(\?:(\(\?[ims]+\))/, '$1^(?:'), params, 'regex');
      if (!/\(\?P?<[A-Za-z_]/.test(source))
        params.fail('regex needs a named group such as (?P<name>…)', params.need('regex').at);
      const prefix = params.optionalText('field_prefix');
      const preserve = params.flag('preserve_unmatched');
      return {
        kind: 'item',
        apply: (item) => {
          const plain = plainItem(item);
          if (plain === undefined || !plain.values.every(isText)) return undefined;
          const modifiers = without(plain, 'all', 'expand');
          const made: Search[] = [];
          for (const value of plain.values) {
            regex.lastIndex = 0;
            const found = regex.exec(shown(value));
            if (found === null) {
              if (preserve) made.push({ ...plain, modifiers, values: [value] });
              continue;
            }
            const of = Object.entries(found.groups ?? {}).flatMap(([name, text]): Item[] => {
              if (text === undefined || text === '') return [];
              const field = prefix === undefined ? name : `${prefix}.${name}`;
              return [{ ...plain, field, modifiers, values: [extracted(text, value)] }];
            });
            if (of.length > 0) made.push({ kind: 'all', of, at: item.at });
          }
          if (made.length === 0) return undefined;
          if (made.length === 1) return made[0];
          const all = plain.modifiers.some((m) => m.name === 'all');
          return { kind: all ? 'all' : 'any', of: made, at: item.at };
        },
      };
    },
  },
} as const satisfies Record<string, TransformationType>;

/** A group's text as the value that it looks like; leading zeros are kept. */
function extracted(text: string, value: RuleValue): RuleValue {
  if (/^(?:null|none)$/i.test(text)) return scalarValue(null, value);
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return { value: Number(text), text, at: value.at };
  return textValue(readPlain(text), value);
}
