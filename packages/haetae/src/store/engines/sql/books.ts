import type { UnixMs } from '@haetae/event';
import { StoreError } from '../../error.ts';
import type {
  Book,
  Changed,
  Delivery,
  Entities,
  Fresh,
  HuntHit,
  HuntHits,
  Kept,
  Mark,
  ResponseAction,
  RuleState,
  SavedSearch,
  StoredException,
  StoredHunt,
} from '../../records.ts';
import { entities } from './intake.ts';
import type { Database, Parameter, Sql } from './sql.ts';
import { type Table, tableOf } from './table.ts';
import { Where } from './where.ts';

const KEPT = {
  id: 'text',
  version: 'int',
  createdMs: 'int',
  createdBy: 'text',
  updatedMs: 'int',
  updatedBy: 'text',
} as const;

const exceptions = tableOf<StoredException>('exceptions', {
  ...KEPT,
  ...{ title: 'text', enabled: 'bool', ruleId: 'text', expiresMs: 'int', body: 'json' },
});
const rules = tableOf<RuleState>('rules', { ...KEPT, ...{ enabled: 'bool', level: 'text', note: 'text' } });
const deliveries = tableOf<Delivery>('deliveries', {
  ...KEPT,
  ...{
    incidentId: 'text',
    channel: 'text',
    state: 'text',
    attempts: 'int',
    nextMs: 'int',
    error: 'text',
    body: 'json',
  },
});
const responses = tableOf<ResponseAction>('responses', {
  ...KEPT,
  ...{
    incidentId: 'text',
    action: 'text',
    host: 'text',
    state: 'text',
    approvedBy: 'text',
    plan: 'json',
    outcome: 'json',
  },
});
const searches = tableOf<SavedSearch>('searches', {
  ...KEPT,
  ...{ name: 'text', owner: 'text', shared: 'bool', query: 'json' },
});

const marks = tableOf<Mark>('marks', { ...KEPT, body: 'json' });

const hunts = tableOf<StoredHunt>('hunts', {
  ...KEPT,
  ...{ name: 'text', kind: 'text', rule: 'text', status: 'text', fromMs: 'int', toMs: 'int', scanned: 'int' },
  ...{ total: 'int', hits: 'int', fresh: 'int', kept: 'int', endedMs: 'int', error: 'text' },
});
const huntHits = tableOf<HuntHit>('hunt_hits', {
  huntId: 'text',
  number: 'int',
  timeMs: 'int',
  host: 'text',
  ruleId: 'text',
  title: 'text',
  level: 'text',
  fresh: 'bool',
  eventIds: 'json',
  body: 'json',
});

/** Things of one round of statements. */
const AT_ONCE = 200;

