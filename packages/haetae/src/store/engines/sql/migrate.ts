import { StoreError } from '../../error.ts';
import type { Database, Sql } from './sql.ts';

/** One step of the schema, never changed once it was released. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings the schema up to date, each step in a transaction with its record; of several who begin at once each step is done by one.
 * A schema that this Haetae does not know is refused untouched.
 */
export async function migrate(db: Database, nowMs: number, steps: readonly Migration[]): Promise<void> {
  const known = steps.at(-1)?.version ?? 0;
  await db.write((sql) =>
    sql.run(
      'CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, name VARCHAR NOT NULL, applied_ms BIGINT NOT NULL)',
    ),
  );
  const version = await db.read(versionOf);
  if (version > known) {
    throw new StoreError(
      'newer-schema',
      `this store has schema ${version}, written by a newer Haetae; this one knows 1 to ${known}. Update Haetae, or restore a backup made before the update`,
    );
  }
  for (const step of steps.filter((s) => s.version > version)) {
    await db.write(async (sql) => {
      if ((await versionOf(sql)) >= step.version) return;
      await sql.run(step.sql);
      await sql.run('INSERT INTO migrations VALUES ($1, $2, $3)', [step.version, step.name, nowMs]);
    });
  }
}

const versionOf = async (sql: Sql): Promise<number> =>
  (await sql.first('SELECT coalesce(max(version), 0) AS version FROM migrations'))!.version as number;
