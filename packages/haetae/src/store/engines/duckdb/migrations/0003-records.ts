import type { Migration } from '../../sql/migrate.ts';

/** Columns of every thing that is kept. */
export const KEPT = `
  id VARCHAR NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  created_by VARCHAR NOT NULL,
  updated_ms BIGINT NOT NULL,
  updated_by VARCHAR NOT NULL`;

/** What people and the server keep beside the logs. */
export const records: Migration = {
  version: 3,
  name: 'records',
  sql: `
CREATE TABLE exceptions (${KEPT},
  title VARCHAR NOT NULL,
  enabled BOOLEAN NOT NULL,
  rule_id VARCHAR,
  expires_ms BIGINT,
  body VARCHAR NOT NULL
);
CREATE TABLE rules (${KEPT},
  enabled BOOLEAN NOT NULL,
  level VARCHAR,
  note VARCHAR NOT NULL
);
CREATE TABLE deliveries (${KEPT},
  incident_id VARCHAR,
  channel VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  attempts BIGINT NOT NULL,
  next_ms BIGINT,
  error VARCHAR NOT NULL,
  body VARCHAR NOT NULL
);
CREATE TABLE responses (${KEPT},
  incident_id VARCHAR NOT NULL,
  action VARCHAR NOT NULL,
  host VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  approved_by VARCHAR,
  plan VARCHAR NOT NULL,
  outcome VARCHAR NOT NULL
);
CREATE TABLE searches (${KEPT},
  name VARCHAR NOT NULL,
  owner VARCHAR NOT NULL,
  shared BOOLEAN NOT NULL,
  query VARCHAR NOT NULL
);
`,
};
