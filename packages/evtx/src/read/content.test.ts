/** What records say: every kind of content and value, in both paths. */
import { expect, test } from 'vitest';
import { type EvtxValue, type RecordDraft, writeEvtx } from '../write/index.ts';
import { JsonLines } from './json-lines.ts';
import { readEvtx } from './read.ts';
import type { EvtxRecord } from './record.ts';
import { assembleFile, ChunkAssembler, plainEvent, record, type Token, utf16 } from './testing/assemble.ts';

const utf8 = new TextDecoder();

/** The lines of both paths and forms, which have to agree; problems count as lines. */
function lines(file: Uint8Array, form: 'canonical' | 'document' = 'document'): string[] {
  const problems: string[] = [];
  const slow: string[] = [];
  for (const r of readEvtx(file, { plain: true, onProblem: (p) => problems.push(p.message) })) {
    slow.push(form === 'canonical' ? r.toCanonicalLine() : r.toDocumentLine());
  }
  let fast = '';
  const again: string[] = [];
  for (const r of readEvtx(file, { onProblem: () => undefined })) quickly(r);
  const writer = new JsonLines({ form, write: (bytes) => (fast += utf8.decode(bytes)) });
  for (const r of readEvtx(file, { onProblem: (p) => again.push(p.message) })) writer.add(r);
  writer.flush();
  expect([fast, again]).toEqual([slow.join(''), problems]);
  return [...slow, ...problems];
}

const bytesOf = new Map<string, string>();

/** What is answered quickly about a record has to be true of its values. */
function quickly(r: EvtxRecord): void {
  const fields = [...r.fields()];
  expect(r.hasBlankNames).toBe(fields.some(([name]) => name.includes(' ')));
  for (const [name, value] of fields) {
    const raw = r.raw(name);
    if (raw === undefined) continue;
    const key = Buffer.from(raw.view.buffer, raw.view.byteOffset + raw.start, raw.end - raw.start).toString('hex');
    expect([r.getAll(name), bytesOf.get(key) ?? value]).toEqual([[value], value]);
    bytesOf.set(key, value);
  }
  const values = [...fields, ...r.systemFields()].map(([, value]) => value);
  for (const value of [...values, r.channel, r.provider, r.computer])
    for (const word of value.toLowerCase().match(/[\x20-\x7e]{2,12}/g) ?? [])
      expect([word, r.mentions([word, 'qqq'])]).toEqual([word, true]);
}

test('a record without a word does not mention it', () => {
  const [found] = readEvtx(draft('Invoke-Mimikatz'));
  expect(
    [['mimikatz'], ['kiwi', 'mimi'], ['kiwi'], ['invoke-m', '::'], ['qqq']].map((w) => found!.mentions(w)),
  ).toEqual([...[true, true, false, true, false]]);
});

test.each([
  ['mimi\u212aatz', true],
  ['MIM\u0130', true],
  ['mim', false],
  ['m\u0131m\u0131', false],
])('whose lower case a word stands in may mention it: %s', (value, told) => {
  const [found] = readEvtx(draft(value));
  expect(found!.mentions(['mimikatz', 'mimi'])).toBe(told);
});

test('more words than a mask has bits, some of one letter', () => {
  const words = [...Array.from({ length: 40 }, (_, n) => `gq${n}`), 'j'];
  const told = ['gq7', 'GQ39', 'g q7', 'gq', 'J', 'qqq'].map((value) => {
    const [found] = readEvtx(draft(value));
    return found!.mentions(words);
  });
  expect(told).toEqual([true, true, false, false, true, false]);
});

const data = (file: Uint8Array, form?: 'canonical'): unknown => JSON.parse(lines(file, form)[0]!).data;

const draft = (value: EvtxValue | string): Uint8Array =>
  writeEvtx([
    {
      system: { provider: { name: 'P' }, eventId: 1, time: 0n, channel: 'C', computer: 'H' },
      eventData: [['X', value]],
    } satisfies RecordDraft,
  ]);

