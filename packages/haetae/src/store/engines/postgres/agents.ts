import type { AgentPost, SeenAgent } from '../../shared.ts';
import type { Database } from './database.ts';

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
/** Rows of one statement. */
const AT_ONCE = 500;
/** What is over is kept for as long, by whoever comes next. */
const OVER_MS = 60 * 60_000;

/** By the clock of the database, which is the same for all. */
export const agentsIn = (db: Database): AgentPost => ({
  turn: ({ server, key, forMs, seen, left }) =>
    db.tell(async (sql) => {
      if (forMs === 0) await sql.run('DELETE FROM agent_servers WHERE server = $1', [server]);
      else
        await sql.run(
          `INSERT INTO agent_servers VALUES ($1, $2, ${NOW} + $3::bigint)
           ON CONFLICT (server) DO UPDATE SET key = excluded.key, until_ms = excluded.until_ms`,
          [server, key, forMs],
        );
      for (let at = 0; at < seen.length; at += AT_ONCE) {
        const some = seen.slice(at, at + AT_ONCE);
        const lists = some.map((_, i) => `($${2 * i + 2}, $1, $${2 * i + 3})`).join(', ');
        await sql.run(
          `INSERT INTO agents_seen VALUES ${lists}
           ON CONFLICT (agent) DO UPDATE SET server = excluded.server, seen = excluded.seen`,
          [server, ...some.flatMap((one) => [one.agent, JSON.stringify(one.seen)])],
        );
      }
      for (let at = 0; at < left.length; at += AT_ONCE) {
        const some = left.slice(at, at + AT_ONCE);
        // One that is connected to another server by now stays so.
        await sql.run(
          `UPDATE agents_seen SET server = '' WHERE server = $1 AND agent IN (${some.map((_, i) => `$${i + 2}`).join(', ')})`,
          [server, ...some],
        );
      }
    }),
  seen: () =>
    db.read(async (sql) => {
      const rows = await sql.all(
        `SELECT agent, seen, EXISTS (SELECT 1 FROM agent_servers s WHERE s.server = a.server AND s.until_ms > ${NOW}) AS connected
         FROM agents_seen a`,
      );
      return rows.map(
        ({ agent, seen, connected }): SeenAgent => ({
          agent: agent as string,
          connected: connected === true,
          seen: JSON.parse(seen as string),
        }),
      );
    }),
  keys: () =>
    db.read(async (sql) => {
      const rows = await sql.all(`SELECT DISTINCT key FROM agent_servers WHERE until_ms > ${NOW} ORDER BY key`);
      return rows.map(({ key }) => key as string);
    }),
  post: ({ id, agent, text, signature, untilMs }) =>
    db.tell(async (sql) => {
      await sql.run(`DELETE FROM agent_commands WHERE until_ms < ${NOW} - ${OVER_MS}`);
      await sql.run(`DELETE FROM agent_servers WHERE until_ms < ${NOW} - ${OVER_MS}`);
      await sql.run('INSERT INTO agent_commands VALUES ($1, $2, $3, $4, $5::bigint)', [
        ...[id, agent, text, signature, untilMs],
      ]);
      await sql.tell!(JSON.stringify({ kind: 'agent', agent, what: 'command' }));
    }),
  posted: (agent) =>
    db.read(async (sql) => {
      const rows = await sql.all(
        `SELECT id, text, signature, until_ms FROM agent_commands WHERE agent = $1 AND until_ms > ${NOW} ORDER BY until_ms, id`,
        [agent],
      );
      return rows.map((row) => ({
        ...{ id: row.id as string, agent, text: row.text as string, signature: row.signature as string },
        untilMs: Number(row.until_ms),
      }));
    }),
});
