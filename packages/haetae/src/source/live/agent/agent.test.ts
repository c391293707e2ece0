import { expect, test } from 'vitest';
import { Ledger } from '../../ledger.ts';
import { agent } from './agent.ts';

const receivedMs = Date.UTC(2026, 2, 2, 2);
const read = (...words: readonly object[]) => {
  const ledger = new Ledger();
  const frame = Buffer.from(words.map((word) => `${JSON.stringify(word)}\n`).join(''));
  const rows: { of: string; fields: object }[] = [];
  for (const { event } of agent.read(frame, { ledger, timeZone: 'UTC', receivedMs }))
    rows.push({
      of: `${event.computer} ${event.channel} ${event.provider} ${event.eventId} ${event.timeMs}`,
      fields: Object.fromEntries(event.fields()),
    });
  return { rows, notices: ledger.notices() };
};

test('signs of life and blind bands are events of the agent’s own channel', () => {
  const { rows, notices } = read(
    {
      haetae: 'heartbeat',
      host: 'WS01',
      nowMs: receivedMs - 500,
      sysmon: { service: 'Sysmon64', serviceState: 'running' },
      channels: [{ name: 'Security', lastRecord: '18446744073709551615' }],
    },
    { haetae: 'gap', host: 'WS01', source: 'winlog:Security', reason: 'overwritten', count: 5, fromRecord: '4' },
  );
  expect(notices).toEqual([]);
  expect(rows.map(({ of }) => of)).toEqual([
    `WS01 Haetae-Agent/Operational Haetae-Agent 1 ${receivedMs - 500}`,
    `WS01 Haetae-Agent/Operational Haetae-Agent 2 ${receivedMs}`,
  ]);
  expect(rows[0]!.fields).toMatchObject({
    'sysmon.serviceState': 'running',
    channels: '[{"name":"Security","lastRecord":"18446744073709551615"}]',
  });
  expect(rows[1]!.fields).toMatchObject({ reason: 'overwritten', count: '5', fromRecord: '4' });
});

test('a word that nobody knows is kept as what it says', () => {
  expect(read({ haetae: 'new-word', host: 'WS01', a: 1 }).rows).toMatchObject([
    { fields: { haetae: 'new-word', a: '1' } },
  ]);
});