const GUID = '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}';
test.each<[EvtxValue | string, windows: string, canonical?: string]>([
  ['', ''],
  ['한글 "quoted" \\ \t\r\n\u0001 é 😀', '한글 "quoted" \\ \t\r\n\u0001 é 😀'],
  ['a\ud800b\udc00', 'a\ufffdb\ufffd'],
  [{ type: 'ansi', value: 'a€é"' }, 'a€é"'],
  [{ type: 'int8', value: -128 }, '-128'],
  [{ type: 'int16', value: -2 }, '-2'],
  [{ type: 'int32', value: -2147483648 }, '-2147483648'],
  [{ type: 'int64', value: -9007199254740993n }, '-9007199254740993'],
  [{ type: 'uint8', value: 200 }, '200'],
  [{ type: 'uint16', value: 65535 }, '65535'],
  [{ type: 'uint32', value: 4294967295 }, '4294967295'],
  [{ type: 'uint64', value: 18446744073709551615n }, '18446744073709551615'],
  [{ type: 'uint64', value: 123456789012n }, '123456789012'],
  [{ type: 'double', value: 0.1 }, '0.1'],
  [{ type: 'double', value: 3 }, '3.0'],
  [{ type: 'float', value: 0.10000000149011612 }, '0.1'],
  [{ type: 'boolean', value: true }, 'true'],
  [{ type: 'binary', value: Uint8Array.of(0, 10, 255) }, '000AFF'],
  [{ type: 'guid', value: GUID }, GUID, GUID.slice(1, -1)],
  [{ type: 'sizeT', value: 4096 }, '0x1000'],
  [{ type: 'hexInt32', value: 0xdeadbeef }, '0xdeadbeef'],
  [{ type: 'hexInt64', value: 0x8000000000000001n }, '0x8000000000000001'],
  [{ type: 'hexInt64', value: 0n }, '0x0'],
  [{ type: 'sid', value: 'S-1-5-21-1-2-4294967295-500' }, 'S-1-5-21-1-2-4294967295-500'],
  [{ type: 'filetime', value: 0n }, '1601-01-01T00:00:00.0000000Z', '1601-01-01T00:00:00.000000Z'],
  [
    { type: 'filetime', value: 133_537_247_991_234_567n },
    '2024-02-29T23:59:59.1234567Z',
    '2024-02-29T23:59:59.123456Z',
  ],
  [
    { type: 'filetime', value: 2_650_467_743_999_999_999n },
    '9999-12-31T23:59:59.9999999Z',
    '9999-12-31T23:59:59.999999Z',
  ],
  // five digits of a year are no ISO time to the canonical spelling
  [{ type: 'filetime', value: 2_650_467_744_000_000_000n }, '10000-01-01T00:00:00.0000000Z'],
  [{ type: 'systemtime', value: 1_700_000_000_123 }, '2023-11-14T22:13:20.1230000Z', '2023-11-14T22:13:20.123000Z'],
  // text that another printer would spell otherwise
  [GUID.toLowerCase(), GUID.toLowerCase(), GUID.slice(1, -1)],
  ['0X00Af', '0X00Af', '0xaf'],
  ['0x', '0x', '0x0'],
  ['0xfg', '0xfg'],
  ['2024-01-02T03:04:05+00:00', '2024-01-02T03:04:05+00:00', '2024-01-02T03:04:05.000000Z'],
  ['2024-01-02T03:04:05.123456789Z', '2024-01-02T03:04:05.123456789Z', '2024-01-02T03:04:05.123456Z'],
  ['TRUE', 'TRUE', 'true'],
  ['False', 'False', 'false'],
  ['Truely', 'Truely'],
])('value %#', (value, windows, canonical = windows) => {
  expect(data(draft(value))).toEqual({ X: windows });
  expect(data(draft(value), 'canonical')).toEqual({ X: canonical });
});

test('every day of four centuries has its date', () => {
  const drafts: RecordDraft[] = [];
  const want: string[] = [];
  for (let day = Date.UTC(1899, 11, 25); day < Date.UTC(2101, 2, 5); day += 86_400_000 * 3.3) {
    const ms = Math.floor(day);
    drafts.push({
      system: { provider: { name: 'P' }, eventId: 1, time: { ms, ticks: 42 }, channel: 'C', computer: 'H' },
    });
    want.push(new Date(ms).toISOString().replace('Z', '0042Z'));
  }
  expect(lines(writeEvtx(drafts)).map((line) => JSON.parse(line).time)).toEqual(want);
});

