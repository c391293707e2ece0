import type { Migration } from '../../sql/migrate.ts';

/** Where agents of several servers are connected and how they are, and commands on their way to them. */
export const agents: Migration = {
  version: 6,
  name: 'agents',
  sql: `
CREATE TABLE agent_servers (
  server TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  until_ms BIGINT NOT NULL
);
CREATE TABLE agents_seen (
  agent TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  seen TEXT NOT NULL
);
CREATE TABLE agent_commands (
  id TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  text TEXT NOT NULL,
  signature TEXT NOT NULL,
  until_ms BIGINT NOT NULL
);
CREATE INDEX ON agent_commands (agent);
`,
};
