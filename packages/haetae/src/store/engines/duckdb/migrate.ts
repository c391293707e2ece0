import { StoreError } from '../../error.ts';
import type { Database } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** Brings the schema up to date, each step in a transaction with its record. A schema that this Haetae does not know is refused untouched. */
export async function migrate(db: Database, nowMs: number, steps: readonly Migration[] = MIGRATIONS): Promise<void> {
  const known = steps.at(-1)?.version ?? 0;
  await db.write((sql) =>
    sql.run(
      'CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, name VARCHAR NOT NULL, applied_ms BIGINT NOT NULL)',
    ),
  );
  const found = await db.read((sql) => sql.first('SELECT coalesce(max(version), 0) AS version FROM migrations'));
  const version = found!.version as number;
  if (version > known) {
    throw new StoreError(
      'newer-schema',
      `this store has schema ${version}, written by a newer Haetae; this one knows 1 to ${known}. Update Haetae, or restore a backup made before the update`,
    );
  }
  for (const step of steps.filter((s) => s.version > version)) {
    await db.write(async (sql) => {
      await sql.run(step.sql);
      await sql.run('INSERT INTO migrations VALUES ($1, $2, $3)', [step.version, step.name, nowMs]);
    });
  }
}
