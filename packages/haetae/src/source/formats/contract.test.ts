import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { HEAD_BYTES, makeHead } from '../encoding/index.ts';
import { Ledger } from '../ledger.ts';
import type { Format, Input } from '../source.ts';
import { FORMATS } from './registry.ts';

/**
 * What every log format keeps, also tomorrow's: its folder holds `sample.<ext>` and `sample.expected.json`, the events
 * of the sample as a list of {@link Row}. `HAETAE_UPDATE=1` writes the latter anew, to be read before it is committed.
 */
interface Row {
  readonly time: string;
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly eventRecordId: string;
  /** Record or line. */
  readonly at: number;
  readonly fields: readonly (readonly [string, string])[];
}

const here = fileURLToPath(new URL('.', import.meta.url));
const folderOf = (format: Format): string => join(here, format.name);

function sampleOf(format: Format): Buffer {
  const names = readdirSync(folderOf(format)).filter((name) => /^sample\.(?!expected\.)/.test(name));
  expect(names, `${format.name}/ holds one sample.<ext>`).toHaveLength(1);
  return readFileSync(join(folderOf(format), names[0]!));
}

async function rowsOf(format: Format, bytes: Buffer, chunk = 1 << 16) {
  const ledger = new Ledger();
  const input: Input = {
    path: 'sample',
    size: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    async *bytes() {
      // A producer that uses one buffer for all its chunks, as producers may.
      const buffer = Buffer.alloc(chunk);
      for (let at = 0; at < bytes.length; at += chunk) {
        const length = bytes.copy(buffer, 0, at, at + chunk);
        yield buffer.subarray(0, length);
      }
    },
  };
  const rows: Row[] = [];
  for await (const batch of format.read(input, makeHead(input.head), { timeZone: 'Asia/Seoul' }, ledger))
    for (const event of batch.events)
      rows.push({
        time: Number.isNaN(event.timeMs)
          ? ''
          : new Date(event.timeMs).toISOString().replace('Z', `${String(event.timeTicks).padStart(4, '0')}Z`),
        computer: event.computer,
        channel: event.channel,
        provider: event.provider,
        eventId: event.eventId,
        eventRecordId: String(event.eventRecordId),
        at: event.position.kind === 'record' ? event.position.record : event.position.line,
        fields: [...event.fields()],
      });
  return { rows, notices: ledger.notices() };
}

describe.each(Object.entries(FORMATS))('format %s', (key, format) => {
  const camel = format.name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  test('is exported under its name', () => expect(key).toBe(camel));

  test('sniffs its own sample and no other format does', () => {
    const head = makeHead(sampleOf(format).subarray(0, HEAD_BYTES));
    const claims = Object.values(FORMATS).filter((other) => other.sniff(head));
    expect(claims.map(({ name }) => name)).toEqual([format.name]);
  });

  test('claims nothing that is no log', () => {
    const others = [
      '',
      '\n',
      'Dear reader,\n\nno log.\n',
      'key = value\n[section]\n',
      '<html><body>Event</body></html>',
      '\u007fELF\u0002\u0001\0',
    ];
    for (const text of others) expect(format.sniff(makeHead(Buffer.from(text))), JSON.stringify(text)).toBe(false);
    expect(format.sniff(makeHead(Buffer.alloc(4096)))).toBe(false);
  });

  test('reads its sample as expected', async () => {
    const file = join(folderOf(format), 'sample.expected.json');
    const { rows } = await rowsOf(format, sampleOf(format));
    if (process.env.HAETAE_UPDATE === '1') {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(file, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
    }
    expect(existsSync(file), `${format.name}/sample.expected.json`).toBe(true);
    expect(rows).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    expect(rows.length).toBeGreaterThan(1);
  });

  test('reads the same however the bytes come', async () => {
    const sample = sampleOf(format);
    const whole = await rowsOf(format, sample);
    for (const chunk of [1, 7, 4096]) expect(await rowsOf(format, sample, chunk), `chunks of ${chunk}`).toEqual(whole);
  });

  test('a cut file: no crash, no event invented, and what is lost is told with its place', async () => {
    const sample = sampleOf(format);
    const { rows: all } = await rowsOf(format, sample);
    for (let i = 1; i < 24; i++) {
      const cut = sample.subarray(0, Math.floor((sample.length * i) / 24));
      const { rows, notices } = await rowsOf(format, cut);
      // All but the last event are as they were; the last may have been cut inside.
      const sound = rows.slice(0, Math.min(rows.length - 1, all.length));
      expect(sound, `cut to ${cut.length} bytes`).toEqual(all.slice(0, sound.length));
      expect(rows.length).toBeLessThanOrEqual(all.length);
      for (const notice of notices)
        if (notice.kind === 'lost') expect(notice.examples[0]?.where.kind, notice.code).not.toBe('whole');
      if (rows.length === 0) expect(notices.length, `nothing told of ${cut.length} bytes`).toBeGreaterThan(0);
    }
  });
});
