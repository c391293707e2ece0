import type { Event } from '@haetae/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalLine } from '../../../canonical.ts';
import { makeHead } from '../../../encoding/index.ts';
import { Ledger } from '../../../ledger.ts';
import { JsonEvents, json } from '../json.ts';
import { LineEvent } from './line-event.ts';

/** Everything that can be asked of an event. */
function told(event: Event, names: readonly string[]): object {
  const { timeMs, timeTicks, computer, channel, provider, eventId, eventRecordId, position, hasBlankNames } = event;
  return {
    line: canonicalLine(event),
    ...{ timeMs, timeTicks, computer, channel, provider, eventId, hasBlankNames, id: String(eventRecordId), position },
    source: event.source,
    values: names.map((name) => [name, event.get(name), event.getAll(name), event.system(name)]),
    system: [...event.systemFields()].map((pair) => [...pair]),
  };
}

interface Read {
  readonly events: object[];
  readonly notices: unknown;
  /** How many were read off their line. */
  readonly quick: number;
}

async function read(text: string | Buffer, sparse: boolean, chunk: number, names: readonly string[]): Promise<Read> {
  const bytes = Buffer.from(text);
  const ledger = new Ledger();
  const input = {
    path: 'x',
    size: bytes.length,
    head: bytes.subarray(0, 65_536),
    async *bytes() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
  const gathered = gathering(names);
  for await (const batch of json.read(input, makeHead(input.head), { timeZone: 'Asia/Seoul', sparse }, ledger))
    gathered.take(batch.events);
  return { ...gathered.told, notices: ledger.notices() };
}

/** The same of an input that is given whole. */
function readWhole(text: string, sparse: boolean, names: readonly string[]): Read {
  const ledger = new Ledger();
  const reading = { ledger, options: { timeZone: 'Asia/Seoul', sparse }, head: text };
  const gathered = gathering(names);
  gathered.take(new JsonEvents(reading).whole(Buffer.from(text)));
  return { ...gathered.told, notices: ledger.notices() };
}

function gathering(names: readonly string[]) {
  const gathered = { events: [] as object[], quick: 0 };
  const take = (events: Iterable<Event>): void => {
    for (const event of events) {
      if (event instanceof LineEvent) gathered.quick++;
      // In this order: what is asked first must not change what is answered then.
      const raws = names.map((name) => [name, rawText(event, name)] as const);
      const one = told(event, names);
      for (const [name, raw] of raws) if (raw !== undefined) expect([name, event.getAll(name)]).toEqual([name, [raw]]);
      gathered.events.push(one);
    }
  };
  return { told: gathered, take };
}

/** A raw value, decoded. */
function rawText(event: Event, name: string): string | undefined {
  const raw = event.raw?.(name);
  if (raw === undefined) return undefined;
  const text = Buffer.from(
    raw.view.buffer as ArrayBuffer,
    raw.view.byteOffset + raw.start,
    raw.end - raw.start,
  ).toString();
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

const HEAD = '"Channel":"Security","SourceName":"P","EventID":4688,"Hostname":"DC01"';
const FIRST = `{${HEAD},"EventTime":"2026-01-15 09:00:00"}`;
/** Behind enough of it that lines are read off: the first bytes of a file are always parsed. */
const behind = (...lines: string[]): string => `${`${FIRST}\n`.repeat(1200)}${lines.join('\n')}\n${FIRST}\n`;

test.each<[string, string, boolean]>([
  ['a flat object', `{${HEAD},"A":"b"}`, true],
  ['blanks between its signs', `{ ${HEAD} , "A" : "b" , "N" : 12 } `, true],
  ['a carriage return', `{${HEAD},"A":"b"}\r`, true],
  ['escapes', `{${HEAD},"A":"C:\\\\Windows\\r\\n\\"q\\" \\u0041\\/"}`, true],
  ['letters beyond ASCII', `{${HEAD},"A":"한글 é 😀","이름":"값"}`, true],
  ['numbers', `{${HEAD},"A":0,"B":-5,"C":1.50,"D":1e3,"E":123456789012345678,"F":-0,"G":0.0}`, true],
  ['words', `{${HEAD},"A":true,"B":false,"C":null}`, true],
  ['a list', `{${HEAD},"tags":["a","b}]",1,null]}`, true],
  ['objects', `{${HEAD},"A":{"B":{"C":"d"}},"L":[{"x":1}]}`, true],
  ['a name that comes twice', `{${HEAD},"A":"b","A":"c","Channel":"System"}`, true],
  ['a name with a blank', `{${HEAD},"Process Name":"b"}`, true],
  ['names like those of objects', `{${HEAD},"__proto__":"b","constructor":"c","toString":1}`, true],
  [
    'a time without zone, one with, one in words',
    `{${HEAD},"UtcTime":"2026-01-15 00:00:00.123","TimeCreated":"2026-01-15T09:00:00.1234567Z","EventTime":"Monday"}`,
    true,
  ],
  [
    'times that are none',
    `{${HEAD},"EventTime":"2026-02-30 09:00:00","UtcTime":"2026-01-15 25:00:00","TimeCreated":1}`,
    true,
  ],
  ['no time at all', `{${HEAD},"A":1}`, true],
  ['an id as text', '{"Channel":"Security","SourceName":"P","EventID":"4688","ComputerName":"X"}', true],
  ['a host of another name', '{"Channel":"Security","SourceName":"P","EventID":1,"host":"collector"}', true],
  ['no host', '{"Channel":"Security","SourceName":"P","EventID":1}', true],
  ['System of other names', `{${HEAD},"Level":"4","ThreadID":12,"ProcessID":34,"Execution_ProcessID":1}`, true],
  ['a member with a dot', `{${HEAD},"a.b":"c","a":{"b":"d"}}`, true],
  ['a name with an escape', `{${HEAD},"A\\u0042":"b"}`, false],
  ['a channel with an escape', '{"Channel":"A\\/B","SourceName":"P","EventID":1}', false],
  [
    'no channel',
    '{"Channel":"","SourceName":"Microsoft-Windows-Sysmon","EventID":1,"UtcTime":"2026-01-15 00:00:00"}',
    false,
  ],
  ['an id that is none', '{"Channel":"C","SourceName":"P","EventID":"x"}', false],
  ['a negative id', '{"Channel":"C","SourceName":"P","EventID":-1}', false],
  ['what Splunk adds', `{${HEAD},"_time":"2026-01-15T09:00:00Z","index":"main"}`, false],
  [
    'another shape',
    '{"winlog":{"channel":"C","event_id":1,"provider_name":"P"},"@timestamp":"2026-01-15T09:00:00Z"}',
    false,
  ],
  ['two objects', `{${HEAD}}{${HEAD}}`, false],
  ['an object over lines', `{${HEAD},\n"A":"b"}`, false],
  ['an array', `[{${HEAD}},\n{${HEAD}}]`, false],
  ['an empty line', '', true],
  ['text before', `Jan 1 host app: {${HEAD}}`, false],
  ['no JSON', 'junk', false],
  ['a control character in a string', `{${HEAD},"A":"b\tc"}`, false],
  ['an escape that JSON does not know', `{${HEAD},"A":"C:\\Users"}`, false],
  ['a cut escape', `{${HEAD},"A":"\\u00g0"}`, false],
  ['a number with a leading zero', `{${HEAD},"A":01}`, false],
  ['a number that ends early', `{${HEAD},"A":1.}`, false],
  ['a word that is none', `{${HEAD},"A":nul}`, false],
  ['a comma too many', `{${HEAD},"A":1,}`, false],
  ['a bracket too few', `{${HEAD},"A":[1}`, false],
  ['something behind it', `{${HEAD}} x`, false],
])('%s', { timeout: 60_000 }, async (_what, line, quick) => {
  const names = [
    'A',
    'B',
    'C',
    'a.b',
    'A.B.C',
    'Process Name',
    'ProcessName',
    'EventID',
    'Level',
    'tags',
    'host',
    '__proto__',
    'constructor',
    'Execution_ProcessID',
  ];
  const text = behind(line);
  const [plain, sparse] = [await read(text, false, 30_000, names), await read(text, true, 30_000, names)];
  const end = ({ events, notices }: Read) => ({ count: events.length, last: events.slice(-6), notices });
  expect(end(sparse)).toEqual(end(plain));
  const without = await read(behind(), true, 30_000, []);
  const expected = line === '' ? without.quick : quick ? without.quick + 1 : Math.min(sparse.quick, without.quick);
  expect(sparse.quick).toBe(expected);
});

test('lines are read off from the second piece on, and again behind what is not', async () => {
  const text = `${behind()}{\n"a":1\n}\n${behind()}`;
  const { quick, events } = await read(text, true, 10_000, []);
  expect({ most: quick > events.length * 0.6, all: events.length }).toEqual({ most: true, all: 2402 });
});

describe('the same as parsing', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', 'é', ' ', '{', ',', '/'), maxLength: 8 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('2026-01-15 09:00:00.5', '2026-01-15T00:00:00.000Z', '4688', '0', 'DC01'),
  );
  const value = fc.oneof(
    { weight: 8, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y z'), scalar, { maxKeys: 2 }) },
  );
  const NAMES = [
    'A',
    'B',
    'Hostname',
    'UtcTime',
    'EventTime',
    'TimeCreated',
    '@timestamp',
    'x y',
    'Level',
    '_raw',
    'Channel',
  ];
  const object = fc.record(
    {
      Channel: fc.constantFrom('Security', 'System', '', '채널'),
      SourceName: fc.constantFrom('P', 'Q'),
      EventID: fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.constantFrom('1', '', 'x')),
      ...Object.fromEntries(NAMES.slice(0, 10).map((name) => [name, value])),
    },
    { requiredKeys: ['Channel', 'SourceName', 'EventID'] },
  );
  const line = fc.oneof(
    { weight: 12, arbitrary: object.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: object.map((one) => JSON.stringify(one, null, 1)) },
    // A byte changed or lost.
    {
      weight: 3,
      arbitrary: fc.tuple(object, fc.nat(), fc.constantFrom('', '"', '\\', '}', 'x', '\t')).map(([one, at, sign]) => {
        const text = JSON.stringify(one);
        const place = at % text.length;
        return text.slice(0, place) + sign + text.slice(place + 1);
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom('', '[', ']', 'junk', '{"a":', '\r') },
  );

  test('for any lines in any pieces', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.integer({ min: 400, max: 5000 }), async (lines, chunk) => {
        const text = `${`${FIRST}\n`.repeat(330)}${lines.join('\n')}\n`;
        const plain = await read(text, false, chunk, NAMES);
        const sparse = await read(text, true, chunk, NAMES);
        expect({ ...sparse, quick: 0 }).toEqual({ ...plain, quick: 0 });
      }),
      { numRuns: 60 },
    );
  });

  test('for any lines in one piece', { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), fc.boolean(), (lines, first, last) => {
        const text = `${first ? `${FIRST}\n` : ''}${lines.join('\n')}${last ? '\n' : ''}`;
        expect({ ...readWhole(text, true, NAMES), quick: 0 }).toEqual(readWhole(text, false, NAMES));
      }),
      { numRuns: 600 },
    );
  });
});