test('an array repeats its element; names are numbered; canonical data is sorted by code point', () => {
  const items = Array.from({ length: 11 }, (_, i) => `v${i + 1}`);
  const file = draft({ type: 'string[]', value: items });
  expect(lines(file)[0]).toContain('"X":"v1","X[2]":"v2","X[3]":"v3"');
  expect(lines(file, 'canonical')[0]).toContain('"X":"v1","X[10]":"v10","X[11]":"v11","X[2]":"v2"');
  expect(data(draft({ type: 'string[]', value: ['a', '', 'b'] }))).toEqual({ X: 'a', 'X[2]': '', 'X[3]': 'b' });
  expect(data(draft({ type: 'uint16[]', value: [1, 2] }))).toEqual({ X: '1', 'X[2]': '2' });
  expect(data(draft({ type: 'sid[]', value: ['S-1-5-18', 'S-1-1-0'] }))).toEqual({ X: 'S-1-5-18', 'X[2]': 'S-1-1-0' });
  expect(data(draft({ type: 'uint8[]', value: [] }))).toEqual({ X: '' });
});

const eventData = (...content: readonly Token[]): Token => ({ open: 'EventData', content });
const field = (name: string, ...content: readonly Token[]): Token => ({
  open: 'Data',
  attributes: [['Name', [{ text: name }]]],
  content,
});

test.each<[string, Token[], Record<string, string>]>([
  ['texts without a template', [eventData(field('A', { text: 'x' }), field('B'))], { A: 'x', B: '' }],
  [
    'entities, character references and CDATA',
    [eventData(field('A', { text: 'a ' }, { entity: 'amp' }, { cdata: ' <b>' }, { char: 0xac00 }, { entity: 'quot' }))],
    { A: 'a & <b>가"' },
  ],
  ['an entity that XML does not know', [eventData(field('A', { entity: 'nbsp' }))], { A: '&nbsp;' }],
  ['text is cut at a NUL, piece by piece', [eventData(field('A', { text: 'a\0b' }, { text: 'c' }))], { A: 'ac' }],
  [
    'a torn pair of surrogates',
    [eventData(field('A', { text: 'a\ud83d' }, { text: '\ude00b' }))],
    { A: 'a\ufffd\ufffdb' },
  ],
  ['a processing instruction', [eventData(field('A', { text: 'x' }, { instruction: 'pi', data: 'y' }))], { A: 'x' }],
  [
    'an empty name and a prefix',
    [{ open: 'UserData', content: [{ open: 'n:Leaf', attributes: [['Name', []]], content: [{ text: 'v' }] }] }],
    { Leaf: 'v' },
  ],
  [
    'sections without text are no leaves',
    [{ open: 'EventData' }, { open: 'UserData', content: [{ text: ' \n' }] }],
    {},
  ],
  [
    'a section with text is one',
    [{ open: 'BinaryEventData', content: [{ text: '00FF' }] }],
    { BinaryEventData: '00FF' },
  ],
  ['text beside elements is none', [eventData({ text: 'lost' }, field('A', { text: 'x' }))], { A: 'x' }],
  [
    'what is rendered is left out',
    [eventData(field('A')), { open: 'RenderingInfo', content: [field('B')] }],
    { A: '' },
  ],
  [
    'a name that looks numbered',
    [eventData(field('X'), field('X[2]', { text: '1' }), field('X', { text: '2' }))],
    { X: '', 'X[2]': '2' },
  ],
])('%s', (_what, content, want) => {
  expect(data(record(...content))).toEqual(want);
  data(record(...content), 'canonical');
});

const value = (text: string): readonly [number, Uint8Array] => [1, utf16(text)];

test('templates: values in names, mixed text, attributes, defined once and used again', () => {
  const template: Token[] = [
    plainEvent(
      eventData(
        { open: 'Data', attributes: [['Name', [{ hole: 0 }]]], content: [{ hole: 1 }] },
        field('Mixed', { text: 'a ' }, { hole: 1 }, { text: ' z' }),
        { open: 'Flag', attributes: [['on', [{ hole: 2, optional: true }]]] },
      ),
    ),
  ];
  const chunk = new ChunkAssembler();
  chunk.record([{ template, values: [value('N'), value('v'), [0, new Uint8Array(0)]] }]);
  chunk.record([{ template, values: [value(''), value('w')] }]);
  const file = assembleFile(chunk.finish());
  expect(lines(file).map((line) => JSON.parse(line).data)).toEqual([
    { N: 'v', Mixed: 'a v z', Flag: '' },
    { Data: 'w', Mixed: 'a w z', Flag: '' },
  ]);
  const [first] = Array.from(readEvtx(file), (r) => r.toXml());
  expect(first).toContain('<Flag/>');
});

