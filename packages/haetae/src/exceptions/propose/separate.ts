import { PROPOSED_FIELDS, type ProposedField } from './fields.ts';
import { exactly, generalise, isLike, type Pattern } from './generalise.ts';

/** What a rule sees of one event: the values of {@link PROPOSED_FIELDS} that it has. */
export type SeenFields = ReadonlyMap<string, readonly string[]>;

/** `field: patterns`, any of them. */
export interface ProposedCondition {
  readonly field: ProposedField;
  readonly op: Pattern['op'];
  readonly patterns: readonly string[];
}

export type Separation =
  | { readonly kind: 'separated'; readonly selections: readonly (readonly ProposedCondition[])[] }
  /** No condition tells these apart; `alike` are the indexes of the others that look the same. */
  | { readonly kind: 'inseparable'; readonly alike: readonly number[] }
  /** The events hold nothing an exception could be made of. */
  | { readonly kind: 'nothing-to-go-by' };

interface Candidate extends ProposedCondition {
  /** Whether it excludes each of the others. */
  readonly excludes: readonly boolean[];
  /** It says more than the rule itself asks of everything it matches. */
  readonly specific: boolean;
}

/** Values that a condition may list before it is none. */
const MOST_PATTERNS = 8;
const MOST_SELECTIONS = 8;

/** An event that must not be hidden. */
export interface Other {
  readonly seen: SeenFields;
  /**
   * A test of a rule, or a real attack elsewhere: neither the place nor a field that it does not tell makes it another, since
   * the next one will be at this place and will tell it.
   */
  readonly elsewhere: boolean;
}

/**
 * The smallest set of conditions that holds for every one of `targets` and for none of `others`. `asked`: fields that the
 * rule itself fixes, which alone would switch it off. Where no one set does, the targets are parted by program and each part has a
 * selection of its own.
 */
export function separate(
  targets: readonly SeenFields[],
  others: readonly Other[],
  asked: ReadonlySet<string> = new Set(),
): Separation {
  const whole = conditionsFor(targets, others, asked);
  const says = (conditions: readonly ProposedCondition[]): boolean => conditions.some((c) => c.field.tells === 'what');
  if (whole.kind === 'separated' && whole.selections.every(says)) return whole;
  const parts = partsOf(targets);
  if (parts.length < 2 || parts.length > MOST_SELECTIONS) return whole;
  const selections: (readonly ProposedCondition[])[] = [];
  for (const part of parts) {
    const found = conditionsFor(part, others, asked);
    if (found.kind !== 'separated') return whole.kind === 'separated' ? whole : found;
    selections.push(...found.selections);
  }
  return { kind: 'separated', selections };
}

/** Targets of one program each. */
function partsOf(targets: readonly SeenFields[]): SeenFields[][] {
  const name = ['Image', 'SourceImage', 'ServiceName', 'TaskName', 'TargetObject', 'Path'].find((field) =>
    targets.every((target) => target.has(field)),
  );
  if (name === undefined) return [];
  const parts = new Map<string, SeenFields[]>();
  for (const target of targets) {
    const key = target.get(name)!.join('\n').toLowerCase();
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [target]);
    else part.push(target);
  }
  return [...parts.values()];
}

function conditionsFor(
  targets: readonly SeenFields[],
  others: readonly Other[],
  asked: ReadonlySet<string>,
): Separation {
  const candidates = PROPOSED_FIELDS.flatMap((field) => candidatesOf(field, targets, others, asked));
  const base = anchor(candidates);
  if (base === undefined) return { kind: 'nothing-to-go-by' };
  const chosen = [...base];
  const left = (): number[] => others.flatMap((_, i) => (chosen.some(({ excludes }) => excludes[i]) ? [] : [i]));
  for (let open = left(); open.length > 0; open = left()) {
    let [best, worth] = [undefined as Candidate | undefined, 0];
    for (const candidate of candidates) {
      const gain = open.filter((i) => candidate.excludes[i]).length / candidate.field.cost;
      if (gain > worth) [best, worth] = [candidate, gain];
    }
    if (best === undefined) return { kind: 'inseparable', alike: open };
    chosen.push(best);
  }
  return { kind: 'separated', selections: [pruned(chosen, others.length)] };
}

