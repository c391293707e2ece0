import type { Migration } from '../../sql/migrate.ts';

/** One body of an incident is fetched by itself: without the index DuckDB takes in those of 2,048 incidents at once. */
export const bodies: Migration = {
  version: 7,
  name: 'bodies',
  sql: 'CREATE INDEX incident_bodies_id ON incident_bodies (id);',
};
