import { type EventParts, PlainEvent } from '@haetae/event';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type AnomalySetup,
  DETECTORS,
  type Detector,
  type FiledFinding,
  memoryStore,
  unusualReason,
} from '../../index.ts';
import { createLiveScorer, FAMILIES, readBaseline } from './index.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const START = Date.UTC(2025, 5, 23, 9);

const event = (
  line: number,
  eventId: number,
  fields: Record<string, string>,
  more: Partial<EventParts> = {},
): PlainEvent =>
  new PlainEvent({
    timeMs: START + 1000 * line,
    computer: 'PC01',
    channel: SYSMON,
    provider: 'Microsoft-Windows-Sysmon',
    eventId,
    eventRecordId: line,
    position: { kind: 'line', line },
    names: Object.keys(fields),
    values: Object.values(fields),
    ...more,
  });

/** Thousand ordinary accesses of a few kinds, and one of a tool to lsass. */
function accesses(host = 'PC01'): PlainEvent[] {
  const kinds = [
    ['C:\\Windows\\System32\\svchost.exe', 'C:\\Windows\\System32\\svchost.exe', '0x1000'],
    ['C:\\Windows\\System32\\csrss.exe', 'C:\\Windows\\System32\\cmd.exe', '0x1fffff'],
    ['C:\\Windows\\System32\\services.exe', 'C:\\Windows\\System32\\svchost.exe', '0x1400'],
    ['C:\\Program Files\\Agent\\agent.exe', 'C:\\Windows\\System32\\lsass.exe', '0x1000'],
  ] as const;
  const all = Array.from({ length: 1000 }, (_, i) => {
    const [SourceImage, TargetImage, GrantedAccess] = kinds[(i * i) % 4 === 1 ? (i >> 3) % 4 : i % 4]!;
    return event(
      i + 1,
      10,
      { SourceImage, TargetImage, GrantedAccess, CallTrace: 'C:\\Windows\\ntdll.dll+9' },
      { computer: host },
    );
  });
  all.splice(
    500,
    0,
    event(
      2000,
      10,
      {
        SourceImage: 'C:\\Users\\kim\\Downloads\\m.exe',
        TargetImage: 'C:\\Windows\\System32\\lsass.exe',
        GrantedAccess: '0x1410',
        CallTrace: 'C:\\Windows\\ntdll.dll+9|UNKNOWN(00007FF)',
      },
      { computer: host },
    ),
  );
  return all;
}

interface File {
  readonly path: string;
  readonly events: readonly PlainEvent[];
}

/** As the pipeline does: each thread reads files with a detector of its own; harvests come in the given order. */
function run(files: readonly File[], anomaly: AnomalySetup = {}, parts = 1) {
  const make = (): Detector => DETECTORS.get('anomaly')!.create({ rules: [], anomaly });
  const leader = make();
  const store = memoryStore();
  for (const { path, events } of files) {
    for (let part = 0; part < parts; part++) {
      const reader = make();
      const begin = Math.floor((part * events.length) / parts);
      const end = Math.floor(((part + 1) * events.length) / parts);
      for (const one of events.slice(begin, end)) reader.detect(one);
      const harvest = reader.harvest!(true);
      if (harvest !== undefined) leader.gather!(harvest, path, store);
    }
  }
  const findings = leader.finish!() as readonly FiledFinding[];
  return { findings, scores: leader.scores!()! };
}

describe('what is told', () => {
  const { findings, scores } = run([{ path: 'a.json', events: accesses() }]);
  const [worst] = [...findings].sort((a, b) => unusualReason(a)!.p - unusualReason(b)!.p);
  const reason = unusualReason(worst!)!;

  test('is the tool that reads lsass, with its event and its place', () => {
    expect(worst).toMatchObject({
      detector: 'anomaly',
      rule: null,
      file: 'a.json',
      event: { computer: 'PC01', eventId: 10, position: { kind: 'line', line: 2000 } },
      fields: { SourceImage: 'C:\\Users\\kim\\Downloads\\m.exe' },
    });
    expect(reason).toMatchObject({
      family: 'process_access',
      among: 1001,
      p: 2 / 1002,
      baseline: 'this-data',
      equal: { count: 1 },
    });
  });

  test('has parts that sum to how much sooner it was told apart', () => {
    for (const finding of findings) {
      const { parts, expected, pathLength } = unusualReason(finding)!;
      const sum = parts.reduce((all, { contribution }) => all + contribution, 0);
      expect(Math.abs(sum - (expected - pathLength))).toBeLessThan(1e-9);
    }
  });

  test('names values with what they were measured on', () => {
    const part = (id: string) => reason.parts.find(({ feature }) => feature === id);
    expect(part('sourceTarget')).toMatchObject({ value: 8.97, unit: 'bits', of: 'm.exe → lsass.exe' });
    expect(part('unbacked')).toMatchObject({ value: 1, unit: '' });
    expect(part('strongRights')).toMatchObject({ value: 1 });
    expect(part('lsass')?.name).toEqual({ en: 'target is lsass.exe', ko: '대상이 lsass.exe' });
  });

  test('is plain data', () => expect(structuredClone(findings)).toEqual(JSON.parse(JSON.stringify(findings))));

  test('every event is accounted for', () => {
    expect(scores.families.find(({ family }) => family === 'process_access')).toMatchObject({
      scored: 1001,
      skipped: 0,
      rows: 5,
    });
  });
});

