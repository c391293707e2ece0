import type { Checks } from '../check.ts';
import { CONDITION } from './condition.ts';
import { FILE } from './file.ts';
import { LOAD } from './load.ts';
import { LOGSOURCE } from './logsource.ts';
import { METADATA } from './metadata.ts';
import { MODIFIERS_CHECKS } from './modifiers.ts';
import { SEARCH } from './search.ts';
import { TAGS } from './tags.ts';
import { VALUES } from './values.ts';

/** Checks by what they look at, as the documentation lists them. */
export const GROUPS = {
  'What keeps a rule from working': LOAD,
  'The file': FILE,
  'What a document says about itself': METADATA,
  Tags: TAGS,
  'Log source and fields': LOGSOURCE,
  Searches: SEARCH,
  Values: VALUES,
  Modifiers: MODIFIERS_CHECKS,
  Condition: CONDITION,
} as const satisfies Readonly<Record<string, Checks>>;

/** Every check by its id. */
export const CHECKS: Checks = Object.assign({}, ...Object.values(GROUPS));
