import type { Migration } from '../../sql/migrate.ts';

/** Columns of every thing that is kept. */
const KEPT = `
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_ms BIGINT NOT NULL,
  updated_by TEXT NOT NULL`;

/**
 * Everything, in one step: what DuckDB's store came to by its eighth. Events are partitioned by the day of their receipt, so that
 * what is too old goes as a whole; the other tables are as wide as DuckDB's, with keys.
 */
export const first: Migration = {
  version: 1,
  name: 'first',
  sql: `
-- Case is folded as Unicode does, whatever the database's own locale is; found before PostgreSQL's own by the search path.
DO $$
DECLARE folding text;
BEGIN
  SELECT collname INTO folding FROM pg_collation
    WHERE collname IN ('C.utf8', 'C.UTF-8', 'und-x-icu') AND collencoding IN (-1, 6) ORDER BY collname LIMIT 1;
  IF folding IS NULL OR current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the database needs the encoding UTF8 and one of the collations C.utf8, C.UTF-8, und-x-icu';
  END IF;
  EXECUTE format('CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.lower($1 COLLATE %I)', folding);
END $$;
CREATE TABLE users (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT,
  subject TEXT,
  disabled BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  last_login_ms BIGINT,
  settings TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE sessions (
  hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  csrf TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  PRIMARY KEY (hash)
);
CREATE TABLE tokens (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  hint TEXT NOT NULL,
  kind TEXT NOT NULL,
  role TEXT,
  scopes TEXT NOT NULL,
  hosts TEXT NOT NULL,
  networks TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  revoked_ms BIGINT,
  used_ms BIGINT,
  uses_left BIGINT,
  PRIMARY KEY (id)
);
CREATE TABLE audit (
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  address TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (number)
);
CREATE TABLE audit_head (number BIGINT NOT NULL, hash TEXT NOT NULL);

CREATE TABLE committed (seq BIGINT NOT NULL);
INSERT INTO committed VALUES (0);
CREATE TABLE events (
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  time_ticks BIGINT NOT NULL,
  received_ms BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  flags BIGINT NOT NULL,
  host TEXT NOT NULL,
  channel TEXT NOT NULL,
  provider TEXT NOT NULL,
  record_id TEXT,
  origin TEXT NOT NULL,
  user_name TEXT,
  subject_user TEXT,
  logon_id TEXT,
  process_guid TEXT,
  parent_guid TEXT,
  image TEXT,
  command_line TEXT,
  parent_image TEXT,
  parent_command_line TEXT,
  target_image TEXT,
  original_name TEXT,
  hashes TEXT,
  file TEXT,
  object TEXT,
  object_value TEXT,
  script TEXT,
  named TEXT,
  remote_name TEXT,
  message TEXT,
  source_ip TEXT,
  source_port TEXT,
  destination_ip TEXT,
  destination_port TEXT,
  decoded TEXT,
  fields TEXT NOT NULL,
  system TEXT NOT NULL,
  strays BIGINT NOT NULL
) PARTITION BY RANGE (received_ms);
CREATE INDEX ON events (time_ms, time_ticks, id);
CREATE INDEX ON events (id);
CREATE TABLE findings (
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  host TEXT NOT NULL,
  detector TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  title TEXT NOT NULL,
  level TEXT NOT NULL,
  severity BIGINT NOT NULL,
  event_ids TEXT NOT NULL,
  incident_id TEXT,
  techniques TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE incidents (
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  risk DOUBLE PRECISION NOT NULL,
  level TEXT NOT NULL,
  severity BIGINT NOT NULL,
  title TEXT NOT NULL,
  hosts TEXT NOT NULL,
  users TEXT NOT NULL,
  findings BIGINT NOT NULL,
  merged_into TEXT,
  status TEXT NOT NULL,
  assignee TEXT,
  verdict TEXT,
  tags TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  listed TEXT,
  PRIMARY KEY (id)
);
CREATE TABLE incident_bodies (id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE incident_history (
  incident_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (incident_id, number)
);
CREATE TABLE entities (
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, key)
);

CREATE TABLE exceptions (${KEPT},
  title TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  rule_id TEXT,
  expires_ms BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE rules (${KEPT},
  enabled BOOLEAN NOT NULL,
  level TEXT,
  note TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE deliveries (${KEPT},
  incident_id TEXT,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_ms BIGINT,
  error TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE responses (${KEPT},
  incident_id TEXT NOT NULL,
  action TEXT NOT NULL,
  host TEXT NOT NULL,
  state TEXT NOT NULL,
  approved_by TEXT,
  plan TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE searches (${KEPT},
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  query TEXT NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE hunts (${KEPT},
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  status TEXT NOT NULL,
  from_ms BIGINT,
  to_ms BIGINT,
  scanned BIGINT NOT NULL,
  total BIGINT NOT NULL,
  hits BIGINT NOT NULL,
  fresh BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  ended_ms BIGINT,
  error TEXT,
  PRIMARY KEY (id)
);
CREATE TABLE hunt_hits (
  hunt_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  host TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  title TEXT NOT NULL,
  level TEXT NOT NULL,
  fresh BOOLEAN NOT NULL,
  event_ids TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE marks (${KEPT},
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ON users (name_key);
CREATE UNIQUE INDEX ON users (subject);
CREATE UNIQUE INDEX ON tokens (hash);
CREATE INDEX ON sessions (user_id);
CREATE INDEX ON audit (time_ms);
CREATE INDEX ON findings (time_ms);
CREATE INDEX ON findings (incident_id);
CREATE INDEX ON findings (rule_id);
CREATE INDEX ON incidents (seq);
CREATE INDEX ON incidents (updated_ms);
CREATE INDEX ON incidents (last_ms);
CREATE INDEX ON hunt_hits (hunt_id, number);
`,
};
