import type { Params } from './params.ts';

/** Names joined by and, or, not and parentheses, over whatever they name. */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] };

const MOST_NESTED = 50;

/** Reads `a and not (b or c)`. `names`: those there are, each of which must be used. */
export function parseExpression(text: string, names: readonly string[], params: Params, key: string): Expression {
  const { at } = params.need(key);
  const fail = (reason: string): never => params.fail(`${key}: ${reason}`, at);
  const tokens = text.match(/[()]|[\w-]+|\S/g) ?? [];
  const used = new Set<string>();
  let next = 0;
  const chain = (kind: 'and' | 'or', operand: (depth: number) => Expression, depth: number): Expression => {
    const of = [operand(depth)];
    while (tokens[next] === kind) {
      next++;
      of.push(operand(depth));
    }
    return of.length === 1 ? of[0]! : { kind, of };
  };
  const or = (depth: number): Expression => chain('or', and, depth);
  const and = (depth: number): Expression => chain('and', operand, depth);
  const operand = (depth: number): Expression => {
    if (depth > MOST_NESTED) return fail(`nested more than ${MOST_NESTED} deep`);
    const token = tokens[next++];
    if (token === undefined) return fail('it ends where a condition is expected');
    if (token === 'not') return { kind: 'not', of: operand(depth + 1) };
    if (token === '(') {
      const inner = or(depth + 1);
      if (tokens[next++] !== ')') return fail('a ( is never closed');
      return inner;
    }
    if (!names.includes(token)) return fail(`no condition is called ${token}; there are ${names.join(', ') || 'none'}`);
    used.add(token);
    return { kind: 'name', name: token };
  };
  const made = or(0);
  if (next < tokens.length) fail(`'and' or 'or' is expected before ${tokens[next]}`);
  for (const name of names) if (!used.has(name)) fail(`the condition ${name} is not used`);
  return made;
}

export function evaluate(expression: Expression, holds: (name: string) => boolean): boolean {
  switch (expression.kind) {
    case 'name':
      return holds(expression.name);
    case 'not':
      return !evaluate(expression.of, holds);
    case 'and':
      return expression.of.every((part) => evaluate(part, holds));
    case 'or':
      return expression.of.some((part) => evaluate(part, holds));
    default:
      return expression satisfies never;
  }
}
