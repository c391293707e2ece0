import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, running } from '../testing/running.ts';

const folder = mkdtempSync(join(tmpdir(), 'haetae-pages-'));
let one: Running;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Haetae</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'let a = 1');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js.gz'), gzipSync('let a = 1'));
  writeFileSync(join(folder, 'secret.key'), 'x');
  one = await running({ pages: folder });
});
afterAll(async () => {
  await one.server.close(0);
  rmSync(folder, { recursive: true });
});

const page = { accept: 'text/html' };

test.each(['/', '/setup'])('%s is the page, asked anew each time', async (path) => {
  const answer = await one.ask(path, { headers: page });
  expect([answer.status, await answer.text()]).toEqual([200, '<!doctype html><title>Haetae</title>']);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const again = await one.ask(path, { headers: { ...page, 'if-none-match': answer.headers.get('etag')! } });
  expect(again.status).toBe(304);
});

test('the policy of the page lets nothing inline run, nor ask another host', async () => {
  const policy = (await one.ask('/', { headers: page })).headers.get('content-security-policy')!;
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(policy).toContain("require-trusted-types-for 'script'");
});

test('built files bear their hash, so they are kept; in the smallest form that is understood', async () => {
  const zipped = await one.ask('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip' } });
  expect([zipped.headers.get('content-encoding'), await zipped.text()]).toEqual(['gzip', 'let a = 1']);
  expect(zipped.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const plain = await one.ask('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'identity' } });
  expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'let a = 1']);
});

test.each(['/secret.key', '/assets/../secret.key', '/assets/%2e%2e/secret.key', '/assets/nothing.js', '/assets/'])(
  'what is no page is not there: %s',
  async (path) => {
    expect((await one.ask(path)).status).toBe(404);
  },
);

test('a shipper that asks / is answered as Elasticsearch would', async () => {
  expect((await one.ask('/', { headers: { ...page, authorization: 'Bearer x' } })).status).toBe(401);
  expect((await one.ask('/', { headers: { accept: 'application/json' } })).status).toBe(401);
});
