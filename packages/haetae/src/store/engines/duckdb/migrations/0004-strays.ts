import type { Migration } from '../../sql/migrate.ts';

/** What of an event stands beside its columns; of events that are there already it is not known. See STRAYS. */
export const strays: Migration = {
  version: 4,
  name: 'strays',
  sql: 'ALTER TABLE events ADD COLUMN strays UINTEGER DEFAULT 4294967295;',
};
