import type { Migration } from '../../sql/migrate.ts';

/** What the reader makes of the frames. Long texts are zstd: DuckDB would leave them uncompressed. */
export const events: Migration = {
  version: 2,
  name: 'events',
  sql: `
CREATE TABLE committed (seq BIGINT NOT NULL);
INSERT INTO committed VALUES (0);
CREATE TABLE events (
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  time_ticks USMALLINT NOT NULL,
  received_ms BIGINT NOT NULL,
  event_id INTEGER NOT NULL,
  flags UTINYINT NOT NULL,
  host VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  provider VARCHAR NOT NULL,
  record_id VARCHAR,
  origin VARCHAR NOT NULL,
  user_name VARCHAR,
  subject_user VARCHAR,
  logon_id VARCHAR,
  process_guid VARCHAR,
  parent_guid VARCHAR,
  image VARCHAR,
  command_line VARCHAR,
  parent_image VARCHAR,
  parent_command_line VARCHAR,
  target_image VARCHAR,
  original_name VARCHAR,
  hashes VARCHAR,
  file VARCHAR,
  object VARCHAR,
  object_value VARCHAR,
  script VARCHAR USING COMPRESSION zstd,
  named VARCHAR,
  remote_name VARCHAR,
  message VARCHAR USING COMPRESSION zstd,
  source_ip VARCHAR,
  source_port VARCHAR,
  destination_ip VARCHAR,
  destination_port VARCHAR,
  decoded VARCHAR USING COMPRESSION zstd,
  fields VARCHAR NOT NULL USING COMPRESSION zstd,
  system VARCHAR NOT NULL
);
CREATE TABLE findings (
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  host VARCHAR NOT NULL,
  detector VARCHAR NOT NULL,
  rule_id VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  level VARCHAR NOT NULL,
  severity BIGINT NOT NULL,
  event_ids VARCHAR NOT NULL,
  incident_id VARCHAR,
  techniques VARCHAR NOT NULL,
  body VARCHAR NOT NULL USING COMPRESSION zstd
);
CREATE TABLE incidents (
  id VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  risk DOUBLE NOT NULL,
  level VARCHAR NOT NULL,
  severity BIGINT NOT NULL,
  title VARCHAR NOT NULL,
  hosts VARCHAR NOT NULL,
  users VARCHAR NOT NULL,
  findings BIGINT NOT NULL,
  merged_into VARCHAR,
  status VARCHAR NOT NULL,
  assignee VARCHAR,
  verdict VARCHAR,
  tags VARCHAR NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
CREATE TABLE incident_bodies (id VARCHAR NOT NULL, body VARCHAR NOT NULL);
CREATE TABLE incident_history (
  incident_id VARCHAR NOT NULL,
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  detail VARCHAR NOT NULL
);
CREATE TABLE entities (
  seq BIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  key VARCHAR NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  body VARCHAR NOT NULL
);
`,
};
