import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, run } from './haetae.ts';

/** What a user gets: the packed tarballs of all workspaces, installed together into an empty prefix. */
const folder = mkdtempSync(join(tmpdir(), 'haetae-packed-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

beforeAll(async () => {
  const packed = await run(npm, ['pack', '--workspaces', '--ignore-scripts', '--pack-destination', folder]);
  expect(packed.code, packed.stderr).toBe(0);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  const installed = await run(npm, [
    'install',
    '--prefix',
    folder,
    ...flags,
    ...tarballs.map((name) => join(folder, name)),
  ]);
  expect(installed.code, installed.stderr).toBe(0);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = (...args: string[]) => run(join(folder, 'node_modules', '.bin', 'haetae'), args, { cwd: folder });

test('the installed command says its version', async () => {
  const { version } = (await import(join(ROOT, 'packages/haetae/package.json'), { with: { type: 'json' } })).default;
  expect(await installed('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('the installed command scans the sample logs with the rules it brought along', async () => {
  const { code, stdout, stderr } = await installed(
    'scan',
    join(ROOT, 'packages/haetae/content/samples'),
    '--format',
    'jsonl',
  );
  expect(code, stderr).toBe(0);
  const findings = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(findings.length).toBeGreaterThan(10);
  expect(findings.flatMap((f) => f.attack.techniques)).toContain('T1059.001');
});

test('each library loads by its name from the empty prefix', async () => {
  const names = ['@haetae/evtx', '@haetae/event', '@haetae/sigma', '@haetae/sigma/windows'];
  const script = `for (const name of ${JSON.stringify(names)}) if (Object.keys(await import(name)).length === 0) throw new Error(name)`;
  const { code, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(code, stderr).toBe(0);
});
