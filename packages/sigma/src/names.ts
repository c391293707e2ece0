import type { Search, SigmaRule } from './rule.ts';

/** The fields that a rule's searches name, also as the other side of a `|fieldref`; keywords name none. */
export function fieldNames({ detection }: SigmaRule): ReadonlySet<string> {
  const names = new Set<string>();
  const read = (search: Search): void => {
    if (search.kind !== 'item') {
      search.of.forEach(read);
      return;
    }
    if (search.field === undefined) return;
    names.add(search.field);
    if (search.modifiers.some(({ name }) => name === 'fieldref')) for (const { text } of search.values) names.add(text);
  };
  for (const search of detection.searches.values()) read(search);
  return names;
}
