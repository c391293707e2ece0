import type { Condition } from '../rule.ts';

/** One way in which a condition over rules holds: all of `present` were seen and none of `absent`; indices of rules, ascending. */
export interface Term {
  readonly present: readonly number[];
  readonly absent: readonly number[];
}

/** A condition as alternatives; [] never holds. */
export type Formula = readonly Term[];

const MOST_TERMS = 256;

/** undefined when there are more than 256 alternatives. `names`: what the condition's searches stand for. */
export function toFormula(condition: Condition, names: readonly string[]): Formula | undefined {
  try {
    return simplify(alternatives(condition, true, names));
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

export const holdsOfNothing = (formula: Formula): boolean => formula.some(({ present }) => present.length === 0);

export const hasAbsent = (formula: Formula): boolean => formula.some(({ absent }) => absent.length > 0);

class TooMany extends Error {}

function alternatives(condition: Condition, wanted: boolean, names: readonly string[]): Term[] {
  switch (condition.kind) {
    case 'search': {
      const rule = [names.indexOf(condition.name)];
      return [wanted ? { present: rule, absent: [] } : { present: [], absent: rule }];
    }
    case 'not':
      return alternatives(condition.of, !wanted, names);
    case 'and':
    case 'or': {
      const parts = condition.of.map((part) => alternatives(part, wanted, names));
      return (condition.kind === 'and') === wanted ? parts.reduce(both) : limited(parts.flat());
    }
    case 'of': {
      // At least n hold; not so when at least (all − n + 1) do not.
      const rules = condition.names.map((name) => names.indexOf(name));
      const n = wanted ? condition.atLeast : rules.length - condition.atLeast + 1;
      return choose(rules, n).map((some) => (wanted ? { present: some, absent: [] } : { present: [], absent: some }));
    }
    default:
      return condition satisfies never;
  }
}

function both(a: readonly Term[], b: readonly Term[]): Term[] {
  if (a.length * b.length > MOST_TERMS * 16) throw new TooMany();
  return limited(
    simplify(
      a.flatMap((x) => b.map((y) => ({ present: union(x.present, y.present), absent: union(x.absent, y.absent) }))),
    ),
  );
}

function choose(from: readonly number[], n: number): number[][] {
  let made: number[][] = [[]];
  for (let i = 0; i < from.length; i++) {
    made = made.flatMap((some) => {
      const grown = some.length < n ? [[...some, from[i]!]] : [];
      return some.length + from.length - i - 1 >= n ? [...grown, some] : grown;
    });
    limited(made);
  }
  return made;
}

/** Without terms that contradict themselves, and without those that another, shorter one implies. */
function simplify(terms: readonly Term[]): Term[] {
  const sane = terms
    .map(({ present, absent }) => ({ present: union(present, []), absent: union(absent, []) }))
    .filter(({ present, absent }) => !present.some((rule) => absent.includes(rule)));
  return sane.filter(
    (term, i) =>
      !sane.some(
        (other, j) =>
          i !== j &&
          within(other.present, term.present) &&
          within(other.absent, term.absent) &&
          (j < i || !(within(term.present, other.present) && within(term.absent, other.absent))),
      ),
  );
}

const union = (a: readonly number[], b: readonly number[]): number[] =>
  [...new Set([...a, ...b])].sort((x, y) => x - y);
const within = (a: readonly number[], b: readonly number[]): boolean => a.every((n) => b.includes(n));

function limited<T>(list: T[]): T[] {
  if (list.length > MOST_TERMS) throw new TooMany();
  return list;
}
