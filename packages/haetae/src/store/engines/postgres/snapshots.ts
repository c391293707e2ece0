import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Snapshots } from '../../commit.ts';
import { StoreError } from '../../error.ts';
import { committedSeq } from '../sql/intake.ts';
import type { Database } from './database.ts';
import { storeError } from './sql.ts';

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

const KEPT = 2;
/** Bytes of a row. */
const PART = 512 * 1024;

/** The reader's states in the database, so that whichever server reads next goes on from them. */
export const snapshotsInTable = (db: Database): Snapshots => ({
  async save({ seq, bytes }) {
    // Most of it is numbers and names that repeat: the fastest level already makes a fifth of it.
    const packed = await pack(bytes, { level: 1 });
    await db.commit(async (sql) => {
      const done = await committedSeq(sql);
      if (seq > done)
        throw new StoreError('invalid', `a snapshot of seq ${seq}, but the store has committed ${done}: commit first`);
      await sql.run('DELETE FROM snapshots WHERE seq = $1', [seq]);
      for (let at = 0; at < packed.length; at += PART) {
        const part = packed.subarray(at, at + PART);
        await sql.connection
          .unsafe('INSERT INTO snapshots (seq, part, bytes) VALUES ($1, $2, $3)', [seq, at / PART, part])
          .catch((error: unknown) => {
            throw storeError(error);
          });
      }
      await sql.run(
        `DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots WHERE part = 0 ORDER BY seq DESC LIMIT ${KEPT})`,
      );
    });
  },
  latest: () =>
    db.moment(async (sql) => {
      const newest = await sql.first(
        'SELECT max(seq) AS seq FROM snapshots WHERE part = 0 AND seq <= (SELECT seq FROM committed)',
      );
      if (newest?.seq == null) return undefined;
      const seq = Number(newest.seq);
      const rows = await sql.connection.unsafe('SELECT bytes FROM snapshots WHERE seq = $1 ORDER BY part', [seq]);
      const packed = Buffer.concat(rows.map(({ bytes }) => bytes as Uint8Array));
      return { seq, bytes: new Uint8Array(await unpack(packed)) };
    }),
  releasable: () =>
    db.read(async (sql) => {
      const row = await sql.first(`SELECT (SELECT seq FROM committed) AS done, count(*) AS n, min(seq) AS oldest
        FROM snapshots WHERE part = 0`);
      return Number(row!.n) < KEPT ? 0 : Math.min(Number(row!.done), Number(row!.oldest));
    }),
});
