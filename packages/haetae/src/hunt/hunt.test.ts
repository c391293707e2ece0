import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainEvent, type UnixMs } from '@haetae/event';
import { parseRules } from '@haetae/sigma';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeHere } from '../../../../tests/store.ts';
import { hiddenIn, type RuleText } from '../detect/index.ts';
import { type Cursor, EventBatchBuilder, type FindingRow, NO_EVENTS, type Store } from '../store/index.ts';
import { type HuntHit, type HuntStep, hunt, huntersOf, searchByRule } from './index.ts';

const T = Date.UTC(2026, 9, 1);
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL = 'Microsoft-Windows-PowerShell/Operational';

interface Sample {
  readonly channel: string;
  readonly provider?: string;
  readonly eventId: number;
  readonly fields: readonly (readonly [string, string])[];
  readonly system?: Readonly<Record<string, string>>;
}

/** The n-th event of a test; its id is n + 1. */
const eventFrom = ({ channel, provider = '', eventId, fields, system = {} }: Sample, n: number): PlainEvent =>
  new PlainEvent({
    timeMs: T + n * 1000,
    computer: 'PC-1.corp.example',
    channel,
    provider,
    eventId,
    eventRecordId: n + 1,
    position: { kind: 'record', record: n + 1 },
    names: fields.map(([name]) => name),
    values: fields.map(([, value]) => value),
    systemNames: Object.keys(system),
    systemValues: Object.values(system),
  });

async function storeOf(events: readonly PlainEvent[], findings: readonly FindingRow[] = []): Promise<Store> {
  const store = await storeHere();
  const builder = new EventBatchBuilder(events.length);
  for (const [n, event] of events.entries())
    builder.add(event, {
      id: n + 1,
      seq: 1,
      receivedMs: T,
      host: 'PC-1',
      origin: 'test',
      flags: 0,
      decoded: hiddenIn(event)
        .map(({ text }) => text)
        .join('\n'),
    });
  await store.intake.commit({
    upTo: 1,
    events: events.length > 0 ? builder.take() : NO_EVENTS,
    findings,
    incidents: [],
    entities: [],
  });
  return store;
}

/** What the rules find as the events come, one by one. */
function live(rules: readonly RuleText[], events: readonly PlainEvent[]): string[] {
  const detector = huntersOf({ rules });
  const found: string[] = [];
  for (const event of events) {
    const several: string[] = [];
    for (const finding of detector.detect(event, (signal) => {
      for (const one of detector.follow?.({ ...signal, file: '' }) ?? []) several.push(said(one));
    }))
      found.push(said(finding));
    found.push(...several);
  }
  return [...found, ...(detector.finish?.() ?? []).map(said)].sort();
}
const said = ({ event, rule, via, why }: HuntHit['finding']): string =>
  JSON.stringify([event.position, rule?.id, rule?.title, via, why]).replaceAll('"file":""', '');

async function hunted(
  store: Store,
  rules: readonly RuleText[],
): Promise<{ said: string[]; last: HuntStep; hits: HuntHit[] }> {
  const hits: HuntHit[] = [];
  let last: HuntStep | undefined;
  for await (const step of hunt(store, huntersOf({ rules }), {})) {
    last = step;
    hits.push(...step.hits);
  }
  return { said: hits.map(({ finding }) => said(finding)).sort(), hits, last: last! };
}

/** A statement takes Trino a second, whatever it asks: fewer hunts, of more rules. */
const [RULES_AT_ONCE, GENERATED] = process.env.HAETAE_TEST_STORE === 'trino' ? [10, 40] : [1, 200];

