import type { BoundOp, Condition, Detection, Item, RuleValue, Search, SigmaCorrelation } from '@haetae/sigma';
import type { PhraseOp, RuleWords } from '../locale/index.ts';

/** A line of a condition told in words; lines below it go deeper. */
export interface Line {
  readonly depth: number;
  readonly text: string;
}

type Phrases = RuleWords['phrases'];

/** A detection in words: its parsed tree, told line by line. Nothing is left out, and nothing is said that it does not ask. */
export function wording(detection: Detection, phrases: Phrases): Line[] {
  const [first] = detection.conditions;
  const whole: Condition =
    detection.conditions.length === 1 ? first! : { kind: 'or', of: detection.conditions, at: first!.at };
  return tell(whole, detection, phrases, 0);
}

function tell(condition: Condition, detection: Detection, phrases: Phrases, depth: number): Line[] {
  const search = (name: string, deep: number): Line[] =>
    named(searchLines(detection.searches.get(name)!, phrases, deep), name);
  switch (condition.kind) {
    case 'search':
      return search(condition.name, depth);
    case 'and':
    case 'or': {
      const text = condition.kind === 'and' ? phrases.allOf : phrases.anyOf;
      return [{ depth, text }, ...condition.of.flatMap((part) => tell(part, detection, phrases, depth + 1))];
    }
    case 'of': {
      const { atLeast, names, pattern } = condition;
      if (names.length === 1) return search(names[0]!, depth);
      const text =
        atLeast === names.length ? phrases.allOf : atLeast === 1 ? phrases.anyOf : phrases.atLeast(`${atLeast}`);
      return [{ depth, text: `${text}  [${pattern}]` }, ...names.flatMap((name) => search(name, depth + 1))];
    }
    case 'not': {
      const { of } = condition;
      const inner = tell(of, detection, phrases, depth);
      const head = inner[0]!;
      // "none of these" and "not all of these" say in one line what "not: any of these" says in two.
      for (const [said, instead] of [
        [phrases.anyOf, phrases.noneOf],
        [phrases.allOf, phrases.notAll],
      ] as const)
        if (of.kind !== 'not' && inner.length > 1 && head.text.startsWith(said))
          return [{ depth, text: instead + head.text.slice(said.length) }, ...inner.slice(1)];
      return [{ depth, text: phrases.not }, ...inner.map((line) => ({ ...line, depth: line.depth + 1 }))];
    }
    default:
      return condition satisfies never;
  }
}

/** The first line bears the name by which the condition calls the search. */
const named = ([head, ...rest]: Line[], name: string): Line[] => [
  { ...head!, text: `${head!.text}  [${name}]` },
  ...rest,
];

function searchLines(search: Search, phrases: Phrases, depth: number): Line[] {
  if (search.kind === 'item') return itemLines(search, phrases, depth);
  if (search.of.length === 1) return searchLines(search.of[0]!, phrases, depth);
  const text = search.kind === 'all' ? phrases.allOf : phrases.anyOf;
  return [{ depth, text }, ...search.of.flatMap((part) => searchLines(part, phrases, depth + 1))];
}

const OPS: Readonly<Record<string, PhraseOp>> = {
  contains: 'contains',
  startswith: 'startswith',
  endswith: 'endswith',
  re: 're',
  cidr: 'cidr',
  lt: 'lt',
  lte: 'lte',
  gt: 'gt',
  gte: 'gte',
};

type Said = { readonly whole: string } | { readonly op: PhraseOp; readonly value: string };

