import { type At, didYouMean, SigmaError } from './error.ts';
import type { Condition } from './rule.ts';

/** Parentheses and `not` may nest this deep; the parser and the evaluator recurse once a level. */
const MOST_NESTED = 100;

interface Token {
  readonly text: string;
  readonly at: At;
}

/**
 * Parses `selection and not 1 of filter_*` against the names of the rule's searches (of a correlation's rules: `noun`).
 * `not` binds before `and`, `and` before `or`; words are read in either case. Throws SigmaError at the offending word.
 */
export function parseCondition(
  text: string,
  start: At,
  names: readonly string[],
  file: string | undefined,
  noun: 'search' | 'rule' = 'search',
): Condition {
  const unknown = noun === 'rule' ? 'unknown-rule' : 'unknown-search';
  const tokens = tokenize(text, start, file);
  let next = 0;
  const fail = (reason: string, at: At): never => {
    throw new SigmaError('bad-condition', reason, { file, ...at });
  };
  const end = tokens.length > 0 ? tokens[tokens.length - 1]!.at : start;
  const word = (offset = 0): string | undefined => tokens[next + offset]?.text.toLowerCase();

  const chain = (kind: 'and' | 'or', operand: (depth: number) => Condition, depth: number): Condition => {
    const first = operand(depth);
    if (word() !== kind) return first;
    const of = [first];
    while (word() === kind) {
      next++;
      of.push(operand(depth));
    }
    return { kind, of, at: first.at };
  };
  const or = (depth: number): Condition => chain('or', and, depth);
  const and = (depth: number): Condition => chain('and', not, depth);
  const not = (depth: number): Condition => {
    if (word() !== 'not') return operand(depth);
    const { at } = tokens[next++]!;
    if (depth >= MOST_NESTED) return fail(`nested more than ${MOST_NESTED} deep`, at);
    return { kind: 'not', of: not(depth + 1), at };
  };
  const operand = (depth: number): Condition => {
    const token = tokens[next];
    if (token === undefined)
      return fail(text.trim() === '' ? 'an empty condition' : `the condition ends where a ${noun} is expected`, end);
    if (token.text === '(') {
      if (depth >= MOST_NESTED) return fail(`nested more than ${MOST_NESTED} deep`, token.at);
      next++;
      const inner = or(depth + 1);
      if (tokens[next]?.text !== ')') return fail('this ( is never closed', token.at);
      next++;
      return inner;
    }
    if (token.text === ')') return fail('this ) closes nothing', token.at);
    if (word(1) === 'of') return quantified(token);
    next++;
    const lower = token.text.toLowerCase();
    if (lower === 'and' || lower === 'or') return fail(`a ${noun} is expected before '${token.text}'`, token.at);
    if (names.includes(token.text)) return { kind: 'search', name: token.text, at: token.at };
    throw new SigmaError(unknown, `no ${noun} is called ${token.text}${didYouMean(token.text, names)}`, {
      file,
      ...token.at,
    });
  };
  const quantified = (token: Token): Condition => {
    const pattern = tokens[next + 2];
    if (pattern === undefined || pattern.text === '(' || pattern.text === ')')
      return fail(`'${token.text} of' needs a pattern of ${noun} names, or them`, token.at);
    next += 3;
    const found = selected(pattern.text, names);
    if (found.length === 0) {
      const reason = `no ${noun} is meant by ${pattern.text}${didYouMean(pattern.text.replace(/\*$/, ''), names)}`;
      throw new SigmaError(unknown, reason, { file, ...pattern.at });
    }
    const lower = token.text.toLowerCase();
    const atLeast =
      lower === 'all' ? found.length : lower === 'any' ? 1 : /^[1-9]\d{0,5}$/.test(lower) ? Number(lower) : 0;
    if (atLeast === 0) return fail(`'${token.text} of' is neither a count, 'any' nor 'all'`, token.at);
    if (atLeast > found.length)
      return fail(
        `${token.text} of ${pattern.text} can never hold: it means ${found.length} ${noun === 'rule' ? 'rules' : 'searches'}`,
        token.at,
      );
    return { kind: 'of', atLeast, pattern: pattern.text, names: found, at: token.at };
  };

  const condition = or(0);
  const left = tokens[next];
  if (left !== undefined)
    return fail(left.text === ')' ? 'this ) closes nothing' : `'and' or 'or' is expected before ${left.text}`, left.at);
  return condition;
}

/** The searches that a pattern means. Names that begin with `_` are left out unless the pattern begins so too (specification). */
function selected(pattern: string, names: readonly string[]): string[] {
  const all = pattern.toLowerCase() === 'them';
  const pieces = pattern.split('*');
  return names.filter((name) => (all || fits(name, pieces)) && (!name.startsWith('_') || pattern.startsWith('_')));
}

function fits(name: string, pieces: readonly string[]): boolean {
  if (pieces.length === 1) return name === pieces[0];
  const head = pieces[0]!;
  const tail = pieces[pieces.length - 1]!;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let from = head.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return from <= name.length - tail.length;
}

/** The words of a condition that may be names, each once, as they come. Throws SigmaError as {@link parseCondition} does. */
export function conditionNames(text: string, start: At, file: string | undefined): string[] {
  const words = tokenize(text, start, file).map((token) => token.text);
  return [...new Set(words.filter((word) => !/^(and|or|not|[()])$/i.test(word)))];
}

function tokenize(text: string, start: At, file: string | undefined): Token[] {
  const tokens: Token[] = [];
  let line = start.line;
  let begin = -(start.column - 1);
  for (const found of text.matchAll(/\n|[^\S\n]+|[()]|[\w.*-]+|./gsu)) {
    const at = { line, column: found.index - begin + 1 };
    const piece = found[0];
    if (piece === '\n') {
      line++;
      begin = found.index + 1;
    } else if (piece === '|') {
      const reason = `an aggregation after '|' is the old form of Sigma 1; write a correlation document beside the rule`;
      throw new SigmaError('old-aggregation', reason, { file, ...at });
    } else if (/^[()\w.*-]/.test(piece)) tokens.push({ text: piece, at });
    else if (piece.trim() !== '')
      throw new SigmaError('bad-condition', `unexpected ${piece} in a condition`, { file, ...at });
  }
  return tokens;
}
