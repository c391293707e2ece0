import type { Migration } from '../../sql/migrate.ts';

/** Which files hold the events of a store that keeps them in a folder, and which folder that is. */
export const files: Migration = {
  version: 3,
  name: 'files',
  sql: `
CREATE TABLE event_place (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), id TEXT NOT NULL);
CREATE TABLE event_files (
  path TEXT NOT NULL,
  day BIGINT NOT NULL,
  hosts TEXT,
  events BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  text_bytes BIGINT NOT NULL,
  first_id BIGINT NOT NULL,
  last_id BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  last_received_ms BIGINT NOT NULL,
  gone_ms BIGINT,
  PRIMARY KEY (path)
);
`,
};
