import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainEvent } from '@haetae/event';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DETECTORS, type DetectorSetup } from '../detect/index.ts';
import { cacheFolder, withCompiledRules as compiled } from './rule-cache.ts';

const RULE = (word: string): string => `title: Fetch ${word}
id: 11111111-2222-4333-8444-555555555555
level: high
logsource: {product: windows, category: process_creation}
detection: {a: {CommandLine|contains: ${word}}, condition: a}
`;
const setup = (word: string): DetectorSetup => ({ rules: [{ path: 'r.yml', text: RULE(word) }] });
const event = new PlainEvent({
  timeMs: 0,
  channel: 'Microsoft-Windows-Sysmon/Operational',
  eventId: 1,
  position: { kind: 'line', line: 1 },
  names: ['CommandLine'],
  values: ['DownloadString DownloadFile'],
});
const withCompiledRules = (given: DetectorSetup, detectors: string[], folder: string | undefined): DetectorSetup =>
  compiled(given, [given.rules.map(({ text }) => text).join()], detectors, folder);
const titles = (given: DetectorSetup): string[] =>
  DETECTORS.get('sigma')!
    .create(given)
    .detect(event)
    .map(({ rule }) => rule!.title);

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'haetae-cache-')), 'below');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));
const files = (): string[] => readdirSync(folder);

describe('compiled rules', () => {
  test('are found again, and find the same', () => {
    const fresh = withCompiledRules(setup('DownloadString'), ['sigma'], folder);
    const [file] = files();
    const again = withCompiledRules(setup('DownloadString'), ['sigma'], folder);
    expect(files()).toEqual([file]);
    expect(again.compiled!.sigma!.head).toBe(fresh.compiled!.sigma!.head);
    expect([titles(fresh), titles(again)]).toEqual([['Fetch DownloadString'], ['Fetch DownloadString']]);
  });

  test('are others for other rules and options', () => {
    withCompiledRules(setup('DownloadString'), ['sigma'], folder);
    const other = withCompiledRules(setup('DownloadFile'), ['sigma'], folder);
    withCompiledRules({ ...setup('DownloadFile'), minLevel: 'critical' }, ['sigma'], folder);
    expect(files()).toHaveLength(3);
    expect(titles(other)).toEqual(['Fetch DownloadFile']);
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['with another byte', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
    ['empty', () => Buffer.alloc(0)],
  ])('%s are compiled and written anew', (_, damage) => {
    withCompiledRules(setup('DownloadString'), ['sigma'], folder);
    const path = join(folder, files()[0]!);
    const whole = readFileSync(path);
    writeFileSync(path, damage(whole));
    expect(titles(withCompiledRules(setup('DownloadString'), ['sigma'], folder))).toEqual(['Fetch DownloadString']);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('are made where nothing can be kept', () => {
    expect(titles(withCompiledRules(setup('DownloadString'), ['sigma'], undefined))).toEqual(['Fetch DownloadString']);
  });
});

test.each([
  ['linux', { XDG_CACHE_HOME: '/c' }, '/c/haetae'],
  ['win32', { LOCALAPPDATA: '/l' }, '/l/haetae/cache'],
  ['win32', {}, undefined],
] as const)('on %s with %j', (platform, env, path) => {
  expect(cacheFolder(env, platform)).toBe(path);
});
