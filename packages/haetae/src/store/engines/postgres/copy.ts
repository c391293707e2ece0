import { Buffer } from 'node:buffer';
import { finished } from 'node:stream/promises';
import { type EventBatch, NUMBER_COLUMNS, ROW_CELLS, TEXT_COLUMNS } from '../../events/batch.ts';
import { dayOf, makingOf, partitionOf } from './days.ts';
import type { Connection } from './sql.ts';

/**
 * Events by COPY in PostgreSQL's binary format (https://www.postgresql.org/docs/15/sql-copy.html): the texts of a batch are bytes
 * already, and go as they are. A day that has no partition yet gets one.
 */
export async function copyEvents(connection: Connection, batch: EventBatch, from: number): Promise<void> {
  await makeDays(connection, batch, from);
  const stream = await connection.unsafe(`COPY events (${COLUMNS.join(', ')}) FROM STDIN (FORMAT binary)`).writable();
  const done = finished(stream);
  for (const piece of piecesOf(batch, from)) {
    if (!stream.write(piece)) await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), done]);
  }
  stream.end();
  await done;
}

const COLUMNS = [...NUMBER_COLUMNS, ...TEXT_COLUMNS];
/** Rows of one piece. */
const PIECE = 1000;
/** Of a row beside its texts: the number of columns, and of each column its length; all numbers as 8 bytes. */
const ROW = 2 + COLUMNS.length * 4 + NUMBER_COLUMNS.length * 8;
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

function* piecesOf(batch: EventBatch, from: number): Generator<Buffer> {
  yield HEADER;
  const numbers = [
    batch.id,
    batch.seq,
    batch.timeMs,
    batch.timeTicks,
    batch.receivedMs,
    batch.eventId,
    batch.flags,
    batch.strays,
  ];
  for (let first = from; first < batch.rows; first += PIECE) {
    const end = Math.min(batch.rows, first + PIECE);
    let size = (end - first) * ROW;
    for (let cell = first * ROW_CELLS + 1; cell < end * ROW_CELLS; cell += 2) size += batch.cells[cell]!;
    const piece = Buffer.allocUnsafe(size);
    let at = 0;
    for (let row = first; row < end; row++) {
      at = piece.writeInt16BE(COLUMNS.length, at);
      for (const column of numbers) {
        at = piece.writeInt32BE(8, at);
        at = piece.writeBigInt64BE(BigInt(column[row]!), at);
      }
      for (let cell = row * ROW_CELLS; cell < (row + 1) * ROW_CELLS; cell += 2) {
        const start = batch.cells[cell]!;
        const length = batch.cells[cell + 1]!;
        at = piece.writeInt32BE(start === 0 ? -1 : length, at);
        if (start === 0) continue;
        piece.set(batch.bytes.subarray(start, start + length), at);
        at += length;
      }
    }
    yield piece.subarray(0, at);
  }
  yield TRAILER;
}

async function makeDays(connection: Connection, batch: EventBatch, from: number): Promise<void> {
  const days = new Set<number>();
  for (let row = from; row < batch.rows; row++) days.add(dayOf(batch.receivedMs[row]!));
  const found = await connection.unsafe(
    'SELECT relname FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relname LIKE $1',
    ['events_d%'],
  );
  const there = new Set(found.map((row) => row.relname as string));
  for (const day of [...days].sort((a, b) => a - b))
    if (!there.has(partitionOf(day))) await connection.unsafe(makingOf(day));
}
