/**
 * How long it takes until another server does what one did that is killed, or told to end: 10,000 hosts are in memory, events of as many
 * hosts as reach every partition are sent in that moment, and it counts when a search finds them all.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { end, figure, pause, start, token } from './servers.mjs';

const HOSTS = 10_000;
const EVENTS_EACH = 20;
const LINES = 250;
const LOOK_MS = 50;
const NEW_HOSTS = 64;

/** `shared`: arguments of all; `file`: lines of recorded events. Seconds for each of what is told. */
export async function handOvers({ how, shared, file }) {
  const begin = (name, role) => start(how, name, '--role', role, ...shared);
  const [web, ingest] = [await begin('web', 'web'), await begin('ingest', 'ingest')];
  const detects = [await begin('first', 'detect'), await begin('second', 'detect')];
  const all = [web, ingest, ...detects];
  try {
    const shipper = { authorization: `Bearer ${token(web, 'ingest')}`, 'content-type': 'application/x-ndjson' };
    const reader = { authorization: `Bearer ${token(web, 'api', '--role', 'viewer')}` };
    const stored = async () => (await (await fetch(`${web.url}/api/stats`, { headers: reader })).json()).events;
    const areFound = async (hosts) => {
      const found = await fetch(`${web.url}/api/events?limit=${NEW_HOSTS}&host=${hosts}`, { headers: reader });
      return (await found.json()).items.length === NEW_HOSTS;
    };
    const send = async (body) => {
      for (;;) {
        const answer = await fetch(`${ingest.url}/ingest/ndjson`, { method: 'POST', headers: shipper, body });
        if (answer.status === 200) return;
        if (answer.status !== 429 && answer.status !== 503) throw new Error(`ingest answered ${answer.status}`);
        await pause(250);
      }
    };
    const settled = async () => {
      for (let [last, now] = [-1, await stored()]; now !== last; [last, now] = [now, await stored()]) await pause(3000);
    };
    const leads = async (one) => (await figure(one, 'haetae_detecting', reader)) === 1;
    let sent = 0;
    for await (const body of fleetOf(file)) {
      await send(body);
      sent += LINES;
      // No further ahead than a server can be seen to follow.
      while (sent - (await stored()) > 20_000) await pause(100);
    }
    await settled();

    const told = [];
    const took = async (victim, signal) => {
      // A snapshot is written at most every ten seconds.
      await pause(15_000);
      const news = `NEW-${told.length}`;
      const begun = performance.now();
      const ended = end([victim], signal);
      const hosts = Array.from({ length: NEW_HOSTS }, (_, i) => `${news}-${i}`);
      await Promise.all(hosts.map((host) => send(`${JSON.stringify(event(host, 1, Date.now()))}\n`)));
      while (!(await areFound(`${news}-*`))) await pause(LOOK_MS);
      const seconds = (performance.now() - begun) / 1000;
      await ended;
      return seconds;
    };
    for (const [signal, what] of [
      ['SIGKILL', 'killed'],
      ['SIGTERM', 'told to end'],
    ]) {
      const [one, two] = detects;
      const [victim, other] = (await leads(one)) ? [one, two] : [two, one];
      told.push({ what: `the server that joins is ${what}`, seconds: await took(victim, signal) });
      const again = await begin(`${victim.name}-${signal}`, 'detect');
      all.push(again);
      detects.splice(0, 2, other, again);
      // It takes its share, and compiles what it will need.
      await pause(10_000);
      if (signal !== 'SIGKILL') continue;
      told.push({ what: 'a server that sifts is killed', seconds: await took(again, signal) });
      const third = await begin('third', 'detect');
      all.push(third);
      detects.splice(1, 1, third);
      await pause(10_000);
    }
    return told;
  } finally {
    await end(all);
  }
}

/** Bodies of recorded events, so many of each host. */
async function* fleetOf(file) {
  const lines = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const one = parsed(line);
    // What is quiet: incidents of 10,000 hosts are another claim (bench/live-incidents.mjs).
    if (typeof one?.Channel === 'string' && QUIET.has(one.EventID)) lines.push(one);
    if (lines.length === 5000) break;
  }
  let body = [];
  for (let host = 0, at = 0; host < HOSTS; host++)
    for (let n = 1; n <= EVENTS_EACH; n++) {
      const now = new Date().toISOString();
      body.push(JSON.stringify({ ...lines[at++ % lines.length], ...named(`PC-${host}.corp.example`, n, now) }));
      if (body.length < LINES) continue;
      yield `${body.join('\n')}\n`;
      body = [];
    }
}
const QUIET = new Set([1, 3, 5, 7, 11, 12, 13, 4624, 4634, 4688, 4689, 5156]);
const named = (host, n, now) => ({
  Hostname: host,
  RecordNumber: n,
  '@timestamp': now,
  TimeCreated: now,
  UtcTime: now,
});

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const event = (host, n, nowMs) => ({
  ...{ Channel: 'Security', SourceName: 'Microsoft-Windows-Security-Auditing', EventID: 4634, TargetUserName: 'kim' },
  ...named(host, n, new Date(nowMs).toISOString()),
});
