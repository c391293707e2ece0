import type { Migration } from '../../sql/migrate.ts';
import { KEPT } from './0003-records.ts';

/** How far what goes out has come: which changes of incidents were looked at, and how each channel does. */
export const marks: Migration = {
  version: 6,
  name: 'marks',
  sql: `CREATE TABLE marks (${KEPT}, body VARCHAR NOT NULL);`,
};