describe('the built-in rules', () => {
  const CONTENT = join(import.meta.dirname, '../../content/rules');
  const read = (path: string): RuleText => ({ path, text: readFileSync(join(CONTENT, path), 'utf8') });
  const rules = readdirSync(CONTENT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'tests')
    .flatMap(({ name }) => readdirSync(join(CONTENT, name)).map((file) => read(`${name}/${file}`)));
  /** Rules that say something by themselves: neither correlations nor what they are made of. */
  const single = rules.filter(({ path, text }) => !path.startsWith('base/') && !/^correlation:/m.test(text));
  const frame = 'title: examples\nlogsource: {product: windows}\ndetection: {any: [any], condition: any}\n';
  type Example = Omit<Sample, 'fields'> & { readonly fields?: Readonly<Record<string, string>> };
  /** Tests of a correlation are sequences of events. */
  type RuleTest = Example & { readonly events?: readonly Example[] };
  const examples = readdirSync(join(CONTENT, 'tests')).flatMap((file) => {
    const { positive, negative } = parseRules(frame + read(`tests/${file}`).text).rules[0]!.raw as unknown as Record<
      'positive' | 'negative',
      RuleTest[]
    >;
    return [...positive, ...negative].flatMap((one) => one.events ?? [one]);
  });
  const events = examples.map((one, n) => eventFrom({ ...one, fields: Object.entries(one.fields ?? {}) }, n));
  let store: Store;
  beforeAll(async () => {
    store = await storeOf(events);
  });
  afterAll(() => store.close());

  test('each by itself finds in the store what it finds live, and is asked of few events', {
    timeout: 600_000,
  }, async () => {
    let asked = 0;
    let found = 0;
    for (let at = 0; at < single.length; at += RULES_AT_ONCE) {
      const some = single.slice(at, at + RULES_AT_ONCE);
      const result = await hunted(store, some);
      expect(result.said, some[0]!.path).toEqual(live(some, events));
      expect(result.last.searched).toBe(events.length);
      asked += result.last.asked;
      found += result.said.length;
    }
    expect(found).toBeGreaterThanOrEqual(single.length);
    // What a filter lets through beside what is found: those that the rules except.
    expect(asked).toBeLessThan(found * 6);
  });

  test('all at once find what they find live', async () => {
    expect((await hunted(store, rules)).said).toEqual(live(rules, events));
  });
});

