import type { Migration } from '../../sql/migrate.ts';
import { KEPT } from './0003-records.ts';

/** Rules that were held against what is stored, and what they found. */
export const hunts: Migration = {
  version: 5,
  name: 'hunts',
  sql: `
CREATE TABLE hunts (${KEPT},
  name VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  rule VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  from_ms BIGINT,
  to_ms BIGINT,
  scanned BIGINT NOT NULL,
  total BIGINT NOT NULL,
  hits BIGINT NOT NULL,
  fresh BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  ended_ms BIGINT,
  error VARCHAR
);
CREATE TABLE hunt_hits (
  hunt_id VARCHAR NOT NULL,
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  host VARCHAR NOT NULL,
  rule_id VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  level VARCHAR NOT NULL,
  fresh BOOLEAN NOT NULL,
  event_ids VARCHAR NOT NULL,
  body VARCHAR NOT NULL USING COMPRESSION zstd
);
`,
};
