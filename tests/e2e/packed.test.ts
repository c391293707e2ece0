import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, run } from './haetae.ts';

/** What a user gets: the packed tarballs of all workspaces, installed together into an empty prefix. */
const folder = mkdtempSync(join(tmpdir(), 'haetae-packed-'));
/** And into another, `@haetae/sigma` alone: Node would find its sisters in a folder above. */
const alone = mkdtempSync(join(tmpdir(), 'haetae-sigma-alone-'));
/** And `@haetae/agent`, as a host has it. */
const host = mkdtempSync(join(tmpdir(), 'haetae-agent-alone-'));
/** And all but what only several servers need. */
const single = mkdtempSync(join(tmpdir(), 'haetae-single-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

beforeAll(async () => {
  const packed = await run(npm, ['pack', '--workspaces', '--ignore-scripts', '--pack-destination', folder]);
  expect(packed.code, packed.stderr).toBe(0);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await install(folder, tarballs);
}, 300_000);

async function install(prefix: string, tarballs: readonly string[]): Promise<void> {
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  const paths = tarballs.map((name) => join(folder, name));
  const { code, stderr } = await run(npm, ['install', '--prefix', prefix, ...flags, ...paths]);
  expect(code, stderr).toBe(0);
}

afterAll(() => {
  for (const made of [folder, alone, host, single]) rmSync(made, { recursive: true, force: true });
});

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
  const names = [
    '@haetae/agent',
    '@haetae/agent/protocol',
    '@haetae/evtx',
    '@haetae/event',
    '@haetae/sigma',
    '@haetae/sigma/windows',
    '@haetae/isolation-forest',
    '@haetae/isolation-forest/node',
  ];
  const script = `for (const name of ${JSON.stringify(names)}) if (Object.keys(await import(name)).length === 0) throw new Error(name)`;
  const { code, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(code, stderr).toBe(0);
});

/** Run by Node in a folder that has this package and no other of ours. */
const SIGMA_ALONE = String.raw`
import { compile, objectView, parseRules } from '@haetae/sigma';
import { createWindowsRuleSet, windowsEvent } from '@haetae/sigma/windows';
const { rules } = parseRules(${'`'}
title: whoami
logsource: { product: windows, category: process_creation }
detection: { s: { Image|endswith: '\\whoami.exe' }, condition: s }
${'`'});
const matcher = compile(rules[0]);
const set = createWindowsRuleSet(rules);
const own = {
  channel: 'Microsoft-Windows-Sysmon/Operational', provider: 'Microsoft-Windows-Sysmon', computer: '', eventId: 1, eventRecordId: 0,
  get: () => undefined, getAll: (name) => (name === 'Image' ? ['C:\\whoami.exe'] : []), fields: () => [['Image', 'C:\\whoami.exe']],
  system: () => undefined, systemFields: () => [],
};
const logged = { channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688 };
const fields = { NewProcessName: 'C:\\whoami.exe' };
console.log(JSON.stringify([
  matcher.matches(objectView({ Image: 'C:\\whoami.exe' })),
  matcher.matches(objectView({ Image: 'C:\\other.exe' })),
  set.matchEvent(windowsEvent({ ...logged, fields })).map(({ via }) => via),
  set.matchEvent(own).map(({ via }) => via),
  set.matchEvent(windowsEvent({ ...logged, eventId: 4689, fields })).length,
]));
`;

test('@haetae/sigma works when it is installed alone', async () => {
  await install(
    alone,
    readdirSync(folder).filter((name) => name.startsWith('haetae-sigma-')),
  );
  const modules = join(alone, 'node_modules');
  expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['@haetae', 'yaml']);
  expect(readdirSync(join(modules, '@haetae'))).toEqual(['sigma']);
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', SIGMA_ALONE], {
    cwd: alone,
  });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual([true, false, ['mapped:4688'], ['field'], 0]);
});

test('@haetae/isolation-forest starts its threads from where it is installed', async () => {
  const script = `
    import { fit, score } from '@haetae/isolation-forest';
    import { openThreads } from '@haetae/isolation-forest/node';
    const rows = Float64Array.of(1, 2, 3, 2, 1, 90);
    const threads = openThreads(2);
    const forest = await threads.fit(rows, { features: 1, seed: 1 });
    const scores = await threads.score(forest, rows);
    await threads.close();
    console.log(scores.join() === score(fit(rows, { features: 1, seed: 1 }), rows).join());
  `;
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(stdout).toBe('true\n');
});

test('@haetae/agent works when it is installed alone, in less than 30 MB', async () => {
  await install(
    host,
    readdirSync(folder).filter((name) => name.startsWith('haetae-agent-')),
  );
  const { code, stdout, stderr } = await run(join(host, 'node_modules', '.bin', 'haetae-agent'), ['--version'], {
    cwd: host,
  });
  expect([code, stdout, stderr]).toEqual([0, '0.1.0\n', '']);
  const bytes = readdirSync(host, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(host, name)))
    .reduce((sum, { size }) => sum + size, 0);
  expect(bytes / 1024 / 1024).toBeLessThan(30);
  console.log(`@haetae/agent alone: ${(bytes / 1024 / 1024).toFixed(1)} MB`);
});

/** What several servers or an OpenSearch need, and nobody else: our packages, and what they bring along. */
const OF_FLEETS =
  /^(@haetae\/(kafka|postgres|opensearch)|@platformatic\/.*|postgres|protobufjs|avsc|@node-rs\/crc32.*|@opensearch-project\/.*|aws4|json11|secure-json-parse)$/;

test('without the packages of several servers nothing of theirs is there, and who asks for it is told what to install', async () => {
  await install(
    single,
    readdirSync(folder).filter((name) => name.endsWith('.tgz') && !/^haetae-(kafka|postgres|opensearch)-/.test(name)),
  );
  const modules = join(single, 'node_modules');
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name],
  );
  expect(names).toContain('haetae');
  expect(names.filter((name) => OF_FLEETS.test(name))).toEqual([]);
  const haetae = join(modules, '.bin', 'haetae');
  const serve = (...args: string[]) =>
    run(haetae, ['serve', '--data', join(single, 'data'), '--port', '0', ...args], { cwd: single });
  const store = ['--store', 'postgres://127.0.0.1:1/none'];
  for (const args of [store, [...store, '--bus', 'kafka://127.0.0.1:1']]) {
    const { code, stderr } = await serve(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('npm install @haetae/postgres');
  }
  const { code, stderr } = await serve('--opensearch', 'https://haetae:geheim@127.0.0.1:1');
  expect([code, stderr.includes('npm install @haetae/opensearch'), stderr.includes('geheim')]).toEqual([
    2,
    true,
    false,
  ]);
}, 900_000);
