import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findEvent } from '../../packages/event/src/index.ts';
import { data, describeWithData } from '../data.ts';

const jsonLines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Names of unnamed leaves and of ones inside embedded documents, which no table lists. */
const UNLISTED = new Set(['#text', '#attributes', 'Data', 'Binary']);

describeWithData('the event table against real logs', () => {
  test('has every field that the reference dumps show for an event it knows', () => {
    const strays = new Set<string>();
    let checked = 0;
    for (const file of readdirSync(data('oracle', 'canonical'))) {
      for (const line of jsonLines(data('oracle', 'canonical', file))) {
        const {
          channel,
          provider,
          eventId,
          data: fields,
        } = line as {
          channel: string;
          provider: string;
          eventId: number;
          data: Record<string, string>;
        };
        const known = findEvent(channel, eventId, provider);
        if (known === undefined) continue;
        checked++;
        // An event without data has an empty EventData; CAPI2 writes whole documents.
        for (const name of Object.keys(fields).map((key) => key.replace(/\[\d+\]$/, ''))) {
          if (UNLISTED.has(name) || name === 'EventData' || known.provider.endsWith('CAPI2')) continue;
          if (!Object.hasOwn(known.fields, name)) strays.add(`${channel} ${eventId} ${name}`);
        }
      }
    }
    expect(checked).toBeGreaterThan(1000);
    expect([...strays]).toEqual([]);
  });

  test('has fields in the order in which events have them', () => {
    const disorder = new Set<string>();
    let checked = 0;
    for (const file of readdirSync(data('formats')).filter((name) => name.endsWith('.jsonl'))) {
      for (const line of jsonLines(data('formats', file))) {
        const { System, EventData } = (line as { Event: Record<string, Record<string, unknown>> }).Event;
        const id = System!.EventID;
        const eventId = typeof id === 'number' ? id : Number((id as Record<string, unknown>)['#text']);
        const provider = (System!.Provider as { '#attributes': { Name: string } })['#attributes'].Name;
        const known = findEvent(String(System!.Channel), eventId, provider);
        if (known === undefined || EventData === undefined || EventData === null) continue;
        checked++;
        const order = Object.keys(known.fields);
        const places = Object.keys(EventData)
          .filter((name) => !UNLISTED.has(name))
          .map((name) => order.indexOf(name));
        if (places.some((place, i) => i > 0 && place < places[i - 1]!)) disorder.add(`${provider} ${eventId}`);
      }
    }
    expect(checked).toBeGreaterThan(50);
    expect([...disorder]).toEqual([]);
  });

  test('has the titles of the rendered messages of Sysmon', () => {
    const { rows } = JSON.parse(readFileSync(data('oracle', 'oracle-seed.json'), 'utf8')) as {
      rows: { source: string; eventId: number; title: string; fields: Record<string, string> }[];
    };
    expect(rows.length).toBe(475);
    for (const { source, eventId, title, fields } of rows) {
      const known = findEvent(source, eventId)!;
      expect(title).toBe(known.en);
      expect(Object.keys(fields)).toEqual(Object.keys(known.fields).filter((name) => Object.hasOwn(fields, name)));
    }
  });
});
