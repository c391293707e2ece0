import type { Condition, Search, SigmaRule } from './rule.ts';

/** The fields that a rule's searches name, also as the other side of a `|fieldref`; keywords name none. */
export function fieldNames({ detection }: SigmaRule): ReadonlySet<string> {
  const names = new Set<string>();
  for (const search of detection.searches.values()) readSearch(search, (name) => names.add(name));
  return names;
}

export interface FieldUse {
  /** Every field that the conditions ask for, in the order of the conditions. */
  readonly asked: ReadonlySet<string>;
  /** Those of `asked` whose absence can make the rule hold: below a `not`, or in a test for absence or difference. */
  readonly excluding: ReadonlySet<string>;
}

/** How a rule's conditions use the fields; searches that no condition names are left out. */
export function fieldUse({ detection }: SigmaRule): FieldUse {
  const asked = new Set<string>();
  const excluding = new Set<string>();
  const search = (name: string, negated: boolean): void => {
    readSearch(detection.searches.get(name)!, (field, absence) => {
      asked.add(field);
      if (negated !== absence) excluding.add(field);
    });
  };
  const read = (condition: Condition, negated: boolean): void => {
    switch (condition.kind) {
      case 'search':
        search(condition.name, negated);
        break;
      case 'not':
        read(condition.of, !negated);
        break;
      case 'and':
      case 'or':
        for (const part of condition.of) read(part, negated);
        break;
      case 'of':
        for (const name of condition.names) search(name, negated);
        break;
      default:
        condition satisfies never;
    }
  };
  for (const condition of detection.conditions) read(condition, false);
  return { asked, excluding };
}

/** `absence`: the item can hold because the field is not there (null, `|neq`, `|exists: false`). */
function readSearch(search: Search, use: (field: string, absence: boolean) => void): void {
  if (search.kind !== 'item') {
    for (const part of search.of) readSearch(part, use);
    return;
  }
  const { field, modifiers, values } = search;
  if (field === undefined) return;
  const has = (wanted: string): boolean => modifiers.some(({ name }) => name === wanted);
  const no = has('exists') && values.some(({ value }) => value === false);
  use(field, has('neq') || no || values.some(({ value }) => value === null));
  if (has('fieldref')) for (const { text } of values) use(text, has('neq'));
}
