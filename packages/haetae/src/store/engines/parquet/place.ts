import { randomUUID } from 'node:crypto';
import { StoreError } from '../../error.ts';
import type { DuckSql } from '../duckdb/sql.ts';
import type { Database } from '../postgres/database.ts';

/**
 * At the place: whose events these are. A place without it is not the one, above all a folder where nothing is mounted. Who reads
 * folders as tables passes over names that begin so.
 */
export const MARK = '_haetae-store';

/** Where files of events lie that servers share: a folder, or a bucket. Paths in it are by `/`. */
export interface FilePlace {
  /** As people name it. */
  readonly name: string;
  /** What DuckDB must know before it reads or writes here; once for each of its instances, outside of transactions. */
  attach(sql: DuckSql): Promise<void>;
  /** A path in it, as DuckDB reads it. */
  at(path: string): string;
  /** Where DuckDB writes a file that {@link settled} then makes one of the place. */
  draft(path: string): string;
  /** Fails where files would go elsewhere. */
  reach(): Promise<void>;
  /** Makes ready for drafts directly in a folder of this path. */
  makeRoom(path: string): Promise<void>;
  /** Takes a draft to where it outlasts a loss of power; its bytes. */
  settled(path: string): Promise<number>;
  /** Of {@link MARK}; undefined where there is none. */
  mark(): Promise<string | undefined>;
  /** False where another was faster. */
  setMark(text: string): Promise<boolean>;
  /** Files of events that are older. `sql`: of an instance that was attached. */
  older(sql: DuckSql, beforeMs: number): Promise<string[]>;
  /** A file that is not there is removed already. `emptied`: nothing more comes to its day. */
  remove(path: string, emptied: boolean): Promise<void>;
}

/** Marks the place as the one of this store, or finds that it is. */
export async function checkPlace(db: Database, place: FilePlace): Promise<void> {
  const { id, used } = await db.tell(async (sql) => {
    await sql.run('INSERT INTO event_place (id) VALUES ($1) ON CONFLICT DO NOTHING', [randomUUID()]);
    const row = await sql.first(
      'SELECT (SELECT id FROM event_place) AS id, EXISTS (SELECT 1 FROM event_files WHERE gone_ms IS NULL) AS used',
    );
    return { id: row!.id as string, used: row!.used as boolean };
  });
  const found = await place.mark().catch((error: Error) => {
    throw new StoreError('unreachable', `the place of events, ${place.name}, cannot be read: ${error.message}`, {
      cause: error,
    });
  });
  if (found !== undefined) {
    if (found.trim() === id) return;
    throw new StoreError('taken', `${place.name} holds the events of another store`);
  }
  if (used)
    throw new StoreError(
      'missing',
      `${place.name} is not where the events of this store lie: it has no ${MARK} (is it mounted?)`,
    );
  // Of two servers that begin at once one writes it.
  if (!(await place.setMark(`${id}\n`))) await checkPlace(db, place);
}

/** Writes at a place. A disk that is full, or a share that is away, is waited for like a database that is. */
export async function reaching<T>(place: FilePlace, task: () => Promise<T>): Promise<T> {
  try {
    await place.reach();
    return await task();
  } catch (error) {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    if (['full', 'cancelled', 'closed'].includes(code)) throw error;
    const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unreachable';
    throw new StoreError(kind, `events cannot be written below ${place.name}: ${message}`, { cause: error });
  }
}