function bookOf<T extends Kept>(db: Database, what: string, table: Table<T>): Book<T> {
  const fresh = (thing: Fresh<T>): T =>
    ({ ...thing, version: 1, updatedMs: thing.createdMs, updatedBy: thing.createdBy }) as unknown as T;
  const among = async (sql: Sql, ids: readonly string[]): Promise<Map<string, T>> => {
    const where = new Where();
    where.oneOf('id', ids);
    return new Map((await table.all(sql, where.sql, where.values)).map((row) => [row.id, row]));
  };
  const changed = (
    was: T | undefined,
    { id, version, change }: { readonly id: string; readonly version: number; readonly change: Changed<T> },
    by: string,
    nowMs: UnixMs,
  ): T => {
    if (was === undefined) throw new StoreError('missing', `there is no ${what} ${id}`);
    if (was.version !== version) {
      throw new StoreError(
        'conflict',
        `${what} ${id} is at version ${was.version}, not ${version}: somebody changed it`,
      );
    }
    const { createdMs, createdBy } = was;
    const kept: Kept = { id, createdMs, createdBy, version: version + 1, updatedMs: nowMs, updatedBy: by };
    return { ...was, ...change, ...kept };
  };
  return {
    create: (thing) =>
      db.write(async (sql) => {
        const row = fresh(thing);
        await table.insertNew(sql, row, `${what} ${row.id}`, 'id = $1', [row.id]);
        return row;
      }),
    createAll: (things) =>
      db.write(async (sql) => {
        const made = new Map<string, T>();
        for (let i = 0; i < things.length; i += AT_ONCE) {
          const some = things.slice(i, i + AT_ONCE);
          const known = await among(
            sql,
            some.map(({ id }) => id),
          );
          const rows = some.filter(({ id }) => !known.has(id) && !made.has(id)).map(fresh);
          for (const row of rows) made.set(row.id, row);
          await table.insertAll(sql, rows);
        }
        return [...made.values()];
      }),
    get: (id) => db.read((sql) => table.first(sql, 'WHERE id = $1', [id])),
    list: (wanted = {}) =>
      db.read((sql) => {
        const where = new Where();
        for (const [member, value] of Object.entries(wanted) as [string, Parameter | readonly Parameter[]][]) {
          const column = table.column(member);
          if (value === null) where.that(`${column} IS NULL`);
          else if (Array.isArray(value)) where.oneOf(column, value as readonly Parameter[]);
          else where.and(`${column} = ?`, value as Parameter | undefined);
        }
        return table.all(sql, `${where.sql} ORDER BY created_ms, id`, where.values);
      }),
    update: (id, version, change, by, nowMs) =>
      db.write(async (sql) => {
        const was = await table.first(sql, 'WHERE id = $1', [id]);
        const row = changed(was, { id, version, change }, by, nowMs);
        await table.set(sql, row, 'id = $1', [id]);
        return row;
      }),
    updateAll: (changes, by, nowMs) =>
      db.write(async (sql) => {
        const rows: T[] = [];
        for (let i = 0; i < changes.length; i += AT_ONCE) {
          const some = changes.slice(i, i + AT_ONCE);
          const ids = some.map(({ id }) => id);
          const known = await among(sql, ids);
          const next = some.map((one) => changed(known.get(one.id), one, by, nowMs));
          const where = new Where();
          where.oneOf('id', ids);
          await sql.run(`DELETE FROM ${table.name} ${where.sql}`, where.values);
          await table.insertAll(sql, next);
          rows.push(...next);
        }
        return rows;
      }),
    remove: (id) => db.write(async (sql) => (await table.remove(sql, 'id = $1', [id])) > 0),
  };
}

export const booksIn = (db: Database) => ({
  exceptions: bookOf(db, 'exception', exceptions),
  rules: bookOf(db, 'rule', rules),
  deliveries: bookOf(db, 'delivery', deliveries),
  responses: bookOf(db, 'response', responses),
  searches: bookOf(db, 'saved search', searches),
  hunts: bookOf(db, 'hunt', hunts),
  marks: bookOf(db, 'mark', marks),
});

export const huntHitsIn = (db: Database): HuntHits => ({
  add: (hits) =>
    db.write(async (sql) => {
      for (let i = 0; i < hits.length; i += AT_ONCE) await huntHits.insertAll(sql, hits.slice(i, i + AT_ONCE));
    }),
  list: ({ huntId, fresh, after, limit }) =>
    db.read((sql) => {
      const where = new Where();
      where.and('hunt_id = ?', huntId);
      where.and('fresh = ?', fresh);
      where.and('number > ?', after);
      return huntHits.all(sql, `${where.sql} ORDER BY number LIMIT ${where.put(limit)}`, where.values);
    }),
});

export const entitiesIn = (db: Database): Entities => ({
  get: (kind, key) => db.read((sql) => entities.first(sql, 'WHERE kind = $1 AND key = $2', [kind, key])),
  list: ({ kind, text, limit, offset }) =>
    db.read((sql) => {
      const where = new Where();
      where.and('kind = ?', kind);
      where.and(sql.dialect.contains('lower(key)', 'lower(?)'), text);
      const page = `ORDER BY last_ms DESC, key LIMIT ${where.put(limit)} OFFSET ${where.put(offset ?? 0)}`;
      return entities.all(sql, `${where.sql} ${page}`, where.values);
    }),
});
