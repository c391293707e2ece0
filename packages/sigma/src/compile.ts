import { resolve } from './chain.ts';
import { makeAll } from './error.ts';
import { type Range, witness } from './explain/locate.ts';
import { type LogSourceTable, type Source, sourcesOf } from './logsource.ts';
import type { ModifierContext } from './modifiers/modifier.ts';
import { fieldNames } from './names.ts';
import { type Op, type Predicate, predicates } from './predicate.ts';
import type { Condition, Item, Search, SigmaRule } from './rule.ts';
import { type EventView, type PreparedView, prepare } from './view.ts';

export interface CompileOptions {
  /** What log sources mean; without it a matcher has no sources and looks at any event. */
  readonly logSources?: LogSourceTable;
  /** Values for `|expand`: `%admins%` is looked up as `admins`; wildcards in them count. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  /** On whose clock `|hour` and its like read a time that names its zone: `UTC` (the default), or such as `Asia/Seoul`. */
  readonly timeZone?: string;
}

/** Why a rule matched: one condition that held, or a search behind `not` that was tested and did not hold. */
export type Why =
  | {
      readonly kind: 'held';
      /** The search of the rule that it belongs to. */
      readonly selection: string;
      /** undefined for a keyword. */
      readonly field: string | undefined;
      readonly op: Op;
      readonly pattern: string;
      /** The event's value, whole; undefined where it is the absence of the field that held. */
      readonly value: string | undefined;
      /** What of the value held, for highlighting; absent where no part of it is meant (an absence, a wildcard for anything). */
      readonly at?: Range;
      /** The condition is that this does not match (`|neq`, a search under `not` whose absence was required). */
      readonly negated: boolean;
    }
  | { readonly kind: 'filter-not-held'; readonly selection: string };

export interface Matcher {
  readonly rule: SigmaRule;
  /** Where its events stand; undefined when compiled without log sources. */
  readonly sources: readonly Source[] | undefined;
  /** Whether the detection holds. Cannot throw, save by the view. The log source is not looked at: that is routing. */
  matches(view: EventView): boolean;
  /** Why it holds, in the order of the condition; [] when it does not. */
  explain(view: EventView): readonly Why[];
  /** Whether it could hold for an event of which only these fields are known; for routing. */
  couldMatch(known: EventView): boolean;
}

interface TestItem {
  readonly kind: 'item';
  readonly field: string | undefined;
  /** One list a value of the rule: any of a list's predicates must hold. */
  readonly values: readonly (readonly Predicate[])[];
  readonly all: boolean;
  readonly negated: boolean;
}

/** A condition with its searches put in. */
export type Test =
  | TestItem
  | { readonly kind: 'search'; readonly name: string; readonly of: Test }
  | { readonly kind: 'not'; readonly of: Test }
  | { readonly kind: 'count'; readonly atLeast: number; readonly of: readonly Test[] };

/** Compiles a rule. Throws SigmaError; whatever can be wrong with a rule is found here. */
export function compile(rule: SigmaRule, options: CompileOptions = {}): Matcher {
  const sources =
    options.logSources === undefined
      ? undefined
      : sourcesOf(rule.logsource, options.logSources, { file: rule.path, ...rule.logsourceAt }, fieldNames(rule));
  const test = compileDetection(rule, options);
  const matcher: Matcher = {
    rule,
    sources,
    matches: (view) => holds(test, prepare(view)),
    explain: (view) => {
      const prepared = prepare(view);
      const whys: Why[] = [];
      if (holds(test, prepared)) collect(test, prepared, '', whys);
      return whys;
    },
    couldMatch: (known) => possible(test, prepare(known)) !== false,
  };
  setTest(matcher, () => test);
  return matcher;
}

const tests = new WeakMap<Matcher, () => Test>();

/** What a matcher of {@link compile} or of loaded rules asks, for those who ask it in another way. */
export const testOf = (matcher: Matcher): Test => tests.get(matcher)!();

/** For who makes matchers: what this one asks, made when it is first wanted. */
export const setTest = (matcher: Matcher, test: () => Test): void => {
  tests.set(matcher, test);
};

