import { isMap, parseDocument } from 'yaml';
import type { NeverList } from './bounds.ts';

const MEMBERS = ['hosts', 'accounts', 'addresses', 'domains'] as const;

/** A never-list as people write it, added to `base`; the reason where it makes no sense: half a list would protect half. */
export function readNever(text: string, base: NeverList): { readonly never: NeverList } | { readonly fault: string } {
  const document = parseDocument(text, { uniqueKeys: true, merge: false });
  const [error] = document.errors;
  if (error !== undefined) return { fault: error.message.split('\n')[0]! };
  if (!isMap(document.contents)) return { fault: `a map of ${MEMBERS.join(', ')}` };
  const value = document.toJS({ maxAliasCount: 0 }) as Record<string, unknown>;
  const never: Record<string, readonly string[]> = { ...base };
  for (const [name, list] of Object.entries(value)) {
    if (!MEMBERS.includes(name as (typeof MEMBERS)[number])) return { fault: `there is no ${name}` };
    if (!Array.isArray(list) || !list.every((one) => typeof one === 'string' && one.trim() !== ''))
      return { fault: `${name} is no list of names` };
    never[name] = [...never[name]!, ...list.map((one: string) => one.trim())];
  }
  return { never: never as unknown as NeverList };
}
