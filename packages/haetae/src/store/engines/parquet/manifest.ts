import { createHash } from 'node:crypto';
import { StoreError } from '../../error.ts';
import type { Filter } from '../../events/query.ts';
import type { Figure, Sql, Within } from '../sql/sql.ts';
import { tableOf } from '../sql/table.ts';
import { Where } from '../sql/where.ts';

/** A file of events. Only one that is named here, and is not gone, counts. */
export interface EventFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  /** Of receipt, counted from 1970. */
  readonly day: number;
  /** The group of its hosts; null for a commit's own file, which has those of all. */
  readonly hosts: string | null;
  readonly events: number;
  readonly bytes: number;
  /** Of its texts, as they are in memory. */
  readonly textBytes: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastReceivedMs: number;
  /** Since when it does not count any more; it stays for queries that have begun. */
  readonly goneMs: number | null;
}

export const eventFiles = tableOf<EventFile>('event_files', {
  ...{
    path: 'text',
    day: 'int',
    hosts: 'text',
    events: 'int',
    bytes: 'int',
    textBytes: 'int',
    firstId: 'int',
    lastId: 'int',
  },
  ...{ firstMs: 'int', lastMs: 'int', lastReceivedMs: 'int', goneMs: 'int' },
});

const FIGURES: Readonly<Record<Figure, string>> = {
  count: 'sum(events)',
  oldestMs: 'min(first_ms)',
  newestMs: 'max(last_ms)',
  lowestId: 'min(first_id)',
  highestId: 'max(last_id)',
};

export const figureOf = async (sql: Sql, figure: Figure): Promise<number | null> =>
  (await sql.first(`SELECT ${FIGURES[figure]} AS n FROM event_files WHERE gone_ms IS NULL`))!.n as number | null;

/** Files that hold what is within, at least. */
export async function pathsWithin(sql: Sql, { fromMs, toMs, ids, idRange, filter }: Within): Promise<string[]> {
  const where = new Where();
  where.that('gone_ms IS NULL');
  where.and('last_ms >= ?', fromMs === undefined ? undefined : Math.ceil(fromMs));
  where.and('first_ms < ?', toMs === undefined ? undefined : Math.ceil(toMs));
  where.and('(hosts IS NULL OR hosts = ?)', hostOf(filter, hostGroup));
  where.and('last_id >= ?', idRange?.[0]);
  where.and('first_id <= ?', idRange?.[1]);
  if (ids !== undefined) {
    const list = ids.map((id) => `(CAST(${where.put(id)} AS BIGINT))`).join(', ');
    where.that(`EXISTS (SELECT 1 FROM (VALUES ${list}) AS sought(id) WHERE sought.id BETWEEN first_id AND last_id)`);
  }
  const rows = await sql.all(`SELECT path FROM event_files ${where.sql} ORDER BY path`, where.values);
  return rows.map(({ path }) => path as string);
}

/** Groups of hosts are the first digit of a name's MD5, so that every version of every engine divides alike. */
export const hostGroup = (host: string): string => createHash('md5').update(host.toLowerCase()).digest('hex')[0]!;
/** The same in SQL of DuckDB. */
export const HOST_GROUP = 'substr(md5(lower(host)), 1, 1)';

/** The host of which a filter is; beyond ASCII engines fold case each in their own way. */
function hostOf(filter: Filter | undefined, groupOf: (host: string) => string): string | undefined {
  if (filter?.kind === 'and') {
    for (const part of filter.of) {
      const group = hostOf(part, groupOf);
      if (group !== undefined) return group;
    }
  }
  if (filter?.kind !== 'field' || filter.field !== 'host' || filter.is.op !== 'equals') return undefined;
  return /^[\0-\x7f]*$/.test(filter.is.value) ? groupOf(filter.is.value) : undefined;
}

/** Names new files in place of others, in the transaction of `sql`; the others must all count still. */
export async function replaceFiles(
  sql: Sql,
  old: readonly EventFile[],
  fresh: readonly EventFile[],
  nowMs: number,
): Promise<void> {
  const where = new Where();
  const mark = where.put(nowMs);
  where.that('gone_ms IS NULL');
  where.oneOf(
    'path',
    old.map(({ path }) => path),
  );
  const gone = await sql.all(`UPDATE event_files SET gone_ms = ${mark} ${where.sql} RETURNING 1 AS gone`, where.values);
  if (gone.length !== old.length) throw new StoreError('conflict', 'files of events went while they were put together');
  await eventFiles.insertAll(sql, fresh);
}