describe('the same findings', () => {
  const files: File[] = [
    { path: 'a.json', events: accesses('PC01') },
    { path: 'b.json', events: accesses('PC02') },
    { path: 'c.json', events: accesses('PC01').slice(0, 300) },
  ];
  const told = (of: readonly File[], parts: number): string[] =>
    run(of, {}, parts)
      .findings.map((finding) => JSON.stringify(finding))
      .sort();
  const once = told(files, 1);

  test.each([1, 2, 7])('whatever the order of files, each read in %i parts', (parts) => {
    expect(told([files[2]!, files[0]!, files[1]!], parts)).toEqual(once);
    expect(told([...files].reverse(), parts)).toEqual(once);
  });

  test('an exemplar is the one with the least path and place', () => {
    const places = run(files).findings.map(({ file, event: { position } }) => [file, position]);
    expect(places).toContainEqual(['a.json', { kind: 'line', line: 2000 }]);
    expect(places.filter(([file]) => file === 'c.json')).toEqual([]);
  });
});

test('of one host and day no more than asked for; the next is named', () => {
  const { findings, scores } = run([{ path: 'a.json', events: [...accesses(), ...strange(6)] }], { perHostDay: 3 });
  expect(findings.length).toBe(3);
  expect(scores.below).toMatchObject([{ computer: 'PC01', day: '2025-06-23', told: 3, file: 'a.json' }]);
});

/** Accesses of programs that do nothing else, each its own. */
function strange(n: number): PlainEvent[] {
  return Array.from({ length: n }, (_, i) =>
    event(3000 + i, 10, {
      SourceImage: `C:\\Users\\kim\\Downloads\\${'abcdefghijklmnop'[i]}tool.exe`,
      TargetImage: 'C:\\Windows\\System32\\lsass.exe',
      GrantedAccess: '0x1410',
      CallTrace: 'UNKNOWN(00007FF)',
    }),
  );
}

describe('an event that is asked for', () => {
  test('is explained whatever its score', () => {
    const { findings } = run([{ path: 'a.json', events: accesses() }], { wanted: { kind: 'line', at: 7 } });
    expect(findings).toMatchObject([
      { event: { position: { kind: 'line', line: 7 } }, why: [{ kind: 'unusual', family: 'process_access' }] },
    ]);
    const { score, threshold } = unusualReason(findings[0]!)!;
    expect(score).toBeLessThan(threshold);
  });

  test('is named where its kind has no features', () => {
    const { findings, scores } = run([{ path: 'a.json', events: [event(1, 4, { State: 'Started' })] }], {
      wanted: { kind: 'line', at: 1 },
    });
    expect([findings, scores.unexplained]).toEqual([[], [{ file: 'a.json', channel: SYSMON, eventId: 4 }]]);
  });
});