test('a boolean that is neither 0 nor 1 is true', () => {
  const chunk = new ChunkAssembler();
  chunk.record([
    { template: [plainEvent(eventData(field('A', { hole: 0 })))], values: [[13, Uint8Array.of(0, 0, 2, 0)]] },
  ]);
  expect(data(assembleFile(chunk.finish()))).toEqual({ A: 'true' });
});

test('the cursor: core members, ticks, lists, typed values', () => {
  const file = writeEvtx([
    {
      record: 9,
      system: {
        ...{
          provider: { name: 'P', guid: GUID },
          eventId: 4688,
          level: 4,
          keywords: 0x8020000000000000n,
          processId: 4,
        },
        ...{ time: 133_537_247_991_234_567n, eventRecordId: 2n ** 60n, channel: 'Security', computer: 'HT01' },
      },
      eventData: [
        ['User', 'kim'],
        ['Pid', { type: 'hexInt64', value: 4660n }],
        [null, 'one'],
        [null, 'two'],
        ['Raw', { type: 'binary', value: Uint8Array.of(1, 2) }],
        ['When', { type: 'filetime', value: 5n }],
      ],
    },
  ]);
  for (const plain of [true, false]) {
    const [seen] = Array.from(readEvtx(file, { plain }), (r: EvtxRecord) => ({
      ...{ record: r.record, id: r.eventId, recordId: r.eventRecordId, time: r.time, ms: r.timeMs, ticks: r.timeTicks },
      ...{ channel: r.channel, provider: r.provider, computer: r.computer, position: r.position },
      ...{ user: r.get('User'), none: r.get('user'), data: r.getAll('Data'), nothing: r.getAll('X') },
      ...{ pid: r.value('Pid'), raw: r.value('Raw'), when: r.value('When'), absent: r.value('X') },
      ...{ level: r.system('Level'), guid: r.system('Provider_Guid'), pidOf: r.system('Execution_ProcessID') },
      ...{ core: r.system('Channel'), opcode: r.system('Opcode'), keywords: r.system('Keywords') },
      ...{ fields: [...r.fields()].map(([name]) => name), isPlain: r.isPlain },
    }));
    expect(seen).toEqual({
      ...{ record: 9, id: 4688, recordId: 2n ** 60n, time: '2024-02-29T23:59:59.1234567Z' },
      ...{
        ms: Date.UTC(2024, 1, 29, 23, 59, 59, 123),
        ticks: 4567,
        channel: 'Security',
        provider: 'P',
        computer: 'HT01',
      },
      ...{ position: { kind: 'record', record: 9 }, user: 'kim', none: undefined, data: ['one', 'two'], nothing: [] },
      ...{ pid: { kind: 'hex', value: 4660n, bits: 64 }, raw: { kind: 'binary', value: Uint8Array.of(1, 2) } },
      ...{ when: { kind: 'filetime', value: 5n }, absent: undefined, level: '4', guid: GUID, pidOf: '4' },
      ...{ core: undefined, opcode: undefined, keywords: '0x8020000000000000' },
      ...{ fields: ['User', 'Pid', 'Data', 'Data', 'Raw', 'When'], isPlain: plain },
    });
  }
});

test('XML and JSON renderings', () => {
  const [xml, json] = [
    ...readEvtx(record(eventData(field('A', { text: `<&'"\u0002\r` }), { open: 'Data', content: [{ text: 'u' }] }))),
  ].flatMap((r) => [r.toXml(), r.toJson()]);
  expect(xml).toContain(`<Provider Name='Haetae-Test'/><EventID>7</EventID>`);
  expect(xml).toContain(`<Data Name='A'>&lt;&amp;'"\ufffd&#xD;</Data><Data>u</Data></EventData></Event>`);
  expect(JSON.parse(json!)).toEqual({
    Event: {
      System: {
        ...{ Provider: { '#attributes': { Name: 'Haetae-Test' } }, EventID: '7', EventRecordID: '41', Channel: 'Test' },
        ...{ TimeCreated: { '#attributes': { SystemTime: '2024-02-29T23:59:59.123456700Z' } }, Computer: 'HT01' },
      },
      EventData: { A: `<&'"\u0002\r`, Data: { '#text': 'u' } },
    },
  });
});
