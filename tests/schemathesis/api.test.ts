import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixMs } from '@haetae/event';
import { expect, test } from 'vitest';
import { hintOf, newSecret, secretHash } from '../../packages/haetae/src/server/auth/secrets.ts';
import { type LogLine, startServer } from '../../packages/haetae/src/server/index.ts';
import { memory } from '../../packages/haetae/src/server/testing/memory.ts';
import { openStore } from '../../packages/haetae/src/store/index.ts';
import { CLIENTS, hasProgram, missing } from '../ingest/harness.ts';
import { serve, stop } from '../ingest/serving.ts';

/**
 * Schemathesis invents requests from the OpenAPI document, good and bad, against a server with the real store for users, tokens
 * and the audit log. HAETAE_EXAMPLES: how many for each route (10).
 */
const VERSION = '4.32.5';

function schemathesis(): string | undefined {
  const folder = join(CLIENTS, `schemathesis-${VERSION}`);
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  if (!hasProgram('python3')) return undefined;
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(join(folder, 'bin', 'pip'), ['install', '-q', `schemathesis==${VERSION}`], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.log(String(error).slice(0, 300));
    return undefined;
  }
  return program;
}

/** Its exit status, and all that it says. */
function run(
  program: string,
  cwd: string,
  url: string,
  secret: string,
  ...more: readonly string[]
): Promise<{ status: number; text: string }> {
  const args = [
    'run',
    `${url}/api/openapi.json`,
    '--header',
    `Authorization: Bearer ${secret}`,
    '--checks',
    'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
    '--phases',
    'examples,coverage,fuzzing',
    '--max-examples',
    process.env.HAETAE_EXAMPLES ?? '10',
    '--seed',
    '1',
    // Never ends by itself.
    '--exclude-path',
    '/api/live',
    '--request-timeout',
    '20',
    '--continue-on-failure',
    '--warnings',
    'off',
    '--suppress-health-check',
    'all',
    '--no-color',
    ...more,
  ];
  const options = { cwd, maxBuffer: 1 << 26, timeout: 900_000 };
  return new Promise((resolve) =>
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : 1, text: `${stdout}${stderr}` }),
    ),
  );
}

test('no request that the document describes, or nearly, is answered by a failure, or by what the document does not say', async () => {
  const program = schemathesis();
  if (program === undefined) return missing('schemathesis', 'python3 or its package cannot be had', true);
  const directory = mkdtempSync(join(tmpdir(), 'haetae-api-'));
  const worker = new URL('../../packages/haetae/dist/bundle/store-worker.js', import.meta.url);
  const store = await openStore({ directory, worker });
  const lines: LogLine[] = [];
  const server = await startServer({
    ports: { ...memory(Date.now).ports, accounts: store },
    version: '0.0.0',
    log: (line) => void lines.push(line),
    now: Date.now,
  });
  // So that what is tested is the routes.
  for (const limit of [server.parts.requests, server.parts.strangers, server.parts.logins])
    Object.assign(limit, { take: () => 0 });
  const secret = newSecret('api');
  await store.tokens.create({
    id: 'tester',
    name: 'tester',
    hash: secretHash(secret),
    hint: hintOf(secret),
    kind: 'api',
    role: 'admin',
    scopes: [],
    hosts: [],
    networks: [],
    createdBy: 'test',
    createdMs: Date.now() as UnixMs,
    expiresMs: null,
    revokedMs: null,
    usedMs: null,
    usesLeft: null,
  });
  const { status, text } = await run(program, directory, server.url, secret);
  const failures = lines.filter(({ level }) => level === 'error');
  await server.close(0);
  await store.close();
  rmSync(directory, { recursive: true, force: true });
  expect(failures).toEqual([]);
  expect(status, text.slice(-6000)).toBe(0);
  console.log(text.trim().split('\n').slice(-6).join('\n'));
}, 600_000);

test('nor by `haetae serve`, over rules, hunts, incidents and events that it really has', async () => {
  const program = schemathesis();
  if (program === undefined) return missing('schemathesis', 'python3 or its package cannot be had', true);
  const root = mkdtempSync(join(tmpdir(), 'haetae-api-'));
  const served = await serve(root, 'data', false, ['--kind', 'api', '--role', 'admin']);
  try {
    // As fast as one program may ask.
    const { status, text } = await run(program, root, served.url, served.secret, '--rate-limit', '45/s');
    expect(status, text.slice(-6000)).toBe(0);
    expect(readFileSync(join(root, 'data.log'), 'utf8')).not.toContain('"level":"error"');
    console.log(text.trim().split('\n').slice(-6).join('\n'));
  } finally {
    await stop(served);
    rmSync(root, { recursive: true, force: true });
  }
}, 1_000_000);
