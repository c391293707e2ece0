import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { haetae } from '../e2e/haetae.ts';
import { type Sample, samples } from '../live/frames.ts';
import {
  elasticBulk,
  filebeat,
  OTEL_EXPORTERS,
  otelElastic,
  otelFile,
  rsyslogElastic,
  rsyslogForward,
  said,
  type Target,
} from './clients.ts';
import { CLIENTS, hasProgram, missing, sleep } from './harness.ts';
import { type Served, serve, stop } from './serving.ts';

/**
 * Real clients against `haetae serve`, with a token of `haetae token create`: every event is counted by the server and found
 * by `haetae search`, none lost, none twice. Each client speaks for hosts of its own.
 */
const COUNT = 2000;
const root = mkdtempSync(join(tmpdir(), 'haetae-serve-ingest-'));

let plain: Served;
const running: (() => Promise<void>)[] = [];
beforeAll(async () => {
  plain = await serve(root, 'plain', false);
}, 240_000);
afterEach(async () => {
  for (const end of running.splice(0)) await end();
});
afterAll(async () => {
  await stop(plain);
  rmSync(root, { recursive: true, force: true });
}, 60_000);

/** A folder of the client's own, and programs that end with the test. */
function targetOf({ url, secret }: Served): Target {
  const directory = mkdtempSync(join(root, 'client-'));
  return {
    ...{ directory, url, secret },
    run(name, command, args, env = {}) {
      const out = openSync(join(directory, `${name}.log`), 'w');
      const child = spawn(command, args, {
        stdio: ['ignore', out, out],
        env: { ...process.env, ...env },
        cwd: directory,
      });
      running.push(async () => {
        if (child.exitCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(force);
      });
    },
  };
}

let clients = 0;
/** Events of two hosts that no other client speaks for. */
function fresh(): { readonly all: readonly Sample[]; readonly hosts: string } {
  const name = `client${++clients}`;
  const computers = [`${name}-ws.corp.example`, `${name}-dc.corp.example`];
  return { all: computers.flatMap((computer) => samples(COUNT / 2, computer)), hosts: `${name}-*` };
}

/** `COMPUTER RECORD-ID EVENT-ID` of what the search finds of these hosts, sorted. */
async function found({ data }: Served, hosts: string): Promise<string[]> {
  const args = ['search', '--data', data, '--host', hosts, '--limit', '10000', '--format', 'jsonl', '--lang', 'en'];
  const { code, stdout, stderr } = await haetae(args);
  if (code !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { computer: string; recordId: string; eventId: number })
    .map(({ computer, recordId, eventId }) => `${computer} ${recordId} ${eventId}`)
    .sort();
}

/** Waits until all are found, and a little longer for those too many. */
async function checked(served: Served, { all, hosts }: ReturnType<typeof fresh>, about: () => string): Promise<void> {
  const end = Date.now() + 150_000;
  while ((await found(served, hosts)).length < all.length) {
    if (Date.now() > end) throw new Error(`${(await found(served, hosts)).length} of ${all.length} events: ${about()}`);
    await sleep(500);
  }
  await sleep(1500);
  const expected = all.map(({ computer, recordId }) => `${computer} ${recordId} 1`).sort();
  expect(await found(served, hosts), about()).toEqual(expected);
}

describe.runIf(hasProgram('rsyslogd') || process.env.CI === 'true')('rsyslog', () => {
  test('omelasticsearch', async () => {
    const to = targetOf(plain);
    const sent = fresh();
    rsyslogElastic(to, sent.all);
    await checked(plain, sent, () => said(to, 'rsyslog'));
  });

  test('TCP', async () => {
    const to = targetOf(plain);
    const sent = fresh();
    rsyslogForward(to, sent.all, { port: plain.syslog, framing: 'octet-counted', tls: false });
    await checked(plain, sent, () => said(to, 'rsyslog'));
  });

  test('TLS', async () => {
    const secure = await serve(root, 'tls', true);
    running.push(() => stop(secure));
    const to = targetOf(secure);
    const sent = fresh();
    rsyslogForward(to, sent.all, { port: secure.syslog, framing: 'octet-counted', tls: true });
    await checked(secure, sent, () => said(to, 'rsyslog'));
  });
});

test('@elastic/elasticsearch: the bulk helper', async () => {
  const to = targetOf(plain);
  const sent = fresh();
  const result = await elasticBulk(to, sent.all);
  if (result === undefined) return missing('@elastic/elasticsearch', 'npm cannot install it', true);
  expect(result).toMatchObject({ successful: COUNT, failed: 0 });
  await checked(plain, sent, () => '');
});

describe('OpenTelemetry Collector', () => {
  test.each(Object.keys(OTEL_EXPORTERS))('%s', async (exporter) => {
    const to = targetOf(plain);
    const sent = fresh();
    if (!otelFile(to, sent.all, exporter))
      return missing('OpenTelemetry Collector (filelog)', `not at ${CLIENTS}/otelcol-a`, false);
    await checked(plain, sent, () => said(to, 'otelcol'));
  });

  test.each(['none', 'otel', 'ecs'])('elasticsearch exporter, mapping mode %s', async (mode) => {
    const to = targetOf(plain);
    const sent = fresh();
    if (!(await otelElastic(to, sent.all, mode)))
      return missing('OpenTelemetry Collector (elasticsearch)', `not at ${CLIENTS}/otelcol-b`, false);
    await checked(plain, sent, () => said(to, 'otelcol'));
  });
});

test('Filebeat', async () => {
  const to = targetOf(plain);
  const sent = fresh();
  if (!filebeat(to, sent.all)) return missing('Filebeat', `not at ${CLIENTS}/filebeat`, false);
  await checked(plain, sent, () => said(to, 'filebeat'));
});

test('the server counts what was found: no more, no less', async () => {
  const { url, secret } = JSON.parse(readFileSync(join(plain.data, 'control.json'), 'utf8')) as Record<string, string>;
  const stats = (await (
    await fetch(`${url}/api/stats`, { headers: { authorization: `Bearer ${secret}` } })
  ).json()) as { events: number; possiblyRepeated: number };
  const all = (await found(plain, 'client*')).length;
  // The search gives 10,000 at most.
  expect([stats.possiblyRepeated, Math.min(10_000, stats.events)]).toEqual([0, all]);
  expect(stats.events % COUNT).toBe(0);
});
