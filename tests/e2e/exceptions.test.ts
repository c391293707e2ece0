import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const EVTX = join(SAMPLES, 'DESKTOP-HT01_Sysmon.evtx');
const folder = mkdtempSync(join(tmpdir(), 'haetae-exceptions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exception = (more: { title?: string; rules?: string; expires?: string; owner?: string } = {}): string => `
title: ${more.title ?? 'Downloads by our own script'}
logsource: { product: windows, category: process_creation }
filter:
  rules: ${more.rules ?? 'any'}
  s: { Image|endswith: '\\certutil.exe' }
  condition: s
haetae: { owner: ${more.owner ?? 'kim'}, reason: tested in the lab, expires: ${more.expires ?? '2099-12-31'} }
`;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('scan --exceptions', () => {
  test('leaves out what is excepted, and says so', async () => {
    const plain = await haetae(['scan', EVTX, '--format', 'jsonl', '--detectors', 'sigma']);
    const receipt = join(folder, 'receipt.json');
    const excepted = await haetae([
      ...['scan', EVTX, '--format', 'jsonl', '--detectors', 'sigma', '--receipt', receipt],
      ...['--exceptions', file('a.yml', exception())],
    ]);
    const all = lines(plain.stdout).map((line) => JSON.parse(line));
    const left = lines(excepted.stdout).map((line) => JSON.parse(line));
    const isTaken = (one: { fields: { Image?: string }; eventId: number }): boolean =>
      one.eventId === 1 && /\\certutil\.exe$/i.test(one.fields.Image ?? '');
    const taken = all.filter(isTaken).length;
    expect(taken).toBeGreaterThan(0);
    expect(left).toEqual(all.filter((one) => !isTaken(one)));
    expect(excepted.stderr).toContain(`hidden by exceptions (1 in force): ${taken} findings`);
    expect(excepted.stderr).toContain(
      `Downloads by our own script: ${taken} (kim, until 2099-12-31) – tested in the lab`,
    );
    expect(JSON.parse(readFileSync(receipt, 'utf8')).exceptions).toMatchObject({
      inForce: 1,
      hidden: [{ title: 'Downloads by our own script', owner: 'kim', expires: '2099-12-31', findings: taken }],
      notInForce: [],
    });
  });

  test('an expired or incomplete one hides nothing, and is named', async () => {
    const path = file('b.yml', exception({ expires: '2020-01-01' }));
    const other = file('c.yml', exception({ title: 'Nobody’s', owner: "''" }));
    const { stderr } = await haetae(['scan', EVTX, '--format', 'jsonl', '--exceptions', path, '--exceptions', other]);
    expect(stderr).toContain('exceptions: 0 in force; none hid anything');
    expect(stderr).toContain(`Downloads by our own script (${path}:2): expired on 2020-01-01; owner kim`);
    expect(stderr).toContain(`Nobody’s (${other}:2): its haetae: lacks owner`);
  });

  test('a rule may be named; a path that is not there is wrong usage', async () => {
    const path = file('d.yml', exception({ rules: '[no_such_rule]' }));
    const { stderr, code } = await haetae(['scan', EVTX, '--format', 'jsonl', '--exceptions', path, '--lang', 'ko']);
    expect(stderr).toContain('예외: 유효 1개, 숨긴 탐지 없음');
    expect(code).toBe(0);
    const missing = await haetae(['scan', EVTX, '--exceptions', join(folder, 'nowhere')]);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain('no such file or folder');
  });
});
