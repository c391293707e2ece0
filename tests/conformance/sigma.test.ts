import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Event, type EventParts, PlainEvent } from '@haetae/event';
import { readEvtx } from '@haetae/evtx';
import { parseRules, type SigmaError, type SigmaRule } from '@haetae/sigma';
import { createSeenKinds, createWindowsRuleSet, readiness, type WindowsRuleSet } from '@haetae/sigma/windows';
import { beforeAll, expect, test } from 'vitest';
import { DETECTORS, type Detector } from '../../packages/haetae/src/detect/index.ts';
import { scan } from '../../packages/haetae/src/pipeline/scan.ts';
import type { ScanSettings } from '../../packages/haetae/src/pipeline/scan-files.ts';
import type { FoundFile } from '../../packages/haetae/src/source/index.ts';
import { data, describeWithData } from '../data.ts';

/** Sets of rules that the oracle evaluated. */
const FOLDERS = [
  'rules/windows',
  'rules-emerging-threats',
  'rules-threat-hunting/windows',
  'rules-placeholder/windows',
];

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(data(...path), 'utf8')) as T;

/** Files below a folder that end so, as `/` paths from it, sorted. */
function filesBelow(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith(end))
    .map((e) => relative(folder, join(e.parentPath, e.name)).split(sep).join('/'))
    .sort();
}

interface OracleRules {
  readonly evaluated: Readonly<Record<string, { title: string; path: string; level: string }>>;
  readonly notEvaluated: Readonly<Record<string, string>>;
}

