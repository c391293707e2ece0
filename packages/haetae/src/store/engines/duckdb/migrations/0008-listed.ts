import type { Migration } from '../../sql/migrate.ts';

/** What lists show of an incident stands in its row: a list of hundreds inflates no bodies. */
export const listed: Migration = {
  version: 8,
  name: 'listed',
  sql: 'ALTER TABLE incidents ADD COLUMN listed VARCHAR;',
};