describe('any rule finds in the store what it finds live', () => {
  const PIECES = [
    'a',
    'A',
    'cmd',
    '.exe',
    '\\',
    ' -x',
    '/x',
    ' ',
    '"',
    'K',
    '\u212a',
    '\u0130',
    'ſ',
    'é',
    '한글',
    '–x',
    '5',
    'true',
    '\n',
    '\0',
    '%',
    '_',
    '{',
    '}',
  ];
  const word = fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((p) => p.join(''));
  const value = fc.oneof(
    { weight: 8, arbitrary: word },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '-',
        '5',
        '05',
        '5.0',
        ' 5',
        '4.99999999999999999999',
        '0x5',
        '%%1936',
        'S-1-16-8192',
      ),
    },
    { weight: 1, arbitrary: fc.constant('11111111-2222-3333-4444-555555555555') },
    { weight: 1, arbitrary: fc.constant('SHA1=AB,MD5=0123456789abcdef0123456789abcdef') },
    {
      weight: 1,
      arbitrary: fc.constant(`powershell -enc ${Buffer.from('cmd.exe -x kiwi', 'utf16le').toString('base64')}`),
    },
  );
  const NAMES = [
    'CommandLine',
    'Image',
    'NewProcessName',
    'ParentImage',
    'User',
    'SubjectUserName',
    'Hashes',
    'LogonType',
    'ProcessGuid',
    'MandatoryLabel',
    'Details',
    'Data',
    'Odd',
    'Process Name',
    'Level',
    'EventID',
    'Channel',
    'Provider_Name',
  ];
  const KINDS = [
    [SYSMON, 1],
    ['Security', 4688],
    ['Security', 4624],
    ['', 1],
    [SYSMON, 0],
    ['Windows PowerShell', 400],
  ] as const;
  const sample: fc.Arbitrary<Sample> = fc
    .tuple(
      fc.constantFrom(...KINDS),
      fc.constantFrom('', 'Microsoft-Windows-Sysmon', 'cmd'),
      fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 6 }),
      fc.option(fc.tuple(fc.constantFrom('Level', 'Task', 'Odd'), value), { nil: undefined }),
    )
    .map(([[channel, eventId], provider, fields, member]) => ({
      ...{ channel, eventId, provider, fields },
      ...(member !== undefined && { system: { [member[0]]: member[1] } }),
    }));
  /** Scripts in two parts, a context of lines, and what comes of them. */
  const FIXED: readonly Sample[] = [
    ...['cm', 'd.exe'].map((text, i) => ({
      channel: POWERSHELL,
      eventId: 4104,
      fields: [
        ['MessageNumber', String(i + 1)],
        ['MessageTotal', '2'],
        ['ScriptBlockText', text],
        ['ScriptBlockId', 'b'],
      ] as const,
    })),
    {
      channel: 'Windows PowerShell',
      eventId: 400,
      fields: [['Data', '\tHostApplication=cmd.exe\r\n\tEngineVersion=5\r\n']],
    },
  ];
  const samples = [...FIXED, ...fc.sample(sample, { seed: 11, numRuns: 400 })];
  const events = samples.map(eventFrom);

  const FIELDS = [
    'CommandLine',
    'Image',
    'ParentImage',
    'User',
    'SubjectUserName',
    'Hashes',
    'md5',
    'LogonType',
    'ProcessGuid',
    'IntegrityLevel',
    'Details',
    'Odd',
    'ProcessName',
    'Level',
    'EventID',
    'Channel',
    'Provider_Name',
    'HostApplication',
    'ScriptBlockText',
    'Computer',
  ];
  const escaped = word.map((w) => w.replaceAll('\\', '\\\\'));
  const asked: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(
        fc.constantFrom('', '|contains', '|startswith', '|endswith', '|contains|windash', '|contains|cased'),
        fc.array(escaped, { minLength: 1, maxLength: 3 }),
      ),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant(''), fc.constantFrom(5, 1, 4688, 0, 4624)) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constant(''),
        fc.constantFrom('*', 'cmd*', '*.exe', 'c?d', '{11111111-2222-3333-4444-555555555555}', 'Medium', '-', ''),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('|re', '|re|i'), fc.constantFrom('cmd\\.exe', 'k', 'a+', '^cmd', '[ck]md')),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('|exists'), fc.boolean()) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('|contains|all'), fc.array(escaped, { minLength: 2, maxLength: 3 })),
    },
  );
  const search = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom(...FIELDS), asked), { minLength: 1, maxLength: 2 })
        .map((items) => Object.fromEntries(items.map(([field, [chain, of]]) => [field + chain, of]))),
    },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(escaped, fc.constantFrom('kiwi', 'cmd', '0123456789abcdef')), {
        minLength: 1,
        maxLength: 2,
      }),
    },
  );
  const rule = fc
    .tuple(
      search,
      search,
      fc.constantFrom('a', 'a', 'a', 'a and not b', 'a or b', 'a and b', '1 of them', 'not a'),
      fc.constantFrom<object>(
        { category: 'process_creation' },
        { service: 'security' },
        { service: 'sysmon' },
        {},
        {},
        { category: 'ps_script' },
        { service: 'powershell-classic' },
      ),
    )
    .map(
      ([a, b, condition, source]): RuleText => ({
        path: 'r.yml',
        text: JSON.stringify({
          title: 'r',
          logsource: { product: 'windows', ...source },
          detection: { a, b, condition },
        }),
      }),
    );

  test('generated rules over generated events', { timeout: 600_000 }, async () => {
    const store = await storeOf(events);
    let found = 0;
    let asked = 0;
    let passed = 0;
    try {
      for (const one of fc.sample(rule, { seed: 12, numRuns: GENERATED })) {
        const wanted = ((): string[] | undefined => {
          try {
            return live([one], events);
          } catch {
            return undefined;
          }
        })();
        if (wanted === undefined) continue;
        const result = await hunted(store, [one]);
        expect(result.said, one.text).toEqual(wanted);
        found += wanted.length;
        asked += result.last.asked;
        passed++;
      }
    } finally {
      await store.close();
    }
    expect(passed).toBeGreaterThan(GENERATED * 0.95);
    expect(found).toBeGreaterThan(GENERATED * 10);
    expect(asked).toBeLessThan((passed * events.length) / 3);
  });
});

