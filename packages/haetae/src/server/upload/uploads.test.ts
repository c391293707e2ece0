import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Running, running } from '../testing/running.ts';

let one: Running;
let headers: Record<string, string>;
beforeEach(async () => {
  one = await running();
  headers = await one.login('analyst');
});
afterEach(() => one.server.close(0));

const LINES = Array.from(
  { length: 40 },
  (_, i) =>
    `${JSON.stringify({ Channel: 'System', EventID: 7036, Computer: 'WS01', EventRecordID: i, param1: 'Spooler' })}\n`,
).join('');
const begin = async (name: string, bytes: number): Promise<{ status: number; id: string }> => {
  const answer = await one.ask('/api/uploads', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name, bytes }),
  });
  const { id } = (await answer.json()) as { id: string };
  return { status: answer.status, id };
};
const part = (id: string, offset: number, bytes: string, own = headers) =>
  one.ask(`/api/uploads/${id}/parts/${offset}`, {
    method: 'PUT',
    headers: { ...own, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
const stateOf = async (id: string) =>
  (await (await one.ask(`/api/uploads/${id}`, { headers })).json()) as Record<string, unknown>;
const over = async (id: string) => {
  await expect
    .poll(async () => (await stateOf(id)).status, { timeout: 20_000 })
    .not.toMatch(/receiving|waiting|reading/);
  return stateOf(id);
};

describe('a file that is handed over', () => {
  test('comes in parts, is read once it is whole, and its receipt says what became of it', async () => {
    const { status, id } = await begin('events.jsonl', LINES.length);
    expect(status).toBe(201);
    expect((await part(id, 0, LINES.slice(0, 1000))).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ status: 'receiving', received: 1000, events: 0 });
    expect((await part(id, 1000, LINES.slice(1000))).status).toBe(200);
    expect(await over(id)).toMatchObject({
      ...{ status: 'done', name: 'events.jsonl', events: 40, received: LINES.length, error: null },
      sha256: createHash('sha256').update(LINES).digest('hex'),
    });
    expect(one.frames.reduce((sum, { items }) => sum + items, 0)).toBe(40);
    expect(one.frames[0]).toMatchObject({ origin: 'import', format: 'ndjson' });
  });

  test('a part that was sent twice, or out of turn, is told where to go on', async () => {
    const { id } = await begin('events.jsonl', LINES.length);
    await part(id, 0, LINES.slice(0, 1000));
    for (const offset of [0, 500, 2000]) {
      const answer = await part(id, offset, 'x');
      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain('the next part begins at 1000');
    }
    expect(await stateOf(id)).toMatchObject({ received: 1000 });
  });

  test('more than was announced is refused, and changes nothing', async () => {
    const { id } = await begin('events.jsonl', 10);
    expect((await part(id, 0, 'x'.repeat(11))).status).toBe(400);
    expect(await stateOf(id)).toMatchObject({ status: 'receiving', received: 0 });
  });

  test('what is no log says so', async () => {
    const { id } = await begin('holiday.png', 8);
    await part(id, 0, 'no log!!');
    expect((await over(id)).status).toBe('nothing');
    expect(one.frames).toEqual([]);
  });

  test('a name is a name: it leads nowhere', async () => {
    const { id } = await begin('../../etc/passwd', 4);
    await part(id, 0, 'abcd');
    expect(await over(id)).toMatchObject({ name: '../../etc/passwd', status: 'nothing' });
  });

  test('one that nobody began is not there', async () => {
    expect((await part('11111111-1111-4111-8111-111111111111', 0, 'x')).status).toBe(404);
  });

  test('who may only look hands nothing over', async () => {
    const { id } = await begin('events.jsonl', 4);
    expect((await part(id, 0, 'abcd', await one.login('viewer', 'guest'))).status).toBe(403);
  });

  test('no more than twenty at a time', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await begin(`${i}.jsonl`, 100)).status);
    expect(statuses).toEqual([...new Array(20).fill(201), 429]);
  });
});
