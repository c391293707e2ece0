import { type Matcher, type Test, testOf } from '../compile.ts';
import type { Op, Predicate } from '../predicate.ts';
import { type EventView, type PreparedView, prepare } from '../view.ts';
import { type Range, witness } from './locate.ts';

/** One value that a condition asked for. */
export interface ValueTried {
  readonly op: Op;
  readonly pattern: string;
  readonly held: boolean;
  /** The event's value that held, and where in it; undefined when it did not hold, or an absence held. */
  readonly value: string | undefined;
  readonly at: Range | undefined;
}

/** `field|modifiers: values`: one condition of a rule. Several values are joined by or, under `|all` each is a condition. */
export interface ConditionTried {
  /** The search it belongs to. */
  readonly selection: string;
  /** undefined for a keyword. */
  readonly field: string | undefined;
  readonly held: boolean;
  /** `|neq`: it holds when none of `tried` does. */
  readonly negated: boolean;
  readonly tried: readonly ValueTried[];
  /** What the event has there; undefined when it has no such field, and for keywords. */
  readonly actual: readonly string[] | undefined;
}

/** A search behind a `not`. */
export interface FilterTried {
  readonly selection: string;
  /** Whether it held, which kept the rule from matching. */
  readonly held: boolean;
  /** Its conditions, held or not. */
  readonly conditions: readonly ConditionTried[];
}

/** What came of a rule on an event. Plain data. */
export interface Explanation {
  /** Always what `matcher.matches` says: the same predicates were asked. */
  readonly matched: boolean;
  /** The way through the rule that came nearest: `held` of `of` conditions held. A filter counts as one, held when it does not apply. */
  readonly near: {
    readonly held: number;
    readonly of: number;
    /** The conditions of that way that did not hold: what would have made a match. [] when `matched`. */
    readonly failed: readonly ConditionTried[];
    /** The filters of that way that applied and kept it from matching. */
    readonly excludedBy: readonly string[];
  };
  /** Every condition of the rule that stands in no filter, in the rule's order, held or not. */
  readonly conditions: readonly ConditionTried[];
  /** Every search behind a `not`, in the rule's order. */
  readonly filters: readonly FilterTried[];
}

/** Why a rule matches an event, or what was missing. It asks every condition, so it costs more than `matches`. */
export function explain(matcher: Matcher, event: EventView): Explanation {
  const view = prepare(event);
  const test = testOf(matcher);
  const conditions: ConditionTried[] = [];
  const filters: FilterTried[] = [];
  const way = read(test, view, { selection: '', conditions, filters });
  return {
    matched: way.holds,
    near: { held: way.held, of: way.of, failed: way.failed, excludedBy: way.excludedBy },
    conditions,
    filters,
  };
}

/** One way through a test. */
interface Way {
  readonly holds: boolean;
  readonly held: number;
  readonly of: number;
  readonly failed: readonly ConditionTried[];
  readonly excludedBy: readonly string[];
}

interface Into {
  readonly selection: string;
  readonly conditions: ConditionTried[];
  readonly filters: FilterTried[];
}

function read(test: Test, view: PreparedView, into: Into): Way {
  switch (test.kind) {
    case 'item': {
      const tried = tries(test, view, into.selection);
      into.conditions.push(...tried);
      return all(tried.map(condition));
    }
    case 'search':
      return read(test.of, view, { ...into, selection: test.name });
    case 'not':
      return filter(test.of, view, into);
    case 'count': {
      const ways = test.of.map((part) => read(part, view, into));
      if (test.atLeast < 1 || test.atLeast >= ways.length)
        return all(ways, test.atLeast >= 1 && test.atLeast === ways.length);
      // The parts that lack least; among equals the first ones.
      const nearest = ways
        .map((way, i) => ({ way, i }))
        .sort((a, b) => Number(b.way.holds) - Number(a.way.holds) || lack(a.way) - lack(b.way) || a.i - b.i)
        .slice(0, test.atLeast);
      return all(nearest.sort((a, b) => a.i - b.i).map(({ way }) => way));
    }
    default:
      return test satisfies never;
  }
}

const lack = (way: Way): number => way.of - way.held;

const condition = (tried: ConditionTried): Way => ({
  holds: tried.held,
  held: Number(tried.held),
  of: 1,
  failed: tried.held ? [] : [tried],
  excludedBy: [],
});

/** `possible`: false where more parts are asked for than there are. */
const all = (ways: readonly Way[], possible = true): Way => ({
  holds: possible && ways.every((way) => way.holds),
  held: ways.reduce((n, way) => n + way.held, 0),
  of: ways.reduce((n, way) => n + way.of, 0),
  failed: ways.flatMap((way) => way.failed),
  excludedBy: ways.flatMap((way) => way.excludedBy),
});

/** A `not`: one condition, whatever stands behind it. */
function filter(of: Test, view: PreparedView, into: Into): Way {
  // A `not` within a `not` tells its filters too, so they are read into the same list.
  const inner: ConditionTried[] = [];
  const way = read(of, view, { selection: into.selection, conditions: inner, filters: into.filters });
  const names = [...new Set(inner.map(({ selection }) => selection))];
  const applied: string[] = [];
  for (const selection of names) {
    const conditions = inner.filter((tried) => tried.selection === selection);
    const held = searchHolds(of, selection, view) ?? way.holds;
    if (held) applied.push(selection);
    into.filters.push({ selection, held, conditions });
  }
  return {
    holds: !way.holds,
    held: Number(!way.holds),
    of: 1,
    failed: [],
    excludedBy: way.holds ? applied : [],
  };
}

/** Whether the search of this name holds by itself; undefined where none of the name stands in `test`. */
function searchHolds(test: Test, name: string, view: PreparedView): boolean | undefined {
  switch (test.kind) {
    case 'item':
      return undefined;
    case 'search':
      return test.name === name
        ? read(test.of, view, { selection: name, conditions: [], filters: [] }).holds
        : searchHolds(test.of, name, view);
    case 'not':
      return searchHolds(test.of, name, view);
    case 'count':
      for (const part of test.of) {
        const held = searchHolds(part, name, view);
        if (held !== undefined) return held;
      }
      return undefined;
    default:
      return test satisfies never;
  }
}

/** The conditions of an item: one, or under `|all` one for each value. */
function tries(test: Extract<Test, { kind: 'item' }>, view: PreparedView, selection: string): ConditionTried[] {
  const { field, negated } = test;
  const actual = field === undefined ? undefined : view.values(field);
  const groups = negated ? [test.values] : test.values.map((any) => [any]);
  // An item without values: `|all` of nothing holds, any of nothing does not.
  if (groups.length === 0) return [{ selection, field, held: true, negated, tried: [], actual }];
  return groups.map((group) => {
    const inner = group.every((any) => any.some((predicate) => predicate.holds(view)));
    return {
      selection,
      field,
      held: inner !== negated,
      negated,
      tried: group.flat().map((predicate) => tryValue(predicate, view)),
      actual,
    };
  });
}

function tryValue(predicate: Predicate, view: PreparedView): ValueTried {
  const { op, pattern } = predicate;
  const held = predicate.holds(view);
  const seen = held ? witness(predicate, view) : undefined;
  return { op, pattern, held, value: seen?.value, at: seen?.at };
}