function compileDetection(rule: SigmaRule, { placeholders = {}, timeZone }: CompileOptions): Test {
  const context: ModifierContext = {
    placeholder: (name) => (Object.hasOwn(placeholders, name) ? placeholders[name] : undefined),
    timeZone,
  };
  const searches = new Map<string, Test>();
  makeAll(
    [...rule.detection.searches].map(([name, search]) => () => {
      searches.set(name, { kind: 'search', name, of: compileSearch(search, context, rule.path) });
    }),
  );
  const put = (condition: Condition): Test => {
    switch (condition.kind) {
      case 'search':
        return searches.get(condition.name)!;
      case 'not':
        return { kind: 'not', of: put(condition.of) };
      case 'and':
        return { kind: 'count', atLeast: condition.of.length, of: condition.of.map(put) };
      case 'or':
        return { kind: 'count', atLeast: 1, of: condition.of.map(put) };
      case 'of':
        return { kind: 'count', atLeast: condition.atLeast, of: condition.names.map((name) => searches.get(name)!) };
      default:
        return condition satisfies never;
    }
  };
  const tests = rule.detection.conditions.map(put);
  return tests.length === 1 ? tests[0]! : { kind: 'count', atLeast: 1, of: tests };
}

function compileSearch(search: Search, context: ModifierContext, file: string | undefined): Test {
  if (search.kind === 'item') return compileItem(search, context, file);
  const of = makeAll(search.of.map((s) => () => compileSearch(s, context, file)));
  return of.length === 1 ? of[0]! : { kind: 'count', atLeast: search.kind === 'all' ? of.length : 1, of };
}

function compileItem(item: Item, context: ModifierContext, file: string | undefined): Test {
  const { values, all, negated } = resolve(item, context, file);
  const compiled = values.map((value, i) => predicates(item.field, value, { file, ...item.values[i]!.at }));
  // Without |all every value is as good as any other: one list is shorter to walk.
  return { kind: 'item', field: item.field, values: all ? compiled : [compiled.flat()], all, negated };
}

function holds(test: Test, view: PreparedView): boolean {
  switch (test.kind) {
    case 'item': {
      for (const any of test.values) if (!anyHolds(any, view)) return test.negated;
      return !test.negated;
    }
    case 'search':
      return holds(test.of, view);
    case 'not':
      return !holds(test.of, view);
    case 'count': {
      let missing = test.atLeast;
      let left = test.of.length;
      for (const part of test.of) {
        if (holds(part, view) && --missing === 0) return true;
        if (--left < missing) return false;
      }
      return false;
    }
    default:
      return test satisfies never;
  }
}

function anyHolds(any: readonly Predicate[], view: PreparedView): boolean {
  for (let i = 0; i < any.length; i++) if (any[i]!.holds(view)) return true;
  return false;
}

/** Adds why `test`, which holds, does. */
function collect(test: Test, view: PreparedView, selection: string, whys: Why[]): void {
  switch (test.kind) {
    case 'item': {
      const { field, negated } = test;
      if (negated) {
        const first = test.values[0]?.[0];
        if (first !== undefined) {
          const value = field === undefined ? undefined : view.values(field)?.[0];
          whys.push({ kind: 'held', selection, field, op: first.op, pattern: first.pattern, value, negated });
        }
        return;
      }
      for (const any of test.values) {
        const held = any.find((p) => p.holds(view));
        if (held === undefined) continue;
        const { op, pattern } = held;
        const seen = witness(held, view);
        const at = seen?.at;
        whys.push({ kind: 'held', selection, field, op, pattern, value: seen?.value, ...(at && { at }), negated });
      }
      return;
    }
    case 'search':
      collect(test.of, view, test.name, whys);
      return;
    case 'not':
      for (const name of searchNames(test.of)) whys.push({ kind: 'filter-not-held', selection: name });
      return;
    case 'count':
      for (const part of test.of) if (holds(part, view)) collect(part, view, selection, whys);
      return;
    default:
      test satisfies never;
  }
}

function searchNames(test: Test): string[] {
  switch (test.kind) {
    case 'item':
      return [];
    case 'search':
      return [test.name];
    case 'not':
      return searchNames(test.of);
    case 'count':
      return test.of.flatMap(searchNames);
    default:
      return test satisfies never;
  }
}

/** true or false where the known fields decide it, undefined where they do not. */
function possible(test: Test, known: PreparedView): boolean | undefined {
  switch (test.kind) {
    case 'item':
      // A field reference or a keyword looks beyond the field, so only plain comparisons of a known field decide.
      if (test.field === undefined || known.values(test.field) === undefined) return undefined;
      if (test.values.some((any) => any.some((p) => p.op === 'fieldref'))) return undefined;
      return holds(test, known);
    case 'search':
      return possible(test.of, known);
    case 'not': {
      const inner = possible(test.of, known);
      return inner === undefined ? undefined : !inner;
    }
    case 'count': {
      let yes = 0;
      let open = 0;
      for (const part of test.of) {
        const held = possible(part, known);
        if (held === true) yes++;
        else if (held === undefined) open++;
      }
      return yes >= test.atLeast ? true : yes + open >= test.atLeast ? undefined : false;
    }
    default:
      return test satisfies never;
  }
}