test.each<[string, string, number]>([
  ['all but the first', `${`${FIRST}\n`.repeat(1000)}`, 999],
  ['one more where the last has no end', `${`${FIRST}\n`.repeat(999)}${FIRST}`, 998],
  ['none behind an object over several lines', `{\n"a":1}\n${`${FIRST}\n`.repeat(10)}`, 0],
  ['none of an array', `[\n${`${FIRST},\n`.repeat(10)}${FIRST}]`, 0],
  ['none of a wrapper', `{"hits":[${FIRST}]}\n${`${FIRST}\n`.repeat(10)}`, 0],
  ['none behind a line longer than there is room', `${FIRST}\n{${HEAD},"A":"${'x'.repeat(300_000)}"}\n${FIRST}\n`, 0],
  ['those before what is no line', `${`${FIRST}\n`.repeat(10)}{\n"a":1\n}\n${`${FIRST}\n`.repeat(10)}`, 9],
])('of a whole input, %s are read off their lines', (_what, text, quick) => {
  const [plain, sparse] = [readWhole(text, false, ['EventTime']), readWhole(text, true, ['EventTime'])];
  expect({ ...sparse, quick: 0 }).toEqual(plain);
  expect(sparse.quick).toBe(quick);
});

test('readers that take turns do not disturb each other', async () => {
  const file = (id: number): Buffer =>
    Buffer.from(`${`{"Channel":"C${id}","SourceName":"P","EventID":${id}}\n`.repeat(3000)}`);
  const open = (id: number) => {
    const bytes = file(id);
    const input = {
      path: 'x',
      size: bytes.length,
      head: bytes.subarray(0, 65_536),
      async *bytes() {
        yield bytes;
      },
    };
    return json
      .read(input, makeHead(input.head), { timeZone: 'UTC', sparse: true }, new Ledger())
      [Symbol.asyncIterator]();
  };
  const [a, b] = [open(1), open(2)];
  let count = 0;
  for (;;) {
    const [x, y] = [await a.next(), await b.next()];
    if (x.done === true || y.done === true) break;
    const others = y.value.events[Symbol.iterator]();
    for (const event of x.value.events) {
      expect(event.channel).toBe('C1');
      const other = others.next();
      if (other.done !== true) expect(other.value.channel).toBe('C2');
      count++;
    }
  }
  expect(count).toBe(3000);
});