describeWithData('SigmaHQ rules', () => {
  const rules: SigmaRule[] = [];
  const problems: SigmaError[] = [];
  const texts: { path: string; text: string }[] = [];
  /** Plain Sigma, which the oracle is. */
  let set: WindowsRuleSet;
  /** The same without the fast engine. */
  let plainEngine: WindowsRuleSet;
  /** What the product does by default: it decodes, joins, cuts fields out of texts and maps. */
  let product: Detector;

  beforeAll(() => {
    for (const folder of FOLDERS) {
      for (const name of filesBelow(data('sigma', folder), '.yml')) {
        const file = `${folder}/${name}`;
        const text = readFileSync(data('sigma', file), 'utf8');
        texts.push({ path: file, text });
        const parsed = parseRules(text, { file });
        rules.push(...parsed.rules);
        problems.push(...parsed.problems);
      }
    }
    set = createWindowsRuleSet(rules, { strict: true });
    plainEngine = createWindowsRuleSet(rules, { strict: true, engine: 'plain' });
    product = DETECTORS.get('sigma')!.create({ rules: texts });
  });

  test('every rule that the oracle evaluated is in force, every other one is refused for the same reason', () => {
    const { evaluated, notEvaluated } = json<OracleRules>('oracle', 'oracle-sigma-rules.json');
    const inForce = Object.fromEntries(
      set.matchers.map(({ rule }) => [rule.id, { title: rule.title, path: rule.path, level: rule.level }]),
    );
    const wanted = Object.fromEntries(
      Object.entries(evaluated).map(([id, { title, path, level }]) => [id, { title, path, level }]),
    );
    expect(inForce).toEqual(wanted);
    const refused = Object.fromEntries(
      set.problems.map((p) => [p.file, p.code === 'no-placeholder' ? 'placeholder' : p.reason]),
    );
    expect(refused).toEqual(notEvaluated);
    expect(problems.filter((p) => p.severity === 'error').map(String)).toEqual([]);
  });

  test('deprecated and unsupported rules are read, or refused with a reason and a place', () => {
    const files = ['deprecated/windows', 'unsupported/windows'].flatMap((folder) =>
      filesBelow(data('sigma', folder), '.yml').map((name) => `${folder}/${name}`),
    );
    let silent = 0;
    const refusals: Record<string, number> = {};
    for (const file of files) {
      const parsed = parseRules(readFileSync(data('sigma', file), 'utf8'), { file });
      const refused = [
        ...parsed.problems.filter((p) => p.severity === 'error'),
        ...createWindowsRuleSet(parsed.rules).problems,
      ];
      if (parsed.rules.length + refused.length === 0) silent++;
      for (const { code, line, column } of refused) {
        refusals[code] = (refusals[code] ?? 0) + 1;
        expect(line * column).toBeGreaterThan(0);
      }
    }
    console.log(`${files.length} deprecated and unsupported files; refused:`, refusals);
    expect(silent).toBe(0);
  });

  test('OTRF: every match of every rule on every line', () => {
    const { files } = json<{ files: Record<string, { lines: number; matches: Ranges; matches4688?: Ranges }> }>(
      'oracle',
      'oracle-sigma-otrf.json',
    );
    const total = { zips: 0, events: 0, pairs: 0, missing: [] as string[], extra: [] as string[] };
    const beyond = createBeyond();
    const begin = performance.now();
    for (const [zip, oracle] of Object.entries(files)) {
      const found = { matches: new Map<string, number[]>(), matches4688: new Map<string, number[]>() };
      const text = execFileSync('unzip', ['-p', data(zip), '-x', '__MACOSX/*'], {
        maxBuffer: 2 ** 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      total.events += eachLine(text, (event, line) => {
        beyond.of(product, event, line);
        for (const { id, via } of matchesOfEvent(event)) {
          const map = via === 'field' ? found.matches : found.matches4688;
          map.set(id, [...(map.get(id) ?? []), line]);
        }
      });
      total.zips++;
      for (const kind of ['matches', 'matches4688'] as const)
        compare(`${zip} ${kind}`, expandRanges(oracle[kind] ?? {}), found[kind], total);
      beyond.compare(zip, expandRanges(oracle.matches ?? {}), expandRanges(oracle.matches4688 ?? {}));
    }
    report('OTRF', total, begin);
    beyond.report('OTRF');
    expect(total.missing).toEqual([]);
    expect(total.extra).toEqual([]);
    expect(beyond.missing).toEqual([]);
    expect(beyond.unexplained).toEqual([]);
  });

  test('OTRF, as a scan reads it: every match of every rule on every line', async () => {
    const { files } = json<{ files: Record<string, { matches: Ranges; matches4688?: Ranges }> }>(
      'oracle',
      'oracle-sigma-otrf.json',
    );
    const settings: ScanSettings = {
      timeZone: 'UTC',
      hash: false,
      carve: false,
      checksums: false,
      detectors: ['sigma'],
      setup: { rules: texts, strict: true },
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
    };
    const zips: FoundFile[] = Object.keys(files).map((zip) => ({ path: zip, file: data(zip), size: undefined }));
    const silent = { advance: () => {}, fileDone: () => {}, findings: () => {} };
    const done = await scan(zips, settings, 1, new AbortController().signal, silent);
    const found = new Map<string, { matches: Map<string, number[]>; matches4688: Map<string, number[]> }>(
      Object.keys(files).map((zip) => [zip, { matches: new Map(), matches4688: new Map() }]),
    );
    try {
      for await (const { rule, via, file, event } of done.findings.sorted()) {
        // Each archive holds one log, so its lines are those of the archive.
        const of = found.get(file.slice(0, file.indexOf('.zip') + 4))!;
        const map = via === 'field' ? of.matches : of.matches4688;
        const line = event.position.kind === 'line' ? event.position.line : Number.NaN;
        map.set(rule!.id, [...(map.get(rule!.id) ?? []), line]);
      }
    } finally {
      done.findings.dispose();
    }
    const total = { pairs: 0, missing: [] as string[], extra: [] as string[] };
    for (const [zip, oracle] of Object.entries(files))
      for (const kind of ['matches', 'matches4688'] as const)
        compare(`${zip} ${kind}`, expandRanges(oracle[kind] ?? {}), found.get(zip)![kind], total);
    expect(total.pairs).toBeGreaterThan(0);
    expect(total.missing).toEqual([]);
    expect(total.extra).toEqual([]);
  });

  test('EVTX: every match of every rule on every record', () => {
    const { files } = json<{ files: Record<string, Partial<Record<'matches' | 'matches4688', Records>>> }>(
      'oracle',
      'oracle-sigma.json',
    );
    const total = { files: 0, events: 0, pairs: 0, missing: [] as string[], extra: [] as string[] };
    const beyond = createBeyond();
    const begin = performance.now();
    for (const [file, oracle] of Object.entries(files)) {
      const { matches, matches4688, events } = matchesOf(file, (event, record) => beyond.of(product, event, record));
      const [plain, plain4688] = [records(oracle.matches), records(oracle.matches4688)];
      beyond.compare(file, plain, plain4688);
      total.files++;
      total.events += events;
      compare(`${file} matches`, plain, matches, total);
      compare(`${file} matches4688`, plain4688, matches4688, total);
    }
    report('EVTX', total, begin);
    beyond.report('EVTX');
    expect(total.missing).toEqual([]);
    expect(total.extra).toEqual([]);
    expect(beyond.missing).toEqual([]);
    expect(beyond.unexplained).toEqual([]);
  });

  test("SigmaHQ's own samples: every rule fires on its sample as often as the reference says", () => {
    const samples = json<readonly { rule: string; file: string; got: number }[]>('oracle', 'sigma-regression.json');
    const found = samples.map(({ rule, file }) => {
      const { matches, matches4688 } = matchesOf(file);
      return { rule, file, got: (matches.get(rule)?.length ?? 0) + (matches4688.get(rule)?.length ?? 0) };
    });
    expect(found).toEqual(samples.map(({ rule, file, got }) => ({ rule, file, got })));
  });

  test('readiness calls no rule blind that matches, and names a setting for every rule that is', () => {
    const { files } = json<{ files: Record<string, Partial<Record<'matches' | 'matches4688', Records>>> }>(
      'oracle',
      'oracle-sigma.json',
    );
    const seen = createSeenKinds();
    const matched = new Set<string>();
    for (const [file, oracle] of Object.entries(files)) {
      for (const event of readEvtx(readFileSync(data(file))) as Iterable<Event>) seen.add(event);
      for (const map of [oracle.matches, oracle.matches4688]) for (const id of Object.keys(map ?? {})) matched.add(id);
    }
    const { canFire, blind } = readiness(set, seen.kinds());
    console.log(
      `readiness on all EVTX: ${canFire.length} rules can fire, ${blind.length} are blind, ${matched.size} match`,
    );
    expect(blind.map(({ rule }) => rule.id).filter((id) => matched.has(id!))).toEqual([]);
    const none = readiness(set, []);
    expect([none.canFire.length, none.blind.length]).toEqual([0, set.matchers.length]);
    const without = none.blind.filter(({ sources }) => sources.every(({ settings }) => settings.length === 0));
    // A rule over every log; rules over Security that name no id, or one that is written whatever the policy is.
    const plain = ({ rule: { logsource } }: (typeof without)[number]): boolean =>
      logsource.category === undefined && (logsource.service ?? 'security') === 'security';
    expect(without.filter((rule) => !plain(rule)).map(({ rule }) => rule.title)).toEqual([]);
    expect(without.length).toBeLessThan(5);
  });

  /** The matches of an event; both engines give the same. */
  function matchesOfEvent(event: Event): readonly { readonly id: string; readonly via: string }[] {
    const ids = (one: WindowsRuleSet) => one.matchEvent(event).map(({ rule, via }) => ({ id: rule.id!, via }));
    const found = ids(set);
    const plain = ids(plainEngine);
    if (found.length > 0 || plain.length > 0) expect(found).toEqual(plain);
    return found;
  }

  /** Rule id → record numbers, for the event as it is and for Security 4688 read as a process creation. */
  function matchesOf(
    file: string,
    also: (event: Event, record: number) => void = () => undefined,
  ): {
    events: number;
    matches: Map<string, number[]>;
    matches4688: Map<string, number[]>;
  } {
    const found = { events: 0, matches: new Map<string, number[]>(), matches4688: new Map<string, number[]>() };
    for (const event of readEvtx(readFileSync(data(file))) as Iterable<Event>) {
      found.events++;
      const record = event.position.kind === 'record' ? event.position.record : -1;
      also(event, record);
      for (const { id, via } of matchesOfEvent(event)) {
        const map = via === 'field' ? found.matches : found.matches4688;
        map.set(id, [...(map.get(id) ?? []), record]);
      }
    }
    return found;
  }
});

type Ranges = Readonly<Record<string, string>>;
type Records = Readonly<Record<string, number[]>>;

const records = (given: Records | undefined): Map<string, number[]> => new Map(Object.entries(given ?? {}));

/** The product's own findings of a file after the oracle's: none may be missing, and each extra one says by what it came. */
function createBeyond() {
  let found: { key: string; via: string; degraded: boolean }[] = [];
  const missing: string[] = [];
  const unexplained: string[] = [];
  const extra: Record<string, number> = {};
  let degraded = 0;
  return {
    missing,
    unexplained,
    of(product: Detector, event: Event, at: number): void {
      for (const { rule, via, degraded: lacks } of product.detect(event))
        found.push({ key: `${rule?.id} ${at}`, via, degraded: lacks !== undefined });
    },
    compare(file: string, plain: Map<string, number[]>, plain4688: Map<string, number[]>): void {
      const keys = (map: Map<string, number[]>) => [...map].flatMap(([id, at]) => at.map((n) => `${id} ${n}`));
      const wanted = new Map([
        ...keys(plain4688).map((key) => [key, 'mapped:4688'] as const),
        ...keys(plain).map((key) => [key, 'field'] as const),
      ]);
      const have = new Set(found.map(({ key }) => key));
      for (const [key, via] of wanted) if (!have.has(key)) missing.push(`${file} ${key} ${via}`);
      for (const { key, via, degraded: lacks } of found) {
        if (lacks) degraded++;
        if (wanted.get(key) === via) continue;
        extra[via] = (extra[via] ?? 0) + 1;
        // An extra match of the event as it is would be a wrong one; mapped:4688 may say more of accounts and ids.
        if (via === 'field') unexplained.push(`${file} ${key} ${via}`);
        if (wanted.has(key)) unexplained.push(`${file} ${key} ${via}, plainly a match`);
      }
      found = [];
    },
    report(what: string): void {
      console.log(`${what}, beyond the record:`, { missing: missing.length, extra, degraded });
    },
  };
}

function expandRanges(ranges: Ranges): Map<string, number[]> {
  return new Map(
    Object.entries(ranges).map(([id, text]) => [
      id,
      text.split(',').flatMap((range) => {
        const [first, last = first] = range.split('-').map(Number);
        return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
      }),
    ]),
  );
}

interface Total {
  pairs: number;
  missing: string[];
  extra: string[];
}

function compare(where: string, wanted: Map<string, number[]>, found: Map<string, number[]>, total: Total): void {
  for (const [id, lines] of wanted) {
    const have = new Set(found.get(id));
    for (const line of lines) if (!have.has(line)) total.missing.push(`${where} ${line} ${id}`);
    total.pairs += lines.length;
  }
  for (const [id, lines] of found) {
    const want = new Set(wanted.get(id));
    for (const line of lines) if (!want.has(line)) total.extra.push(`${where} ${line} ${id}`);
  }
}

function report(
  what: string,
  { pairs, missing, extra, ...rest }: Total & Record<string, unknown>,
  begin: number,
): void {
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${what}:`, { ...rest, pairs, missing: missing.length, extra: extra.length, seconds });
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A flat JSON line as the oracle reads it: every top-level key is a field. Gives the number of events. */
function eachLine(text: Buffer, use: (event: PlainEvent, line: number) => void): number {
  let events = 0;
  let line = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(10, from);
    const to = end < 0 ? text.length : end;
    const row = text.toString('utf8', from, to).trim();
    from = to + 1;
    line++;
    if (!row.startsWith('{')) continue;
    events++;
    use(flatEvent(JSON.parse(row) as Record<string, Json>, line), line);
  }
  return events;
}

function flatEvent(row: Record<string, Json>, line: number): PlainEvent {
  const names: string[] = [];
  const values: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      names.push(name);
      values.push(one === null ? '' : typeof one === 'object' ? JSON.stringify(one) : String(one));
    }
  }
  const first = (...keys: string[]): string => {
    const key = keys.find((k) => row[k] !== undefined && row[k] !== null);
    return key === undefined ? '' : String(row[key]);
  };
  const parts: EventParts = {
    timeMs: Number.NaN,
    channel: first('Channel'),
    provider: first('Provider_Name', 'SourceName'),
    computer: first('Computer', 'Hostname'),
    eventId: Number(first('EventID')) || 0,
    position: { kind: 'line', line },
    names,
    values,
  };
  return new PlainEvent(parts);
}
