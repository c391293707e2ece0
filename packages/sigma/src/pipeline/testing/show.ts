import type { Condition, Search, SigmaRule } from '../../rule.ts';

/** A detection on one line, for tests: `s: (A|contains=x,y & B=1)  if s and not f`. */
export function show({ detection }: Pick<SigmaRule, 'detection'>): string {
  const searches = [...detection.searches].map(([name, search]) => `${name}: ${ofSearch(search)}`);
  return `${searches.join('; ')} if ${detection.conditions.map(ofCondition).join(' | ')}`;
}

function ofSearch(search: Search): string {
  if (search.kind === 'item') {
    const key = [search.field ?? '', ...search.modifiers.map((m) => m.name)].join('|');
    const values = search.values.map(({ value, text }) => (typeof value === 'string' ? text : `<${String(value)}>`));
    return `${key}=${values.join(',')}`;
  }
  const joined = search.of.map(ofSearch).join(search.kind === 'all' ? ' & ' : ' / ');
  return search.of.length === 1 ? joined : `(${joined})`;
}

function ofCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'search':
      return condition.name;
    case 'not':
      return `not ${ofCondition(condition.of)}`;
    case 'of':
      return `${condition.atLeast} of ${condition.names.join('+')}`;
    case 'and':
    case 'or':
      return `(${condition.of.map(ofCondition).join(` ${condition.kind} `)})`;
    default:
      return condition satisfies never;
  }
}
