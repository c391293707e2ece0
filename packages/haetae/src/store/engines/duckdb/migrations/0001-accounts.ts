import type { Migration } from '../../sql/migrate.ts';

/** Who may do what, and who did what. Keys are held unique by the one writer: DuckDB's indexes would cost memory at every open. */
export const accounts: Migration = {
  version: 1,
  name: 'accounts',
  sql: `
CREATE TABLE users (
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  name_key VARCHAR NOT NULL,
  display_name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  password_hash VARCHAR,
  subject VARCHAR,
  disabled BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  last_login_ms BIGINT,
  settings VARCHAR NOT NULL
);
CREATE TABLE sessions (
  hash VARCHAR NOT NULL,
  user_id VARCHAR NOT NULL,
  csrf VARCHAR NOT NULL,
  created_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  address VARCHAR NOT NULL,
  agent VARCHAR NOT NULL
);
CREATE TABLE tokens (
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  hash VARCHAR NOT NULL,
  hint VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  role VARCHAR,
  scopes VARCHAR NOT NULL,
  hosts VARCHAR NOT NULL,
  networks VARCHAR NOT NULL,
  created_by VARCHAR NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  revoked_ms BIGINT,
  used_ms BIGINT,
  uses_left BIGINT
);
CREATE TABLE audit (
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  actor_name VARCHAR NOT NULL,
  action VARCHAR NOT NULL,
  object VARCHAR NOT NULL,
  address VARCHAR NOT NULL,
  detail VARCHAR NOT NULL,
  previous VARCHAR NOT NULL,
  hash VARCHAR NOT NULL
);
CREATE TABLE audit_head (number BIGINT NOT NULL, hash VARCHAR NOT NULL);
`,
};
