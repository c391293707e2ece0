import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { materialise, type PlainEvent } from '../../packages/event/src/index.ts';
import { makeHead } from '../../packages/haetae/src/source/encoding/index.ts';
import { csvEventViewer } from '../../packages/haetae/src/source/formats/csv-event-viewer/csv-event-viewer.ts';
import { Ledger } from '../../packages/haetae/src/source/ledger.ts';
import { data, describeWithData } from '../data.ts';

interface Row {
  readonly row: number;
  readonly localTime: string;
  readonly source: string;
  readonly eventId: number;
  readonly task: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The product's first users' own export: Korean Event Viewer, five names over six columns, no host, no offset. */
describeWithData('the seed CSV', () => {
  const read = async () => {
    const bytes = readFileSync(data('seed', 'sysmon-Logs.csv'));
    const head = makeHead(bytes.subarray(0, 64 * 1024));
    const ledger = new Ledger();
    const events: PlainEvent[] = [];
    const input = {
      path: 'seed.csv',
      size: bytes.length,
      head: head.bytes,
      async *bytes() {
        for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
      },
    };
    expect(csvEventViewer.sniff(head)).toBe(true);
    for await (const batch of csvEventViewer.read(input, head, { timeZone: 'America/New_York' }, ledger))
      for (const event of batch.events) events.push(materialise(event));
    return { events, ledger };
  };

  test('475 events, every field as the oracle has it, times in UTC, physical lines', async () => {
    const { events } = await read();
    const { rows } = JSON.parse(readFileSync(data('oracle', 'oracle-seed.json'), 'utf8')) as { rows: readonly Row[] };
    expect(events.length).toBe(475);
    const counts: Record<number, number> = {};
    for (const { eventId } of events) counts[eventId] = (counts[eventId] ?? 0) + 1;
    expect(counts).toEqual({ 1: 12, 4: 1, 5: 461, 16: 1 });
    for (const [i, { source, eventId, task, fields, localTime }] of rows.entries()) {
      const event = events[i]!;
      expect([...event.fields()]).toEqual(Object.entries(fields));
      expect([event.provider, event.eventId, event.system('TaskCategory'), event.system('Level')]).toEqual([
        source,
        eventId,
        task,
        '4',
      ]);
      expect(event.channel).toBe('Microsoft-Windows-Sysmon/Operational');
      expect(new Date(event.timeMs).toISOString()).toBe(`${fields.UtcTime!.replace(' ', 'T')}Z`);
      expect(Math.abs(Date.parse(`${localTime}+09:00`) - event.timeMs)).toBeLessThan(2000);
    }
    const text = readFileSync(data('seed', 'sysmon-Logs.csv'), 'utf8').split('\n');
    for (const { position, provider, eventId } of events)
      expect(text[(position.kind === 'line' ? position.line : 0) - 1]).toContain(`,${provider},${eventId},`);
    expect(new Set(events.map(({ computer }) => computer))).toEqual(new Set(['DESKTOP-GHQF7EL']));
  });

  test('says what it concluded, and has nothing to say of loss or repair', async () => {
    const { ledger } = await read();
    expect(ledger.notices().map(({ kind, code, count, examples }) => [kind, code, count, examples[0]!.detail])).toEqual(
      [
        ['inferred', 'csv-header-names', 1, 'column 6 is the message'],
        ['inferred', 'channel', 1, 'Microsoft-Windows-Sysmon → Microsoft-Windows-Sysmon/Operational'],
        ['inferred', 'time-offset', 1, '+09:00, vouched for by 475 of 475 rows'],
        ['inferred', 'host', 1, 'DESKTOP-GHQF7EL, from User'],
      ],
    );
  });
});
