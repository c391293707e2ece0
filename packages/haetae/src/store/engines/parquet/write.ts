import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { NUMBER_COLUMNS, TEXT_COLUMNS } from '../../events/batch.ts';
import { quoted } from '../duckdb/database.ts';
import type { DuckSql } from '../duckdb/sql.ts';
import type { Row } from '../sql/sql.ts';
import { type EventFile, HOST_GROUP } from './manifest.ts';
import { type FilePlace, reaching } from './place.ts';

const DAY = 86_400_000;
/** Numbers as every engine reads them: without widths and signs of DuckDB's own. */
const STORED = [...NUMBER_COLUMNS.map((column) => `CAST(${column} AS BIGINT) AS ${column}`), ...TEXT_COLUMNS].join(
  ', ',
);
const FIGURES = `count(*) AS events, min(id) AS first_id, max(id) AS last_id, min(time_ms) AS first_ms, max(time_ms) AS last_ms,
  max(received_ms) AS last_received_ms, sum(${TEXT_COLUMNS.map((column) => `coalesce(strlen(${column}), 0)`).join(' + ')}) AS text_bytes`;
const PARQUET = 'FORMAT parquet, COMPRESSION zstd';
/** Few rows have their own lowest and highest time, so that a search over time reads what it must. */
const ROWS = 'ROW_GROUP_SIZE 30720';

const nameOf = (day: number): string => `day=${new Date(day * DAY).toISOString().slice(0, 10)}`;

const fileOf = (row: Row, path: string, bytes: number, day: number, hosts: string | null): EventFile => ({
  ...{ path, bytes, day, hosts },
  events: row.events as number,
  textBytes: row.text_bytes as number,
  firstId: row.first_id as number,
  lastId: row.last_id as number,
  firstMs: row.first_ms as number,
  lastMs: row.last_ms as number,
  lastReceivedMs: row.last_received_ms as number,
  goneMs: null,
});

/** Events of one file that was not put together: what dividing it takes in memory. */
const MOST = 20_000;

/** Writes the events of a connection's table, a file a day of receipt or more. They are durable when this resolves. */
export async function writeDays(sql: DuckSql, place: FilePlace): Promise<EventFile[]> {
  // Rows that are not committed count from beyond 2^53.
  const { span } = (await sql.first('SELECT max(rowid) - min(rowid) AS span FROM events'))!;
  if (span === null) return [];
  return reaching(place, async () => {
    const files: EventFile[] = [];
    for (let first = 0; first <= (span as number); first += MOST) {
      const row = 'rowid - (SELECT min(rowid) FROM events)';
      const from = `events WHERE ${row} >= ${first} AND ${row} < ${first + MOST}`;
      const days = await sql.all(`SELECT received_ms // ${DAY} AS day, ${FIGURES} FROM ${from} GROUP BY 1`);
      for (const row of days) {
        const day = row.day as number;
        const path = `${nameOf(day)}/hosts=all/${randomUUID()}.parquet`;
        await place.makeRoom(dirname(path));
        await sql.run(
          `COPY (SELECT ${STORED} FROM ${from} AND received_ms >= ${day * DAY} AND received_ms < ${(day + 1) * DAY})
           TO ${quoted(place.draft(path))} (${PARQUET}, USE_TMP_FILE false)`,
        );
        files.push(fileOf(row, path, await place.settled(path), day, null));
      }
    }
    return files;
  });
}

/** Writes what `from` selects of one day and group into one file, nearly in its order. It is durable when this resolves. */
export async function writeGroup(
  sql: DuckSql,
  place: FilePlace,
  { day, hosts }: { readonly day: number; readonly hosts: string },
  from: string,
): Promise<EventFile[]> {
  const row = (await sql.first(`SELECT ${FIGURES} FROM ${from}`))!;
  return reaching(place, async () => {
    const path = `${nameOf(day)}/hosts=${hosts}/${randomUUID()}.parquet`;
    await place.makeRoom(dirname(path));
    await sql.run(
      `COPY (SELECT ${STORED} FROM ${from}) TO ${quoted(place.draft(path))} (${PARQUET}, ${ROWS}, ROW_GROUP_SIZE_BYTES '16MB', USE_TMP_FILE false)`,
    );
    return [fileOf(row, path, await place.settled(path), day, hosts)];
  });
}

/** Writes what `from` selects of one day, divided by groups of hosts: a file a group. They are durable when this resolves. */
export async function writeGroups(sql: DuckSql, place: FilePlace, day: number, from: string): Promise<EventFile[]> {
  const found = await sql.all(`SELECT ${HOST_GROUP} AS hosts, ${FIGURES} FROM ${from} GROUP BY 1`);
  const groups = new Map(found.map((row) => [row.hosts as string, row]));
  return reaching(place, async () => {
    await place.makeRoom(nameOf(day));
    const written = await sql.all(
      `COPY (SELECT ${STORED}, ${HOST_GROUP} AS hosts FROM ${from}) TO ${quoted(place.draft(nameOf(day)))}
       (${PARQUET}, ${ROWS}, PARTITION_BY (hosts), FILENAME_PATTERN ${quoted(`${randomUUID()}-`)}, OVERWRITE_OR_IGNORE, RETURN_STATS)`,
    );
    const files: EventFile[] = [];
    for (const { filename, count } of written) {
      const path = `${nameOf(day)}/${(filename as string).split(/[\\/]/).slice(-2).join('/')}`;
      const hosts = /hosts=(.)\//.exec(path)![1]!;
      // Should a group ever come in two files, what is told of both holds of either.
      const row = { ...groups.get(hosts)!, events: count! };
      files.push(fileOf(row, path, await place.settled(path), day, hosts));
    }
    return files;
  });
}
