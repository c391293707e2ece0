import type { Migration } from '../../sql/migrate.ts';

/** Findings in the order in which they were made or changed: whoever passes them on reads behind where it is. */
export const changes: Migration = {
  version: 5,
  name: 'changes',
  sql: 'CREATE INDEX ON findings (seq, id);',
};