function itemLines(item: Item, phrases: Phrases, depth: number): Line[] {
  const names = item.modifiers.map(({ name }) => (name === 'wide' ? 'utf16le' : name));
  const has = (name: string): boolean => names.includes(name);
  const written = names.map((name) => OPS[name]).find((op) => op !== undefined);
  const part = names.find((name) => Object.hasOwn(phrases.parts, name)) as keyof Phrases['parts'] | undefined;
  // A keyword is sought within the event's values.
  const op = written ?? (item.field === undefined ? 'contains' : undefined);
  const plain = item.field ?? phrases.keyword;
  const field = part === undefined ? plain : phrases.partOf(phrases.parts[part], plain);
  const notes = names.flatMap((name) =>
    Object.hasOwn(phrases.notes, name) ? [phrases.notes[name as keyof Phrases['notes']]] : [],
  );
  const note = notes.length === 0 ? '' : ` (${notes.join(', ')})`;

  const say = (value: RuleValue): Said => {
    if (has('exists')) {
      const there = value.value === true || value.text.toLowerCase() === 'true';
      return { whole: there ? phrases.exists(plain) : phrases.missing(plain) };
    }
    if (value.value === null) return { whole: phrases.absent(field) };
    if (has('fieldref')) return { op: op ?? 'equals', value: phrases.valueOf(value.text) };
    if (value.text === '' && op === undefined) return { whole: phrases.empty(field) };
    const like = op === undefined && typeof value.value === 'string' && /(?<!\\)[*?]/.test(value.text);
    return { op: op ?? (like ? 'like' : 'equals'), value: quoted(value) };
  };
  const line = (said: Said): string =>
    'whole' in said ? said.whole : phrases.ops[said.op].one(field, said.value) + note;

  const told = item.values.map(say);
  const kinds = new Set(told.map((said) => ('op' in said ? said.op : undefined)));
  const [same] = kinds;
  const all = has('all');
  let lines: Line[];
  if (told.length === 1) lines = [{ depth, text: line(told[0]!) }];
  else if (kinds.size === 1 && same !== undefined) {
    const head = phrases.ops[same][all ? 'all' : 'any'](field) + note;
    lines = [
      { depth, text: head },
      ...told.flatMap((said) => ('op' in said ? [{ depth: depth + 1, text: said.value }] : [])),
    ];
  } else {
    lines = [
      { depth, text: all ? phrases.allOf : phrases.anyOf },
      ...told.map((said) => ({ depth: depth + 1, text: line(said) })),
    ];
  }
  if (!has('neq')) return lines;
  return [{ depth, text: phrases.not }, ...lines.map((below) => ({ ...below, depth: below.depth + 1 }))];
}

/** Quotes show blanks at the ends. */
const quoted = ({ value, text }: RuleValue): string => (typeof value === 'string' ? `'${text}'` : text);

const BOUNDS: Readonly<Record<Exclude<BoundOp, 'neq'>, PhraseOp>> = {
  gt: 'gt',
  gte: 'gte',
  lt: 'lt',
  lte: 'lte',
  eq: 'equals',
};

/** A correlation in words: what is counted, over which rules, for which groups, within what time. */
export function correlationWording(rule: SigmaCorrelation, words: RuleWords): Line[] {
  const { type, rules, groupBy, timespan, condition } = rule;
  const { correlation: w, phrases, words: common } = words;
  const lines: Line[] = [];
  if (condition.kind === 'expression') lines.push({ depth: 0, text: w.expression(expression(condition.of)) });
  else if (condition.bounds.length === 0 || isWhole(rule))
    lines.push({ depth: 0, text: type === 'temporal_ordered' ? w.allOrdered : w.all });
  else {
    const subject = w[type](condition.fields.join(', '));
    const asked = condition.percentile === undefined ? subject : `${subject} (${condition.percentile} %)`;
    for (const { op, number } of condition.bounds) {
      if (op === 'neq') lines.push({ depth: 0, text: phrases.not });
      const text = phrases.ops[op === 'neq' ? 'equals' : BOUNDS[op]].one(asked, String(number));
      lines.push({ depth: op === 'neq' ? 1 : 0, text });
    }
  }
  lines.push({ depth: 1, text: common.within(timespan.text) });
  if (groupBy.length > 0) lines.push({ depth: 1, text: `${common.groupBy}: ${groupBy.join(', ')}` });
  lines.push({ depth: 1, text: `${common.ofRules}:` }, ...rules.map(({ text }) => ({ depth: 2, text })));
  return lines;
}

/** A temporal correlation that asks for as many rules as it has asks for all of them. */
function isWhole({ type, rules, condition }: SigmaCorrelation): boolean {
  if (!type.startsWith('temporal') || condition.kind !== 'bounds' || condition.bounds.length !== 1) return false;
  const { op, number } = condition.bounds[0]!;
  return (op === 'gte' || op === 'eq') && number === rules.length;
}

function expression(condition: Condition): string {
  switch (condition.kind) {
    case 'search':
      return condition.name;
    case 'not':
      return `not ${nested(condition.of)}`;
    case 'and':
    case 'or':
      return condition.of.map(nested).join(` ${condition.kind} `);
    case 'of':
      return `${condition.atLeast === condition.names.length ? 'all' : condition.atLeast} of ${condition.pattern}`;
    default:
      return condition satisfies never;
  }
}

const nested = (condition: Condition): string =>
  condition.kind === 'and' || condition.kind === 'or' ? `(${expression(condition)})` : expression(condition);
