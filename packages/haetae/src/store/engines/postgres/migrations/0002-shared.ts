import type { Migration } from '../../sql/migrate.ts';

/** What several servers share: whose turn it is, and the state of whoever detects. */
export const shared: Migration = {
  version: 2,
  name: 'shared',
  sql: `
CREATE TABLE duties (
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  term BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (name)
);
CREATE TABLE buses (
  name TEXT NOT NULL,
  base BIGINT NOT NULL,
  PRIMARY KEY (name)
);
CREATE TABLE snapshots (
  seq BIGINT NOT NULL,
  part BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (seq, part)
);
-- They are packed already.
ALTER TABLE snapshots ALTER COLUMN bytes SET STORAGE EXTERNAL;
`,
};
