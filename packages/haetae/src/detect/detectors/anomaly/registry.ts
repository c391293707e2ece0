import * as all from './families/index.ts';
import type { Family } from './family.ts';

/** Every family, by id. To add one: a file below families/ and a line in families/index.ts. */
export const FAMILIES: readonly Family[] = Object.values(all)
  .map((family: Family) => family)
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** What changes when families or their features do: baselines of another schema are not comparable. */
export const SCHEMA = 1;
