import type { Batch, Committed, EntityRow, FindingRow, Intake, MovedFinding } from '../../commit.ts';
import { StoreError } from '../../error.ts';
import type { News, Term } from '../../shared.ts';
import { findingRows, type StoredFinding, severityOf } from './findings.ts';
import { writeIncidents } from './incidents.ts';
import type { Database, Parameter, Sql } from './sql.ts';
import { tableOf } from './table.ts';

export const entities = tableOf<EntityRow>('entities', {
  seq: 'int',
  kind: 'text',
  key: 'text',
  firstMs: 'int',
  lastMs: 'int',
  body: 'json',
});

export const committedSeq = async (sql: Sql): Promise<number> =>
  (await sql.first('SELECT seq FROM committed'))!.seq as number;

/** `nowMs` is when the batch is stored: incidents keep it as their last change. */
export function intakeIn(db: Database, nowMs: () => number): Intake {
  /** What is committed; undefined where only the database knows. */
  let reached: number | undefined;
  return {
    committed: () => db.read(committedSeq),
    reached: () =>
      db.read(async (sql) => {
        const row = await sql.first(`SELECT (SELECT seq FROM committed) AS seq,
          (SELECT coalesce(max(id), 0) FROM findings) AS finding`);
        const eventId = (await sql.eventFigure('highestId')) ?? 0;
        return { seq: Number(row!.seq), eventId, findingId: Number(row!.finding) };
      }),
    async commit(batch) {
      const done = await db.commit(async (sql) => {
        const before = reached ?? (await committedSeq(sql));
        reached = undefined;
        check(batch);
        if (batch.upTo <= before)
          return { seq: before, events: 0, findings: 0, incidents: 0, known: rowsOf(batch), changed: [] };
        const isNew = ({ seq }: { readonly seq: number }): boolean => seq > before;
        const { events } = batch;
        let from = 0;
        while (from < events.rows && events.seq[from]! <= before) from++;
        if (from < events.rows) await sql.append(events, from);
        await sql.exclusive();
        const findings = batch.findings.filter(isNew);
        await insertMany(sql, findings.map(storedFinding));
        await revise(
          sql,
          latest((batch.revised ?? []).filter(isNew), ({ id }) => String(id)),
        );
        await move(
          sql,
          latest((batch.moved ?? []).filter(isNew), ({ id }) => String(id)),
        );
        const incidents = batch.incidents.filter(isNew);
        const changed = await writeIncidents(
          sql,
          latest(incidents, ({ id }) => id),
          nowMs(),
        );
        await writeEntities(
          sql,
          latest(batch.entities.filter(isNew), ({ kind, key }) => `${kind} ${key}`),
        );
        if (batch.term !== undefined) await checkTerm(sql, batch.term);
        await tellStored(sql, batch);
        await sql.run('UPDATE committed SET seq = $1', [batch.upTo]);
        const stored = { events: events.rows - from, findings: findings.length, incidents: incidents.length };
        return {
          seq: batch.upTo,
          ...stored,
          known: rowsOf(batch) - stored.events - stored.findings - stored.incidents,
          changed,
        } satisfies Committed;
      });
      if (db.alone) reached = done.seq;
      return done;
    },
  };
}

/** Until the batch is stored nobody can take the turn. */
async function checkTerm(sql: Sql, { duty, term }: Term): Promise<void> {
  const mine = await sql.first('SELECT term FROM duties WHERE name = $1 AND term = $2 FOR SHARE', [duty, term]);
  if (mine === undefined) throw new StoreError('taken', `another server has taken over ${duty}`);
}

