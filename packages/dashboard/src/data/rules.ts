import { get } from './api.ts';
import type { Page, Rule } from './shapes.ts';

/** Every rule, switched off ones too, page by page. */
export async function allRules(signal: AbortSignal): Promise<Rule[]> {
  const all: Rule[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<Rule> = await get('api/rules', { limit: 1000, cursor }, signal);
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}