describe('a baseline', () => {
  const clean = accesses().filter((one) => one.eventRecordId !== 2000);
  let bytes: Uint8Array;
  beforeAll(() => {
    bytes = run([{ path: 'clean.json', events: clean }], { learn: true }).scores.learnt!;
  });

  test('is the same for the same events, however they are read, and names what it holds', () => {
    expect(run([{ path: 'other.json', events: clean }], { learn: true }, 5).scores.learnt).toEqual(bytes);
    expect(readBaseline(bytes).head).toMatchObject({
      from: START + 1000,
      to: START + 1_000_000,
      hosts: 1,
      previous: null,
      families: [{ id: 'process_access', events: 1000, rows: 4 }],
    });
  });

  test('is what an event is held against, and is named by its finding', () => {
    const { findings, scores } = run([{ path: 'a.json', events: [accesses()[500]!] }], { baseline: bytes });
    expect(findings.map((finding) => unusualReason(finding))).toMatchObject([
      { baseline: readBaseline(bytes).version, among: 1000, p: 1 / 1001 },
    ]);
    expect(scores.baseline).toBe(readBaseline(bytes).version);
  });

  test('is what events are held against one by one, as they come', () => {
    const score = createLiveScorer(readBaseline(bytes));
    const unusual = score(accesses()[500]!)!;
    expect(unusual.about).toMatch(/^process_access \d+$/);
    expect(unusual.finding()).toMatchObject({
      rule: null,
      event: { position: { kind: 'line', line: 2000 } },
      why: [{ kind: 'unusual', baseline: readBaseline(bytes).version, among: 1000, equal: { count: 1 } }],
    });
    expect([score(clean[0]!), score(event(1, 4, {})), score(event(1, 1, { Image: 'a' }))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('is told the same of an event however many came before it, on a host that is known or not', () => {
    const known = readBaseline(
      run([{ path: 'two.json', events: [...clean, ...accesses('PC02')] }], { learn: true }).scores.learnt!,
    );
    const all = ['PC01', 'PC02', 'PC03', 'PC04'].flatMap((host) => accesses(host).slice(495, 505));
    const alone = all.map((one) => createLiveScorer(known)(one)?.finding());
    const score = createLiveScorer(known);
    expect(all.map((one) => score(one)?.finding())).toEqual(alone);
    expect(all.map((one) => score(one)?.finding())).toEqual(alone);
    expect(alone.flatMap((found) => found?.event.computer ?? [])).toEqual(['PC01', 'PC02', 'PC03', 'PC04']);
  });

  test('of the data itself tells no drift, of other data some', () => {
    expect(run([{ path: 'a.json', events: clean }], { baseline: bytes }).scores.drift[0]!.psi).toBeLessThan(0.01);
    expect(run([{ path: 'a.json', events: strange(12) }], { baseline: bytes }).scores.drift[0]!.psi).toBeGreaterThan(1);
  });

  test('refreshed is a new version that knows both, and remembers which it was', () => {
    const next = run([{ path: 'b.json', events: strange(12) }], { learn: true, baseline: bytes }).scores.learnt!;
    const { head, version } = readBaseline(next);
    expect(head).toMatchObject({ previous: readBaseline(bytes).version, families: [{ events: 1012, rows: 16 }] });
    expect(version).not.toBe(readBaseline(bytes).version);
    expect(readBaseline(next).family('process_access')!.model.rarities.events).toBe(1012);
  });

  test.each([
    { what: 'nothing', damage: () => new Uint8Array(), code: 'not-ours' },
    { what: 'another file', damage: () => new TextEncoder().encode('{"a": 1}'.repeat(20)), code: 'not-ours' },
    { what: 'a changed byte', damage: (b: Uint8Array) => b.map((x, i) => (i === 400 ? x ^ 1 : x)), code: 'damaged' },
    { what: 'a cut end', damage: (b: Uint8Array) => b.slice(0, -7), code: 'damaged' },
  ])('is refused when it is $what', ({ damage, code }) => {
    expect(() => readBaseline(damage(bytes))).toThrow(expect.objectContaining({ code }));
  });
});

test('the seed profile flags 5 % of the events that have a process id, one finding each', () => {
  const events = Array.from({ length: 200 }, (_, i) =>
    event(i + 1, i % 2 === 0 ? 1 : 5, {
      Image: `C:\\Windows\\${'abc'[i % 3]}.exe`,
      ProcessId: String(1000 + i),
      ...(i % 2 === 0 ? { CommandLine: 'x'.repeat(i === 150 ? 900 : 20) } : {}),
    }),
  );
  const { findings, scores } = run([{ path: 'a.csv', events: [...events, event(999, 16, {})] }], { profile: 'seed' });
  expect([findings.length, scores.families[0]!.scored, scores.families[0]!.skipped]).toEqual([10, 200, 1]);
  const long = findings.find(({ event: { position } }) => position.kind === 'line' && position.line === 151)!;
  expect(unusualReason(long)!.parts[0]).toMatchObject({ feature: 'commandLineLength', value: 900 });
  expect(unusualReason(long)!.parts.map(({ feature, value }) => [feature, value])).toContainEqual(['imageCode', 1]);
});

describe.each(FAMILIES.map((family) => [family.id, family] as const))('family %s', (_, family) => {
  test('has a feature for each number and a number for each such feature, in unlike names', () => {
    const numbers = family.features.filter(({ kind }) => kind === 'number').map(({ id }) => id);
    expect([...numbers].sort()).toEqual([...family.numbers].sort());
    expect(new Set(family.features.map(({ id }) => id)).size).toBe(family.features.length);
    expect(new Set(family.features.map(({ name }) => name.ko)).size).toBe(family.features.length);
  });

  test('counts over keys that it reads', () => {
    const keys = new Set(family.keys.map(({ id }) => id));
    for (const feature of family.features) {
      const used =
        feature.kind === 'rarity'
          ? feature.of
          : feature.kind === 'hosts'
            ? [feature.of]
            : feature.kind === 'variety'
              ? [feature.of, feature.per]
              : feature.kind === 'pace'
                ? [feature.per]
                : [];
      for (const key of used) expect(keys).toContain(key);
    }
    expect(family.features.some(({ kind }) => kind === 'words')).toBe(family.words);
  });

  test('says of each feature why it is one', () => {
    for (const { name, reason } of family.features)
      expect([name.en, name.ko, reason].every((text) => text.length > 1)).toBe(true);
  });
});
