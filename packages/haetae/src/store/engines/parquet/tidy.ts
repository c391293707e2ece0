import { StoreError } from '../../error.ts';
import type { Tidied } from '../../upkeep.ts';
import type { Database } from '../postgres/database.ts';
import type { Removal } from '../sql/retention.ts';
import type { Sql } from '../sql/sql.ts';
import type { Lake } from './lake.ts';
import { type EventFile, eventFiles, replaceFiles } from './manifest.ts';
import type { FilePlace } from './place.ts';
import { writeGroup, writeGroups } from './write.ts';

const DAY = 86_400_000;
/** Files of commits that are divided at once, and files of one group that are put together; of a day that is over, fewer wait. */
const COMMITS = 64;
const GROUPED = 8;
/** A file of so many events stays as it is. */
const LARGE = 250_000;
/** Bytes of texts that are divided at once: they are in memory until all of them are. */
const DIVIDED = 32e6;
/** What does not count any more stays for as long: queries that have begun read it, here and elsewhere. */
const GRACE_MS = 15 * 60_000;
/** A file that nobody named by then was of a commit that never came to be. */
const STRAY_MS = DAY;

/** Puts small files together and removes those that nobody reads any more; by one server at a time, though more do no harm. */
export function tidier(db: Database, lake: Lake, now: () => number): () => Promise<Tidied> {
  let strays = 0;
  return async () => {
    await lake.ready();
    const done = { files: 0, into: 0, removed: 0 };
    for (let some = await due(db); some !== undefined; some = await due(db)) {
      done.files += some.length;
      done.into += await together(db, lake, some, now());
    }
    done.removed += await removeGone(db, lake.place, now());
    if (now() - strays >= STRAY_MS) {
      strays = now();
      done.removed += await removeStrays(db, lake, now() - STRAY_MS);
    }
    return done;
  };
}

const counting = (sql: Sql, tail: string, values: readonly (string | number)[] = []): Promise<EventFile[]> =>
  eventFiles.all(sql, `WHERE gone_ms IS NULL ${tail}`, values);

/** Files to be put together next: of one day, and of one group or of commits. */
const due = (db: Database): Promise<EventFile[] | undefined> =>
  db.read(async (sql) => {
    const last = (await sql.first('SELECT max(day) AS day FROM event_files WHERE gone_ms IS NULL'))!.day;
    const row = await sql.first(
      `SELECT day, hosts FROM event_files WHERE gone_ms IS NULL AND (hosts IS NULL OR events < ${LARGE}) GROUP BY day, hosts
       HAVING count(*) >= CASE WHEN day < $1 THEN CASE WHEN hosts IS NULL THEN 1 ELSE 2 END
         ELSE CASE WHEN hosts IS NULL THEN ${COMMITS} ELSE ${GROUPED} END END
       ORDER BY day, hosts LIMIT 1`,
      [last as number],
    );
    if (row === undefined) return undefined;
    const [of, values] = row.hosts === null ? ['IS NULL', [row.day]] : ['= $2', [row.day, row.hosts]];
    const all = await counting(
      sql,
      `AND day = $1 AND hosts ${of} AND (hosts IS NULL OR events < ${LARGE}) ORDER BY first_id, path LIMIT 1000`,
      values as (string | number)[],
    );
    let [events, bytes] = [0, 0];
    const end = all.findIndex((file, i) => {
      events += file.events;
      bytes += file.textBytes;
      return row.hosts === null ? bytes > DIVIDED && i >= 1 : events > LARGE && i >= 2;
    });
    return end < 0 ? all : all.slice(0, end);
  });

/** The new files count from the moment on from which the old ones do not. */
async function together(db: Database, lake: Lake, old: readonly EventFile[], nowMs: number): Promise<number> {
  const { day, hosts } = old[0]!;
  const from = lake.of(old.map(({ path }) => path));
  const fresh = await lake.duck.read((sql) =>
    hosts === null ? writeGroups(sql, lake.place, day, from) : writeGroup(sql, lake.place, { day, hosts }, from),
  );
  const count = (files: readonly EventFile[]): number => files.reduce((sum, { events }) => sum + events, 0);
  if (count(fresh) !== count(old))
    throw new StoreError(
      'damaged',
      `${count(old)} events of ${old.length} files came to ${count(fresh)} when they were put together`,
    );
  await db.tell((sql) => replaceFiles(sql, old, fresh, nowMs));
  return fresh.length;
}

async function removeGone(db: Database, place: FilePlace, nowMs: number): Promise<number> {
  const gone = await db.read((sql) => eventFiles.all(sql, 'WHERE gone_ms <= $1', [nowMs - GRACE_MS]));
  for (const { path, day } of gone) {
    await place.remove(path, (day + 2) * DAY < nowMs);
    await db.tell((sql) => eventFiles.remove(sql, 'path = $1', [path]));
  }
  return gone.length;
}

async function removeStrays(db: Database, { place, duck }: Lake, beforeMs: number): Promise<number> {
  const there = await duck.read((sql) => place.older(sql, beforeMs));
  const named = new Set(
    await db.read(async (sql) => (await sql.all('SELECT path FROM event_files')).map((r) => r.path)),
  );
  const strays = there.filter((path) => !named.has(path));
  for (const path of strays) await place.remove(path, false);
  return strays.length;
}

/** Events go as files, so that those of a day that is too old in part stay until all of it is. */
export function removalOf(db: Database, now: () => number): Removal {
  const bytes = (): Promise<number> => db.read(fileBytes);
  const remove = (where: string, values: readonly (string | number)[]): Promise<number> =>
    db.tell(async (sql) => {
      const gone = await sql.all(
        `UPDATE event_files SET gone_ms = $1 WHERE gone_ms IS NULL AND ${where} RETURNING events`,
        [now(), ...values],
      );
      return gone.reduce((sum, { events }) => sum + (events as number), 0);
    });
  return {
    bytes,
    byAge: (beforeMs) => remove('last_received_ms < $2', [beforeMs]),
    async bySize(maxBytes) {
      let removed = 0;
      for (let over = (await bytes()) - maxBytes; over > 0; ) {
        const [oldest] = await db.read((sql) => counting(sql, 'ORDER BY last_received_ms, path LIMIT 1'));
        if (oldest === undefined) break;
        removed += await remove('path = $2', [oldest.path]);
        over -= oldest.bytes;
      }
      return removed;
    },
  };
}

/** Of the files that count. */
export const fileBytes = async (sql: Sql): Promise<number> =>
  (await sql.first('SELECT coalesce(sum(bytes), 0) AS bytes FROM event_files WHERE gone_ms IS NULL'))!.bytes as number;
