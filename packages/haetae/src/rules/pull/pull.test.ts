import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { PullError } from './error.ts';
import { isSafe } from './fetched.ts';
import { MANIFEST } from './install.ts';
import { defaultFolder, type PullRequest, pull } from './pull.ts';
import { packName, placeOf, publicUrl } from './url.ts';

const root = mkdtempSync(join(tmpdir(), 'haetae-pull-test-'));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
const folder = (): string => join(root, `f${made++}`);
const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const rule = (id: number, level = 'high'): string =>
  `title: Rule ${id}\nid: ${`${id}`.repeat(8)}-0000-4000-8000-000000000000\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {A: b}, condition: s}\nlevel: ${level}\n`;

const request = (from: string, into: string, more: Partial<PullRequest> = {}): PullRequest => ({
  from,
  into,
  folders: [],
  dryRun: false,
  force: false,
  nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  tool: 'haetae 0.0.0',
  signal: new AbortController().signal,
  ...more,
});
const files = (of: string): string[] =>
  readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(of.length + 1))
    .sort();
const refusal = async (wanted: PullRequest): Promise<string> => {
  try {
    await pull(wanted);
  } catch (error) {
    if (error instanceof PullError) return error.message;
    throw error;
  }
  return 'pulled';
};

async function zipOf(members: Readonly<Record<string, string>>, more: object = {}): Promise<Buffer> {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, text] of Object.entries(members)) await writer.add(name, new TextReader(text), more);
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

/** A repository with a commit of these files; the same folder takes another commit. */
function commit(repository: string, members: Readonly<Record<string, string | null>>): string {
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: repository,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    ).trim();
  mkdirSync(repository, { recursive: true });
  if (!existsSync(join(repository, '.git'))) git('init', '-q');
  for (const [name, text] of Object.entries(members))
    if (text === null) rmSync(join(repository, name));
    else write(join(repository, name), text);
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  return git('rev-parse', 'HEAD');
}

