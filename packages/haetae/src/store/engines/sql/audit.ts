import {
  type Audit,
  AuditChain,
  type AuditEntry,
  type AuditHead,
  type AuditVerdict,
  auditHash,
  NO_ENTRY,
} from '../../audit.ts';
import type { Database, Parameter, Sql } from './sql.ts';
import { tableOf } from './table.ts';

const audit = tableOf<AuditEntry>('audit', {
  number: 'int',
  timeMs: 'int',
  actor: 'text',
  actorName: 'text',
  action: 'text',
  object: 'text',
  address: 'text',
  detail: 'json',
  previous: 'text',
  hash: 'text',
});

/** Entries read at a time while the chain is followed. */
const STRETCH = 5000;

const newest = async (sql: Sql): Promise<AuditHead> => (await audit.first(sql, 'ORDER BY number DESC')) ?? NO_ENTRY;

/** The head is kept beside the entries: entries cut off at the end are then missed. */
const kept = async (sql: Sql): Promise<AuditHead> => {
  const row = await sql.first('SELECT number, hash FROM audit_head');
  return row === undefined ? NO_ENTRY : { number: row.number as number, hash: row.hash as string };
};

export const auditIn = (db: Database): Audit => ({
  append: (record) =>
    db.write(async (sql) => {
      const head = await kept(sql);
      const number = head.number + 1;
      const { timeMs, actor, actorName, action, object, address, detail } = record;
      const entry: AuditEntry = {
        ...{ number, timeMs, actor, actorName, action, object, address, detail },
        previous: head.hash,
        hash: auditHash(number, head.hash, record),
      };
      await audit.insert(sql, entry);
      await sql.run('DELETE FROM audit_head');
      await sql.run('INSERT INTO audit_head VALUES ($1, $2)', [number, entry.hash]);
      return entry;
    }),
  list: (query) =>
    db.read((sql) => {
      const values: Parameter[] = [];
      const where = ['true'];
      const and = (condition: (mark: string) => string, value: Parameter | undefined): void => {
        if (value === undefined) return;
        values.push(value);
        where.push(condition(`$${values.length}`));
      };
      and((mark) => `time_ms >= ${mark}`, query.fromMs);
      and((mark) => `time_ms < ${mark}`, query.toMs);
      and((mark) => `actor = ${mark}`, query.actor);
      and((mark) => `object = ${mark}`, query.object);
      and((mark) => `number < ${mark}`, query.before);
      and((mark) => (query.action!.endsWith('.') ? `starts_with(action, ${mark})` : `action = ${mark}`), query.action);
      values.push(query.limit);
      return audit.all(sql, `WHERE ${where.join(' AND ')} ORDER BY number DESC LIMIT $${values.length}`, values);
    }),
  head: () => db.read(async (sql) => pick(await newest(sql))),
  verify: (known) => db.read((sql) => verifyAudit(sql, known)),
});

export async function verifyAudit(sql: Sql, known: AuditHead | undefined): Promise<AuditVerdict> {
  const chain = new AuditChain();
  const last = await kept(sql);
  for (;;) {
    const entries = await audit.all(sql, 'WHERE number > $1 ORDER BY number LIMIT $2', [chain.head.number, STRETCH]);
    const broken = chain.follow(entries);
    if (broken !== undefined) return broken;
    const there = entries.find((entry) => entry.number === known?.number);
    if (there !== undefined && there.hash !== known!.hash) {
      return { kind: 'broken', number: there.number, reason: 'not-the-head' };
    }
    if (entries.length < STRETCH) break;
  }
  const end = Math.max(last.number, known?.number ?? 0);
  if (chain.head.number < end) return { kind: 'broken', number: chain.head.number + 1, reason: 'cut-off' };
  return { kind: 'whole', head: chain.head };
}

const pick = ({ number, hash }: AuditHead): AuditHead => ({ number, hash });