/** The least that any exception says: what was done; else by which program and another thing. */
function anchor(candidates: readonly Candidate[]): Candidate[] | undefined {
  const cheapest = (tells: ProposedField['tells'], specific: boolean): Candidate | undefined =>
    candidates
      .filter((c) => c.field.tells === tells && (!specific || c.specific))
      .sort((a, b) => a.field.cost - b.field.cost)[0];
  const what = cheapest('what', true);
  const who = cheapest('who', true) ?? cheapest('who', false);
  if (what !== undefined) {
    if (who !== undefined) return [what, who];
    // A name alone is soon given to something else: a service is known by its name and by what it runs.
    const other = candidates
      .filter((c) => c.field.tells === 'what' && c.field.name !== what.field.name)
      .sort((a, b) => a.field.cost - b.field.cost)[0];
    return other === undefined ? [what] : [what, other];
  }
  const second = candidates
    .filter((c) => c !== who && (c.specific || c.field.tells === 'where'))
    .sort((a, b) => a.field.cost - b.field.cost)[0];
  return who === undefined || second === undefined ? undefined : [who, second];
}

/** Without conditions that the others make needless, dearest first; what was done and by whom stays. */
function pruned(chosen: readonly Candidate[], others: number): ProposedCondition[] {
  const kept = [...new Set(chosen)];
  const hasWhat = kept.some((c) => c.field.tells === 'what' && c.specific);
  for (const candidate of [...kept].sort((a, b) => b.field.cost - a.field.cost)) {
    const rest = kept.filter((c) => c !== candidate);
    if (rest.length < Math.min(2, kept.length)) continue;
    if (hasWhat && !rest.some((c) => c.field.tells === 'what' && c.specific)) continue;
    if (kept.some((c) => c.field.tells === 'who') && !rest.some((c) => c.field.tells === 'who')) continue;
    if (Array.from({ length: others }, (_, i) => rest.some((c) => c.excludes[i])).every(Boolean))
      kept.splice(kept.indexOf(candidate), 1);
  }
  const place = (tells: ProposedField['tells']): number => ['what', 'who', 'where'].indexOf(tells);
  return kept
    .sort((a, b) => place(a.field.tells) - place(b.field.tells) || a.field.cost - b.field.cost)
    .map(({ field, op, patterns }) => ({ field, op, patterns }));
}

/** The generalised condition and, where that says less, the exact one; both hold for every target. */
function candidatesOf(
  field: ProposedField,
  targets: readonly SeenFields[],
  others: readonly Other[],
  asked: ReadonlySet<string>,
): Candidate[] {
  const values: string[] = [];
  for (const target of targets) {
    const value = target.get(field.name)?.[0];
    if (value === undefined || value === '' || value === '-') return [];
    values.push(value);
  }
  const found: Candidate[] = [];
  const add = (patterns: readonly (Pattern | undefined)[], dearer: number): void => {
    const different = new Map(patterns.map((p) => [p?.pattern.toLowerCase(), p]));
    if (different.size > MOST_PATTERNS || different.has(undefined)) return;
    const list = [...different.values()] as Pattern[];
    const [first] = list;
    if (list.some(({ op }) => op !== first!.op)) return;
    const excludes = others.map(({ seen, elsewhere }) => {
      const values = seen.get(field.name) ?? [];
      if (elsewhere && (field.tells === 'where' || values.length === 0)) return false;
      return !values.some((v) => list.some((p) => isLike(p, v)));
    });
    const specific = field.tells === 'what' || !asked.has(field.name);
    const op = first!.op;
    found.push({
      field: dearer === 0 ? field : { ...field, cost: field.cost + dearer },
      op,
      patterns: list.map((p) => p.pattern),
      excludes,
      specific,
    });
  };
  const generalised = values.map((value) => generalise(value, field));
  add(generalised, 0);
  // The exact value is the second choice: it holds until the next run of the same program.
  if (generalised.some((p) => p !== undefined && p.op === 're')) add(values.map(exactly), 3);
  return found;
}
