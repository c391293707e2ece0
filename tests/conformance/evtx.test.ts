import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EvtxOptions, type EvtxRecord, JsonLines, readEvtx } from '@haetae/evtx';
import { expect, test } from 'vitest';
import { data, describeWithData } from '../data.ts';

/** What the oracle says of a file (data/oracle/README.md). */
type Truth = {
  readonly dirty: boolean;
  readonly records: number;
  readonly canonicalSha256: string;
  readonly firstTime: string;
  readonly lastTime: string;
  readonly events: Readonly<Record<string, number>>;
  readonly dump?: string;
};

/** Its booleans beside 0 and 1 are numbers to the reference and `true` to Windows: everything but the hash counts. */
const IRREGULAR = 'sample-with-irregular-bool-values.evtx';

type Read = {
  readonly sha256: string;
  readonly lines: string[];
  readonly events: Record<string, number>;
  readonly firstTime: string;
  readonly lastTime: string;
};

const utf8 = new TextDecoder();

function dump(bytes: Uint8Array, options: EvtxOptions): string {
  let text = '';
  if (options.plain) {
    for (const record of readEvtx(bytes, options)) text += record.toCanonicalLine();
    return text;
  }
  const writer = new JsonLines({ form: 'canonical', write: (part) => (text += utf8.decode(part)) });
  for (const record of readEvtx(bytes, options)) writer.add(record);
  writer.flush();
  return text;
}

function read(bytes: Uint8Array, options: EvtxOptions): Read {
  const text = dump(bytes, options);
  const lines = text.split('\n').slice(0, -1);
  const events: Record<string, number> = {};
  const times: string[] = [];
  for (const line of lines) {
    const { channel, eventId, time } = JSON.parse(line);
    events[`${channel}|${eventId}`] = (events[`${channel}|${eventId}`] ?? 0) + 1;
    times.push(time);
  }
  times.sort();
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { sha256, lines, events, firstTime: times[0] ?? '', lastTime: times.at(-1) ?? '' };
}

/** What the cursor says of a record, as the canonical line spells nothing: for the two paths to be compared. */
function spoken(record: EvtxRecord): unknown {
  return [
    [record.record, record.eventRecordId, record.eventId, record.channel, record.provider, record.computer],
    [record.time, record.timeMs, record.timeTicks, record.written],
    [...record.fields()],
    [...record.fields()].map(([name]) => [record.get(name), record.getAll(name), record.value(name)]),
    [...record.systemFields()].map(([name, value]) => [name, value, record.system(name)]),
  ];
}

/** What is wrong with a reading, '' if nothing is. */
function judge(file: string, truth: Truth, got: Read): string {
  if (truth.dirty) {
    const off = Math.abs(got.lines.length - truth.records);
    if (off > truth.records * 0.02) return `${got.lines.length} records, the oracle has ${truth.records}`;
    if (truth.dump === undefined) return '';
    const theirs = new Map<number, string>();
    for (const line of readFileSync(data('oracle', truth.dump), 'utf8').split('\n').slice(0, -1)) {
      theirs.set(JSON.parse(line).record, line);
    }
    const differ = got.lines.filter((line) => {
      const other = theirs.get(JSON.parse(line).record);
      return other !== undefined && other !== line;
    });
    return differ.length === 0 ? '' : `${differ.length} records differ, the first: ${differ[0]}`;
  }
  if (got.lines.length !== truth.records) return `${got.lines.length} records, the oracle has ${truth.records}`;
  if (got.sha256 !== truth.canonicalSha256 && !file.endsWith(IRREGULAR)) return 'another canonical sha256';
  if (got.firstTime !== truth.firstTime || got.lastTime !== truth.lastTime) return 'another first or last time';
  for (const key of new Set([...Object.keys(truth.events), ...Object.keys(got.events)])) {
    if (truth.events[key] !== got.events[key]) return `${key}: ${got.events[key]} events, not ${truth.events[key]}`;
  }
  return '';
}

describeWithData('EVTX files against the oracle', () => {
  const truths = JSON.parse(readFileSync(data('oracle', 'oracle-evtx.json'), 'utf8')).files as Record<string, Truth>;

  test.each([
    { path: 'fast', plain: false },
    { path: 'plain', plain: true },
  ])('canonical dump of every file, $path path', ({ path, plain }) => {
    const failed: string[] = [];
    for (const [file, truth] of Object.entries(truths)) {
      const wrong = judge(file, truth, read(readFileSync(data(file)), { plain }));
      if (wrong !== '') failed.push(`${file}: ${wrong}`);
    }
    console.log(`EVTX, ${path} path: ${Object.keys(truths).length} files checked, ${failed.length} failed`);
    expect(failed).toEqual([]);
    expect(Object.keys(truths).length).toBeGreaterThan(400);
  });

  test('every EVTX file there is has an oracle', () => {
    const files: string[] = [];
    for (const root of ['evtx', 'sigma/regression_data']) {
      for (const entry of readdirSync(data(root), { recursive: true, encoding: 'utf8' })) {
        if (/\.evtx$/i.test(entry)) files.push(join(root, entry).replaceAll('\\', '/'));
      }
    }
    expect(files.filter((file) => truths[file] === undefined)).toEqual([]);
  });

  test('both paths say the same of every record: cursor, document line', () => {
    let records = 0;
    let slow = 0;
    for (const file of Object.keys(truths)) {
      const bytes = readFileSync(data(file));
      const expected: string[] = [];
      const values: unknown[] = [];
      for (const record of readEvtx(bytes, { plain: true })) {
        expected.push(record.toDocumentLine('"file":"x",'));
        if (records++ % 5 === 0) values.push(spoken(record));
        else values.push(undefined);
      }
      let text = '';
      const writer = new JsonLines({
        form: 'document',
        prefix: '"file":"x",',
        write: (part) => (text += utf8.decode(part)),
      });
      const log = readEvtx(bytes);
      let at = 0;
      for (const record of log) {
        writer.add(record);
        const value = values[at++];
        if (value !== undefined) expect(spoken(record)).toEqual(value);
      }
      writer.flush();
      slow += log.tally.plainRecords;
      if (text !== expected.join('')) expect.fail(`${file}: the document lines of the two paths differ`);
    }
    console.log(`EVTX: ${records} records compared, ${slow} of them took the plain path in the fast reading`);
    expect(slow).toBeLessThan(records / 500);
  });
});
