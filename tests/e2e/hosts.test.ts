import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haetae } from './haetae.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-hosts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['lab', 'workstation', 'server'])(
  'sysmon-config for a %s, and ready finds nothing wanting in it',
  async (profile) => {
    const path = join(folder, `${profile}.xml`);
    expect(await haetae(['sysmon-config', '--profile', profile, '-o', path])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(path, 'utf8')).toContain('<Sysmon schemaversion="4.90">');
    const { code, stdout } = await haetae(['ready', '--sysmon-config', path, '--format', 'json']);
    const ready = JSON.parse(stdout) as {
      problems: [];
      dropped: [];
      missingHashes: [];
      elements: { prevents: boolean; blind: [] }[];
    };
    expect(code).toBe(0);
    expect([ready.problems, ready.dropped, ready.missingHashes]).toEqual([[], [], []]);
    expect(ready.elements.filter(({ blind, prevents }) => blind.length > 0 && !prevents)).toEqual([]);
  },
);

test('ready names what a poor configuration lacks, in either language', async () => {
  const path = join(folder, 'poor.xml');
  writeFileSync(
    path,
    '<Sysmon schemaversion="4.50"><EventFiltering>\n<ProcessCreate onmatch="exclude"><Imagee>x</Imagee></ProcessCreate></EventFiltering></Sysmon>',
  );
  const en = await haetae(['ready', '--sysmon-config', path]);
  expect(en.stdout).toContain('line 2: the event has no such field: ProcessCreate/Imagee');
  expect(en.stdout).toMatch(/◌ RegistryEvent 12, 13, 14 {2}\d+ rules/);
  const ko = await haetae(['ready', '--sysmon-config', path, '--lang', 'ko']);
  expect(ko.stdout).toContain('2행: 해당 이벤트에 없는 필드: ProcessCreate/Imagee');
});

test.each([
  [['--sysmon-config', '/nowhere.xml'], '--sysmon-config /nowhere.xml cannot be read (ENOENT).'],
  [['--sysmon-config', 'package.json'], 'is no configuration of Sysmon'],
  [['--sysmon-config', 'x.xml', 'logs/'], '--sysmon-config FILE or logs, not both'],
])('ready %j is refused', async (args, message) => {
  const { code, stderr } = await haetae(['ready', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('the agent is there under the one name', async () => {
  const { code, stdout } = await haetae(['agent', '--lang', 'ko']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('haetae-agent enrol')]);
  const { stdout: plan } = await haetae(['agent', 'install', '--dir', '/var/lib/haetae-agent']);
  expect(plan).toContain('write /etc/systemd/system/haetae-agent.service');
});
