import { compileRegex, RegexProblem } from '../regex.ts';
import type { Item, RuleValue } from '../rule.ts';
import { literal, ONE, type Part, parseText, STAR } from '../text.ts';
import type { Scalar } from '../yaml/node.ts';
import type { Params } from './params.ts';

/** Modifiers that only put wildcards around a text. */
const AROUND: Readonly<Record<string, readonly [before: boolean, after: boolean]>> = {
  contains: [true, true],
  startswith: [false, true],
  endswith: [true, false],
};
/** Modifiers that say nothing of what a text is. */
const BESIDE: ReadonlySet<string> = new Set(['all', 'neq', 'cased', 'expand']);

/**
 * The item as pipelines see it: `contains`, `startswith` and `endswith` written out as wildcards, so that a pipeline
 * written for pySigma finds the values that it expects. undefined where the values are no texts with wildcards:
 * expressions, networks, references, comparisons, encodings, windash; pipelines leave those as they are.
 */
export function plainItem(item: Item): Item | undefined {
  const names = item.modifiers.map((m) => m.name);
  if (names.some((name) => AROUND[name] === undefined && !BESIDE.has(name))) return undefined;
  const around = names.flatMap((name) => (AROUND[name] === undefined ? [] : [AROUND[name]]));
  if (around.length === 0) return item;
  const before = around.some(([b]) => b);
  const after = around.some(([, a]) => a);
  return {
    ...item,
    modifiers: item.modifiers.filter((m) => BESIDE.has(m.name)),
    values: item.values.map((value) => {
      if (value.value === null) return value;
      const parts = parseText(value.text);
      const made = [
        ...(before && parts[0]?.kind !== 'star' ? [STAR] : []),
        ...parts,
        ...(after && parts.at(-1)?.kind !== 'star' ? [STAR] : []),
      ];
      return textValue(made, value);
    }),
  };
}

export const isText = (value: RuleValue): boolean => typeof value.value === 'string';
export const isNumber = (value: RuleValue): boolean => typeof value.value === 'number';

export function textValue(parts: readonly Part[], { at }: RuleValue): RuleValue {
  const text = writeText(parts);
  return { value: text, text, at };
}

export const scalarValue = (value: Scalar, { at }: RuleValue): RuleValue => ({
  value,
  text: value === null ? '' : String(value),
  at,
});

/** Parts as a rule writes them; {@link parseText} reads the same parts. */
export function writeText(parts: readonly Part[]): string {
  let made = '';
  for (const part of parts) {
    if (part.kind === 'star') made = `${doubled(made)}*`;
    else if (part.kind === 'one') made = `${doubled(made)}?`;
    else if (part.kind === 'literal') {
      for (const c of part.text) {
        if (c === '*' || c === '?') made = `${doubled(made)}\\${c}`;
        // A backslash behind another would be read as one with it.
        else if (c === '\\' && made.endsWith('\\')) made = `${doubled(made)}\\\\`;
        else made += c;
      }
    }
  }
  return made;
}

/** Backslashes at the end, twice each where there is one alone: what follows would make an escape of it. */
function doubled(text: string): string {
  const run = /\\+$/.exec(text)?.[0].length ?? 0;
  return run % 2 === 1 ? `${text}\\` : text;
}

/** Stand for a plain `*` and `?` where wildcards are written as these. Private use: no rule has them. */
const PLAIN_STAR = '\ue02a';
const PLAIN_ONE = '\ue03f';

/** Parts as pySigma shows them to expressions: wildcards as `*` and `?`, backslashes single. */
export function showPlain(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'star') text += '*';
    else if (part.kind === 'one') text += '?';
    else if (part.kind === 'literal') text += part.text.replaceAll('*', PLAIN_STAR).replaceAll('?', PLAIN_ONE);
  }
  return text;
}

/** What {@link showPlain} showed, perhaps changed: `*` and `?` are wildcards, a backslash is a backslash. */
export function readPlain(text: string): Part[] {
  const parts: Part[] = [];
  for (const piece of text.split(/([*?])/)) {
    if (piece === '*') parts.push(STAR);
    else if (piece === '?') parts.push(ONE);
    else if (piece !== '') parts.push(literal(piece.replaceAll(PLAIN_STAR, '*').replaceAll(PLAIN_ONE, '?')));
  }
  return parts;
}

/** The text of a value as conditions of a pipeline compare it. */
export const shown = (value: RuleValue): string =>
  isText(value) ? showPlain(parseText(value.text)).replaceAll(PLAIN_STAR, '*').replaceAll(PLAIN_ONE, '?') : value.text;

/** A pattern as Python's `re.match` takes it: from the beginning on. */
export function matcherOf(pattern: string, params: Params, key: string): (text: string) => boolean {
  const test = compileRegex(pattern, { flags: '', from: 'start', to: 'anywhere' });
  if (!(test instanceof RegexProblem)) return test;
  const where = test.offset === undefined ? '' : ` (at character ${test.offset + 1} of the pattern)`;
  return params.fail(`${key}: ${test.reason}${where}`, params.need(key).at);
}

/** A pattern whose groups are wanted. RegExp runs it: a pipeline is its user's own, and the values are those of rules. */
export function groupsOf(pattern: string, params: Params, key: string): RegExp {
  const lead = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern
    .slice(lead?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>');
  try {
    return new RegExp(source, `g${lead?.[1] ?? ''}u`);
  } catch {
    // Python allows escapes that RegExp with the flag u does not; without it it takes them.
  }
  try {
    return new RegExp(source, `g${lead?.[1] ?? ''}`);
  } catch (cause) {
    return params.fail(`${key}: ${(cause as Error).message}`, params.need(key).at, cause);
  }
}

/** Python's replacement text for `String.replace`: `\1`, `\g<1>` and `\g<name>` are groups, `$` is a dollar. */
export function replacementOf(text: string): string {
  return text
    .replaceAll('$', '$$$$')
    .replace(/\\(?:g<(\d+)>|g<(\w+)>|([1-9]\d?)|(\\))/g, (_all, number, name, digit, slash) => {
      if (slash !== undefined) return '\\';
      if (name !== undefined) return `$<${name}>`;
      const group = number ?? digit;
      return group === '0' ? '$&' : `$${group}`;
    });
}