/** Ids of one message: it may be 8000 bytes long. */
const TOLD_AT_ONCE = 100;
async function tellStored(sql: Sql, { findings, revised = [], incidents }: Batch): Promise<void> {
  if (sql.tell === undefined) return;
  const ids = [...findings, ...revised].map(({ id }) => id);
  const changed = [...new Set(incidents.map(({ id }) => id))];
  for (let at = 0; at < Math.max(ids.length, changed.length); at += TOLD_AT_ONCE) {
    const some = { findings: ids.slice(at, at + TOLD_AT_ONCE), incidents: changed.slice(at, at + TOLD_AT_ONCE) };
    await sql.tell(JSON.stringify({ kind: 'stored', ...some } satisfies News));
  }
}

const rowsOf = (batch: Batch): number => batch.events.rows + batch.findings.length + batch.incidents.length;

function check({ upTo, events, findings, incidents, entities: rows, revised = [], moved = [] }: Batch): void {
  for (const { seq } of [...findings, ...incidents, ...rows, ...revised, ...moved]) {
    if (seq > upTo) throw new StoreError('invalid', `a row of seq ${seq} in a batch up to ${upTo}`);
  }
  for (let i = 0; i < events.rows; i++) {
    const seq = events.seq[i]!;
    if (seq > upTo || (i > 0 && seq < events.seq[i - 1]!)) {
      throw new StoreError('invalid', `events of a batch up to ${upTo} are not in order of seq: ${seq} at ${i}`);
    }
  }
}

/** The last of each key, in order. */
function latest<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  const last = new Map<string, T>();
  for (const row of rows) last.set(keyOf(row), row);
  return [...last.values()];
}

const storedFinding = (row: FindingRow): StoredFinding => ({ ...row, severity: severityOf(row.level) });

/** Rows of one statement: more would make the statement itself long to plan. */
const AT_ONCE = 200;
async function insertMany(sql: Sql, rows: readonly StoredFinding[]): Promise<void> {
  for (let i = 0; i < rows.length; i += AT_ONCE) await findingRows.insertAll(sql, rows.slice(i, i + AT_ONCE));
}

/** One that is not there any more is not brought back. */
async function revise(sql: Sql, revised: readonly FindingRow[]): Promise<void> {
  for (let i = 0; i < revised.length; i += AT_ONCE) {
    const some = revised.slice(i, i + AT_ONCE);
    const places = some.map((_, n) => `$${n + 1}`).join(', ');
    const ids = some.map(({ id }) => id);
    const found = await sql.all(`SELECT id, incident_id FROM findings WHERE id IN (${places})`, ids);
    const there = new Map(found.map(({ id, incident_id }) => [Number(id), incident_id as string | null]));
    await sql.run(`DELETE FROM findings WHERE id IN (${places})`, ids);
    const kept = some.filter(({ id }) => there.has(id));
    const rows = kept.map((row) => storedFinding({ ...row, incidentId: row.incidentId ?? there.get(row.id) ?? null }));
    await findingRows.insertAll(sql, rows);
  }
}

async function move(sql: Sql, rows: readonly MovedFinding[]): Promise<void> {
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const some = rows.slice(i, i + AT_ONCE);
    const types = ['BIGINT', 'VARCHAR', 'BIGINT'];
    const rowOf = (n: number): string => types.map((type, i) => `CAST($${3 * n + i + 1} AS ${type})`).join(', ');
    await sql.run(
      `UPDATE findings SET incident_id = moved.incident, seq = moved.seq FROM (VALUES ${some.map((_, n) => `(${rowOf(n)})`).join(', ')})
         AS moved(id, incident, seq) WHERE findings.id = moved.id`,
      some.flatMap(({ id, incidentId, seq }): Parameter[] => [id, incidentId, seq]),
    );
  }
}

async function writeEntities(sql: Sql, rows: readonly EntityRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const some = rows.slice(i, i + AT_ONCE);
    const pairs = some.map((_, n) => `($${2 * n + 1}, $${2 * n + 2})`).join(', ');
    const keys: Parameter[] = some.flatMap(({ kind, key }) => [kind, key]);
    await sql.run(`DELETE FROM entities WHERE (kind, key) IN (${pairs})`, keys);
    await entities.insertAll(sql, some);
  }
}