describe('what a hunt tells', () => {
  const FAILED: Sample = { channel: 'Security', eventId: 4625, fields: [['TargetUserName', 'svc']] };
  const RULES: RuleText[] = [
    {
      path: 'failed.yml',
      text: 'title: Failed\nid: 11111111-2222-4333-8444-555555555555\nname: failed\nlevel: low\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 4625}, condition: s}\n',
    },
    {
      path: 'many.yml',
      text: 'title: Many\nid: 21111111-2222-4333-8444-555555555555\ncorrelation: {type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 10m, condition: {gte: 3}, generate: true}\n',
    },
  ];
  const events = Array.from({ length: 4 }, (_, n) => eventFrom(FAILED, n));
  const stated = (ruleId: string, eventIds: number[]): FindingRow => ({
    id: eventIds[0]!,
    seq: 1,
    timeMs: (T + (eventIds[0]! - 1) * 1000) as UnixMs,
    host: 'PC-1',
    detector: 'sigma',
    ruleId,
    title: '',
    level: 'low',
    eventIds,
    incidentId: null,
    techniques: [],
    body: {},
  });

  test('which hits are new, of several events too; where they are, and how far it is', async () => {
    const store = await storeOf(events, [
      stated('11111111-2222-4333-8444-555555555555', [2]),
      stated('31111111-2222-4333-8444-555555555555', [3]),
    ]);
    const { hits, last } = await hunted(store, RULES);
    expect(
      hits.map(({ finding, eventIds, host, timeMs, fresh }) => [
        finding.rule!.title,
        eventIds,
        host,
        timeMs - T,
        fresh,
      ]),
    ).toEqual([
      ['Failed', [1], 'PC-1', 0, true],
      ['Failed', [2], 'PC-1', 1000, false],
      ['Failed', [3], 'PC-1', 2000, true],
      ['Failed', [4], 'PC-1', 3000, true],
      ['Many', [3, 1, 2, 4], 'PC-1.corp.example', 2000, true],
    ]);
    expect([last.searched, last.total, last.asked]).toEqual([4, 4, 4]);
    await store.close();
  });

  test('a search by a rule goes by pages, newest or oldest first', async () => {
    const store = await storeOf(events);
    const rule = RULES.map(({ text }) => text).join('---\n');
    const page = async (
      order: 'newest' | 'oldest',
      limit: number,
      after?: Cursor,
    ): Promise<[number[], Cursor | undefined]> => {
      const ids: number[] = [];
      let next: Cursor | undefined;
      const filter = { kind: 'field', field: 'TargetUserName', is: { op: 'equals', value: 'svc' } } as const;
      for await (const step of searchByRule(store, rule, { order, limit, filter, ...(after && { after }) }, {})) {
        ids.push(...step.hits.map(({ id }) => id));
        next = step.next;
      }
      return [ids, next];
    };
    const [first, next] = await page('newest', 3);
    expect(first).toEqual([4, 3, 2]);
    expect(await page('newest', 3, next)).toEqual([[1], undefined]);
    const [, third] = await page('oldest', 3);
    expect(await page('oldest', 3, third)).toEqual([[4], undefined]);
    await store.close();
  });

  test('within its times, and no further than its end', async () => {
    const store = await storeOf(events);
    const seen: number[] = [];
    for await (const { hits } of hunt(store, huntersOf({ rules: [RULES[0]!] }), { fromMs: T + 1000, toMs: T + 3000 }))
      seen.push(...hits.flatMap(({ eventIds }) => eventIds));
    expect(seen).toEqual([2, 3]);
    const abort = new AbortController();
    abort.abort();
    await expect(
      hunt(store, huntersOf({ rules: [RULES[0]!] }), {}, { signal: abort.signal }).next(),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await store.close();
  });

  test.each([
    ['title: x\nlogsource: {product: windows}\ndetection: {s: {A|containz: b}, condition: s}\n', 'bad.yml:3:19: '],
    ['# nothing', 'bad.yml:1:1: no rule in this text'],
  ])('a rule that is none is refused with its place', (text, message) => {
    expect(() => huntersOf({ rules: [{ path: 'bad.yml', text }] })).toThrow(message);
  });
});