async function serve(answer: (url: string) => { status?: number; headers?: Record<string, string>; body?: Buffer }) {
  const server = createServer((asked, response) => {
    const { status = 200, headers = {}, body = Buffer.alloc(0) } = answer(asked.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a git repository', () => {
  const repository = folder();
  const into = folder();
  const first = commit(repository, {
    'rules/a.yml': rule(1),
    'rules/b.yml': rule(2),
    'other/c.yml': rule(3),
    'LICENSE.md': 'free',
    'README.md': 'no',
    '.github/workflows/x.yml': 'on: push\n',
    'rules/settings.yml': 'a: b\n',
  });

  test('is pulled at its commit: rules and licences only, with a manifest', async () => {
    const pulled = await pull(request(repository, into, { folders: ['rules'] }));
    expect(pulled.origin).toEqual({ kind: 'git', url: repository, commit: first });
    expect(pulled.before).toBeUndefined();
    expect(files(into)).toEqual(['LICENSE.md', MANIFEST, 'rules/a.yml', 'rules/b.yml']);
    expect(pulled.leftOut).toEqual([{ path: 'rules/settings.yml', why: 'not-rules' }]);
    expect(JSON.parse(readFileSync(join(into, MANIFEST), 'utf8'))).toMatchObject({
      format: 'haetae-pack/1',
      source: { kind: 'git', url: repository, commit: first },
      folders: ['rules'],
      pulled: '2026-01-02T03:04:05.000Z',
      tool: 'haetae 0.0.0',
      files: { 'rules/a.yml': expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('says what changed, and changes nothing in a dry run', async () => {
    const second = commit(repository, { 'rules/a.yml': rule(1, 'low'), 'rules/b.yml': null, 'rules/d.yml': rule(4) });
    const dry = await pull(request(repository, into, { folders: ['rules'], dryRun: true }));
    expect(files(into)).toContain('rules/b.yml');
    const { diff, before, origin } = await pull(request(repository, into, { folders: ['rules'] }));
    expect(diff).toEqual(dry.diff);
    expect(before?.source).toMatchObject({ commit: first });
    expect(origin).toMatchObject({ commit: second });
    expect([diff.added.length, diff.removed.length, diff.changed.map(({ what }) => what)]).toEqual([1, 1, [['level']]]);
    expect(files(into)).toEqual(['LICENSE.md', MANIFEST, 'rules/a.yml', 'rules/d.yml']);
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('is pinned to a commit', async () => {
    const { diff } = await pull(request(repository, into, { folders: ['rules'], pin: first }));
    expect([diff.added.length, diff.removed.length]).toEqual([1, 1]);
    expect(JSON.parse(readFileSync(join(into, MANIFEST), 'utf8')).source).toEqual({
      kind: 'git',
      url: repository,
      commit: first,
      ref: first,
    });
  });

  test.each([
    ['no-such-branch', /git could not fetch .*no-such-branch/],
    ['--upload-pack=x', /no name of a commit/],
  ])('pin %s is refused', async (pin, message) => {
    expect(await refusal(request(repository, into, { pin }))).toMatch(message);
  });
});

describe('a zip', () => {
  test('from disk: a folder around everything is taken off; unsafe paths and equal names are left out', async () => {
    const zip = join(root, 'pack.zip');
    const bytes = await zipOf({
      'sigma-main/rules/a.yml': rule(1),
      'sigma-main/rules/A.yml': rule(2),
      'sigma-main/../../evil.yml': rule(3),
      'sigma-main/aux.yml': rule(4),
      'sigma-main/big.yml': rule(5) + '#'.repeat(1 << 20),
      'sigma-main/LICENSE': 'free',
    });
    writeFileSync(zip, bytes);
    const into = folder();
    const { leftOut, origin } = await pull(request(zip, into));
    expect(origin).toMatchObject({ kind: 'zip', url: zip, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(files(into)).toEqual(['LICENSE', MANIFEST, 'rules/a.yml']);
    expect(leftOut).toEqual([
      { path: 'rules/A.yml', why: 'same-path' },
      { path: '../../evil.yml', why: 'unsafe-path' },
      { path: 'aux.yml', why: 'unsafe-path' },
      { path: 'big.yml', why: 'too-large' },
    ]);
    const { sha256 } = origin as { sha256: string };
    expect(await refusal(request(zip, into, { pin: sha256.toUpperCase() }))).toBe('pulled');
    expect(await refusal(request(zip, into, { pin: '0'.repeat(64) }))).toContain(`but the zip has ${sha256}`);
  });

  test('that cannot be read leaves what is there', async () => {
    const zip = join(root, 'bad.zip');
    const into = folder();
    writeFileSync(zip, await zipOf({ 'a.yml': rule(1) }));
    await pull(request(zip, into));
    const before = files(into);
    for (const [bytes, message] of [
      [Buffer.from('PK\x03\x04 nothing'), 'no readable zip'],
      [await zipOf({ 'readme.md': 'x' }), 'no rule file there'],
      [await zipOf({ 'a.yml': rule(1) }, { password: 'x' }), 'no rule file there'],
    ] as const) {
      writeFileSync(zip, bytes);
      expect(await refusal(request(zip, into))).toContain(message);
    }
    expect(files(into)).toEqual(before);
  });

  test('from a server: redirects are followed, the missing protection is told', async () => {
    const body = await zipOf({ 'a.yml': rule(1) });
    const url = await serve((path) =>
      path === '/start.zip' ? { status: 302, headers: { location: '/rules.zip' } } : { body },
    );
    const { origin, unencrypted } = await pull(request(`${url}/start.zip`, folder()));
    expect(origin).toMatchObject({ kind: 'zip', url: `${url}/start.zip` });
    expect(unencrypted).toBe(true);
  });

  test.each([
    [{ status: 404 }, 'HTTP 404'],
    [{ status: 302, headers: { location: '/again.zip' } }, 'more than 5 redirects'],
    [{ status: 302, headers: { location: 'file:///etc/passwd' } }, 'redirected from http:// to file://'],
    [{ headers: { 'content-length': '999999999' } }, 'larger than 128 MiB'],
    [{ body: Buffer.from('<html>') }, 'no readable zip'],
  ])('answer %j is refused', async (answer, message) => {
    const url = await serve(() => answer);
    const into = folder();
    expect(await refusal(request(`${url}/x.zip`, into))).toContain(message);
    expect(existsSync(into)).toBe(false);
  });
});

describe('a folder', () => {
  const source = folder();
  write(join(source, 'a.yml'), rule(1));
  write(join(root, 'secret.yml'), rule(9));
  symlinkSync(join(root, 'secret.yml'), join(source, 'link.yml'));

  test('is copied; links are not followed', async () => {
    const into = folder();
    const { origin, leftOut } = await pull(request(source, into));
    expect(origin).toEqual({ kind: 'folder', url: source });
    expect(leftOut).toEqual([{ path: 'link.yml', why: 'link' }]);
    expect(files(into)).toEqual(['a.yml', MANIFEST]);
    expect(await refusal(request(source, into, { pin: 'x' }))).toContain('nothing to pin');
  });

  test('never takes the place of files that no pull brought', async () => {
    const into = folder();
    write(join(into, 'mine.yml'), rule(7));
    expect(await refusal(request(source, into))).toContain('holds files that no pull brought');
    expect(await refusal(request(source, into, { force: true }))).toContain('holds files that no pull brought');
    expect(files(into)).toEqual(['mine.yml']);
  });

  test('hand-made changes and other sources are replaced by --force only', async () => {
    const into = folder();
    await pull(request(source, into));
    write(join(into, 'a.yml'), rule(1, 'low'));
    expect(await refusal(request(source, into))).toContain('1 files were changed by hand since the last pull: a.yml');
    await pull(request(source, into, { force: true }));
    expect(readFileSync(join(into, 'a.yml'), 'utf8')).toContain('high');
    const other = folder();
    write(join(other, 'b.yml'), rule(2));
    expect(await refusal(request(other, into))).toContain(`holds rules of ${source}`);
  });

  test('a pull that was cut short between its renames is put back', async () => {
    const into = folder();
    await pull(request(source, into));
    renameSync(into, join(dirname(into), `.${into.slice(dirname(into).length + 1)}.haetae-old`));
    const { recovered, diff } = await pull(request(source, into));
    expect([recovered, diff.added.length]).toEqual([true, 0]);
  });
});

test('what is neither path nor URL says what to give', async () => {
  expect(await refusal(request(join(root, 'nowhere'), folder()))).toContain('no such file or folder, and no URL');
});

test('a stop leaves nothing behind', async () => {
  const stop = new AbortController();
  stop.abort();
  const into = folder();
  await expect(pull(request('http://127.0.0.1:9/x.zip', into, { signal: stop.signal }))).rejects.toThrow();
  expect(existsSync(into)).toBe(false);
});

test.each([
  ['https://github.com/SigmaHQ/sigma', 'git', 'SigmaHQ-sigma'],
  ['https://github.com/SigmaHQ/sigma/archive/refs/heads/master.zip', 'zip-url', 'SigmaHQ-sigma'],
  ['https://codeload.github.com/SigmaHQ/sigma/zip/refs/heads/master', 'zip-url', 'SigmaHQ-sigma'],
  ['git@github.com:SigmaHQ/sigma.git', 'git', 'SigmaHQ-sigma'],
  ['ssh://git@host/team/rules.git', 'git', 'team-rules'],
  ['C:\\rules\\team.zip', 'local', 'team'],
  ['./my rules', 'local', 'my-rules'],
] as const)('%s is %s, kept as %s', (from, place, name) => {
  expect([placeOf(from), packName(from)]).toEqual([place, name]);
});

test('credentials of a URL are not kept', () => {
  expect(publicUrl('https://me:secret@example.com/r.git')).toBe('https://example.com/r.git');
});

test.each([
  ['a/b.yml', true],
  ['../a.yml', false],
  ['/a.yml', false],
  ['a//b.yml', false],
  ['a\\b.yml', false],
  ['c:a.yml', false],
  ['a/NUL.yml', false],
  ['a./b.yml', false],
  ['a\u0000.yml', false],
  ['한글/규칙.yml', true],
])('%j may be written: %s', (path, safe) => {
  expect(isSafe(path)).toBe(safe);
});

test.each([
  ['linux', {}, '/h/.local/share/haetae/rules/a-b'],
  ['linux', { XDG_DATA_HOME: '/d' }, '/d/haetae/rules/a-b'],
  ['darwin', {}, '/h/Library/Application Support/haetae/rules/a-b'],
  ['win32', { LOCALAPPDATA: '/l' }, '/l/haetae/rules/a-b'],
] as const)('on %s %j packs go to %s', (platform, env, expected) => {
  expect(defaultFolder('https://x/a/b.git', platform, env, '/h').replaceAll('\\', '/')).toBe(expected);
});
