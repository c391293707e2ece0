/**
 * The pages over a large store, in a real Chromium: 5 million real events (OTRF Security Datasets below HAETAE_DATA), 100,000 findings
 * and 2,000 incidents, one of them with a tree of 5,000 processes.
 *
 * Claims: the first view is usable within 1.5 s; 95 % of page changes within 300 ms; the tree within 1 s; a million rows scroll without
 * a task over 100 ms; the first view loads ≤ 250 kB of JavaScript (gzip); no memory is gained while the page is live.
 *
 *     HAETAE_DATA=… node bench/web.mjs [--events 5000000] [--findings 100000] [--rows 1000000] [--minutes 1] [--folder DIR] [--reuse DIR] [--keep]
 *         [--only first,changes,tree,scroll,live]
 *
 * `--minutes 30` for the long run; `--every 100` sends every 100 ms what else comes in a second: 3 minutes for 30. `--reuse`: a folder
 * that `--keep` left behind.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { hostOf } from './store-fill.mjs';
import { BIG, fill, idOf, PROCESSES } from './web/fill.mjs';
import { MANY, proxy } from './web/million.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    findings: { type: 'string', default: '100000' },
    rows: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '1' },
    every: { type: 'string', default: '1000' },
    folder: { type: 'string', default: tmpdir() },
    only: { type: 'string', default: 'first,changes,tree,scroll,live' },
    reuse: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const [EVENTS, FINDINGS, ROWS] = [values.events, values.findings, values.rows].map(Number);
const [MINUTES, EVERY] = [values.minutes, values.every].map(Number);
const wanted = values.only.split(',');
const root = fileURLToPath(new URL('..', import.meta.url));
const whole = (n) => Math.round(n).toLocaleString('en');
const percentile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const claims = [];
function claim(what, value, limit, unit) {
  const ok = value <= limit;
  claims.push(ok);
  console.log(`${ok ? 'ok  ' : 'MISS'} ${what}: ${whole(value)} ${unit} (≤ ${whole(limit)} ${unit})`);
}

async function serve(directory) {
  const argv = ['packages/haetae/bin/haetae.js', 'serve', '--data', directory, '--port', '0', '--lang', 'en'];
  const child = spawn(process.execPath, argv, { cwd: root });
  let said = '';
  await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      if (/^Detecting/m.test(said)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`haetae serve ended with ${code}: ${said}`)));
  });
  child.removeAllListeners('exit');
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
  // A store that was filled before has its user.
  return { url, secret: /\/setup#(\S+)/.exec(said)?.[1], child };
}

// The browser

/** Milliseconds from now until what is named is in the page and two frames were drawn. */
const UNTIL = `(hash, wanted) => new Promise((resolve, reject) => {
  const from = performance.now();
  if (hash !== null) location.hash = hash;
  const look = () => {
    const found = document.querySelector(wanted);
    if (found !== null && found.getBoundingClientRect().height > 0)
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from)));
    else if (performance.now() - from > 30000) reject(new Error(wanted + ' did not come'));
    else requestAnimationFrame(look);
  };
  look();
})`;
const until = (page, hash, wanted) => page.evaluate(`(${UNTIL})(${JSON.stringify(hash)}, ${JSON.stringify(wanted)})`);
const FIRST = 'section[aria-labelledby=o-top] li a';
const VIEWS = [
  ['#/incidents', 'tbody tr td a'],
  ['#/', FIRST],
  ['#/rules', 'tbody tr [role=switch]'],
  ['#/hosts', 'tbody tr td a'],
  ['#/attack', '.matrix'],
  ['#/anomalies', 'main h1'],
  [`#/incidents/${idOf(7)}`, '[role=tabpanel]'],
  ['#/upload', 'main h1'],
  ['#/settings/tokens', 'main .section'],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/** Someone logged in: pages of their own, and calls of the API. */
async function enter(url, secret) {
  const who = { name: 'bench', password: 'correct horse battery staple' };
  const made = await fetch(secret === undefined ? `${url}/api/login` : `${url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...who, ...(secret !== undefined && { token: secret }) }),
  });
  if (!made.ok) throw new Error(await made.text());
  const { csrf } = await made.json();
  const [name, value] = made.headers.get('set-cookie').split(';')[0].split('=');
  const headers = { 'content-type': 'application/json', cookie: `${name}=${value}`, 'x-csrf-token': csrf };
  return {
    url,
    async page() {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
      await context.addCookies([{ name, value, url }]);
      return context.newPage();
    },
    async overview() {
      const page = await this.page();
      await page.goto(url);
      await until(page, null, FIRST);
      return page;
    },
    post: async (path, body) =>
      (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json(),
  };
}

const PARTS = {
  async first(user) {
    const firsts = [];
    let scripts = 0;
    for (let i = 0; i < 5; i++) {
      const page = await user.page();
      await page.goto(user.url, { waitUntil: 'commit' });
      await until(page, null, FIRST);
      firsts.push(await page.evaluate('performance.now()'));
      const urls = await page.evaluate(
        `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))`,
      );
      scripts = urls
        .map((one) => join(root, 'packages/haetae/dist/dashboard', new URL(one).pathname))
        .reduce((sum, file) => sum + statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size, 0);
      await page.context().close();
    }
    console.log(`     one after the other, the first after the start: ${firsts.map(whole).join(', ')} ms`);
    claim('first view usable, the median of five', percentile(firsts, 0.5), 1500, 'ms');
    claim('JavaScript of the first view, gzip', scripts / 1000, 250, 'kB');
  },

  async changes(user) {
    const page = await user.overview();
    const [unseen, changes] = [[], []];
    for (let round = 0; round < 4; round++)
      for (const [hash, shown] of VIEWS) {
        // In the first round pages fetch their code, and show nothing that they had shown before.
        (round === 0 ? unseen : changes).push([await until(page, hash, shown), hash]);
        await sleep(300);
      }
    const told = (list) => [...list].sort((a, b) => b[0] - a[0]).slice(0, 3);
    const text = (list) =>
      told(list)
        .map(([took, hash]) => `${hash} ${whole(took)} ms`)
        .join(', ');
    console.log(`     the slowest at the first visit: ${text(unseen)}; later: ${text(changes)}`);
    const times = changes.map(([took]) => took);
    claim('page changes, 95 %', percentile(times, 0.95), 300, 'ms');
    await page.context().close();
  },

  async tree(user) {
    const took = [];
    for (let i = 0; i < 3; i++) {
      const page = await user.overview();
      took.push(
        await until(
          page,
          `#/incidents/${BIG}?view=tree`,
          '[role=tabpanel] [role=treeitem], [role=tabpanel] .box button',
        ),
      );
      await page.context().close();
    }
    claim(`a tree of ${whole(PROCESSES)} processes, the first of three times`, took[0], 1000, 'ms');
    console.log(`     all three: ${took.map(whole).join(', ')} ms`);
  },

  async scroll(user) {
    const page = await user.overview();
    await until(page, `#/hunt?q=${MANY}`, '.line');
    const height = `document.querySelector('.box > div')?.getBoundingClientRect().height ?? 0`;
    while ((await page.evaluate(height)) < ROWS * 32 - 64) await sleep(500);
    await sleep(2000);
    const long = await page.evaluate(`new Promise((resolve) => {
      const tasks = [];
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
      const box = document.querySelector('.box');
      const step = box.scrollHeight / 600;
      let frames = 0;
      const scroll = () => {
        box.scrollTop += frames % 3 === 0 ? step * 3 : 90;
        if (frames++ < 600) requestAnimationFrame(scroll);
        else setTimeout(() => resolve({ most: Math.max(0, ...tasks), at: box.scrollTop / box.scrollHeight }), 500);
      };
      scroll();
    })`);
    console.log(`     scrolled to ${Math.round(long.at * 100)} % of ${whole(ROWS)} rows in 600 frames`);
    claim('the longest task while a million rows scroll', long.most, 100, 'ms');
    await page.context().close();
  },

  async live(user) {
    const { secret } = await user.post('/api/tokens', { name: 'bench', kind: 'ingest' });
    const page = await user.overview();
    const cdp = await page.context().newCDPSession(page);
    const heap = async () => {
      await cdp.send('HeapProfiler.collectGarbage');
      await sleep(500);
      await cdp.send('HeapProfiler.collectGarbage');
      return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6;
    };
    const heaps = [];
    const started = Date.now();
    let batches = 0;
    for (let next = 10; Date.now() - started < MINUTES * 60_000; batches++) {
      const events = Array.from({ length: 20 }, (_, i) => ({
        ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', Provider: 'Microsoft-Windows-Sysmon', EventID: 1 },
        ...{ Computer: hostOf(batches + i), TimeCreated: new Date().toISOString(), EventRecordID: batches * 20 + i },
        Image: 'C:\\Windows\\System32\\rundll32.exe',
        CommandLine:
          i === 0 ? 'rundll32.exe comsvcs.dll, MiniDump 684 C:\\o.tmp full' : `rundll32.exe shell32.dll ${i}`,
      }));
      await fetch(`${user.url}/ingest/ndjson`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: events.map((one) => `${JSON.stringify(one)}\n`).join(''),
      });
      await sleep(EVERY);
      if (Date.now() - started < next * 1000) continue;
      heaps.push(await heap());
      next += 10;
    }
    const third = Math.max(1, Math.floor(heaps.length / 3));
    const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
    const [before, after] = [mean(heaps.slice(0, third)), mean(heaps.slice(-third))];
    console.log(`     heap while live: ${heaps.map((one) => one.toFixed(1)).join(' ')} MB`);
    const like = EVERY === 1000 ? '' : `, ${whole(batches)} batches as of ${(batches / 60).toFixed(0)} min`;
    claim(`memory gained in ${MINUTES} min live${like}`, Math.max(0, after - before), 5, 'MB');
    await page.context().close();
  },
};

const directory = values.reuse ?? mkdtempSync(join(values.folder, 'haetae-bench-web-'));
try {
  if (values.reuse === undefined) await fill(directory, EVENTS, FINDINGS);
  const served = await serve(directory);
  const before = await proxy(served.url, ROWS);
  try {
    const user = await enter(before.url, served.secret);
    for (const [name, part] of Object.entries(PARTS)) if (wanted.includes(name)) await part(user);
  } finally {
    await browser.close();
    before.close();
    const gone = new Promise((resolve) => served.child.once('exit', resolve));
    served.child.kill('SIGINT');
    await gone;
  }
} finally {
  if (values.keep || values.reuse !== undefined) console.log(directory);
  else rmSync(directory, { recursive: true });
}
process.exitCode = claims.every(Boolean) ? 0 : 1;
