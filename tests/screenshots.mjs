/**
 * `npm run screenshots [FOLDER] [-- --only REGEX]`: every page of a demo, in Korean and English, light and dark, at 1440 × 900 and
 * 390 × 844, to be looked at; `--only` those whose file names fit (`story-ko-light-1440`). Needs the system's Chromium (CHROMIUM=…
 * names another).
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});
const only = new RegExp(values.only);
const root = fileURLToPath(new URL('..', import.meta.url));
const out = positionals[0] ?? join(root, 'screenshots');
mkdirSync(out, { recursive: true });
const own = mkdtempSync(join(tmpdir(), 'haetae-screenshots-'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One channel that works and one that nobody answers.
const hook = createServer((asked, answer) => asked.resume().on('end', () => answer.writeHead(204).end()));
await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
writeFileSync(join(own, 'secret'), 'a demo needs no secret');
writeFileSync(join(own, 'hook'), `http://127.0.0.1:${hook.address().port}/alerts`);
writeFileSync(
  join(own, 'notify.yml'),
  `imports: true
channels:
  soc-webhook: { type: webhook, url: { file: ${join(own, 'hook')} }, secret: { file: ${join(own, 'secret')} } }
  soc-syslog: { type: syslog, host: 127.0.0.1, port: 9, transport: tcp, fallback: soc-webhook }
`,
);
const cli = join(root, 'packages/haetae/bin/haetae.js');
/** A server on a free port, with its first administrator. */
async function serve(...flags) {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--lang', 'en', ...flags]);
  process.once('exit', () => child.kill());
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
  const [, url, secret] = /(http:\/\/127\.0\.0\.1:\d+)\/setup#(\S+)/.exec(said);
  const made = await fetch(`${url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: secret, name: 'demo', password: 'a demo needs no secret' }),
  });
  const [name, value] = made.headers.get('set-cookie').split(';')[0].split('=');
  const { csrf } = await made.json();
  const headers = { cookie: `${name}=${value}`, 'content-type': 'application/json', 'x-csrf-token': csrf };
  return {
    url,
    cookie: { name, value, url },
    get: async (path) => (await fetch(`${url}${path}`, { headers })).json(),
    post: async (path, body) =>
      (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json(),
    async close() {
      child.removeAllListeners('exit');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await gone;
    },
  };
}
const demo = await serve('--demo');
const { get, post } = demo;

// Until what the sample campaign makes is there.
for (let i = 0; i < 60 && (await get('/api/incidents?limit=1')).items.length === 0; i++) await sleep(1000);
await sleep(4000);
const incident = (await get('/api/incidents?limit=1')).items[0].id;
const rule = (await get('/api/findings?limit=1')).items[0].ruleId;
const host = (await get('/api/entities?limit=1')).items[0].key;
// What a shift leaves behind.
await post(`/api/incidents/${incident}/responses`, { actions: [] });
await post(`/api/incidents/${incident}/responses`, { actions: ['isolate-host'] });
await post(`/api/incidents/${incident}/notes`, { text: '담당자 통화 완료, 격리 승인 대기 중' });
await post('/api/tokens', { name: 'winlogbeat-dc01', kind: 'ingest', hosts: ['dc01*'], scopes: ['elastic'] });
await post('/api/users', { name: 'kim', displayName: '김분석', role: 'analyst', password: 'a demo needs no secret' });

// A demo tells nobody: the channels are pictured on a server of their own.
const samples = join(root, 'packages/haetae/content/samples');
const telling = await serve('--data', join(own, 'data'), '--notify', join(own, 'notify.yml'), '--watch', samples);
for (let i = 0; i < 60 && (await telling.get('/api/deliveries?state=sent')).items.length === 0; i++) await sleep(1000);

// An exercise on that server, with its card.
const logs = join(own, 'logs');
execFileSync(process.execPath, [cli, 'lab', 'emit', 'kimsuky-like-lure', '-o', logs], { stdio: 'ignore' });
const card = ['--labels', join(logs, 'labels.jsonl'), '--data', join(own, 'data'), '--title', '3월 훈련'];
try {
  execFileSync(process.execPath, [cli, 'lab', 'score', ...card, logs], { stdio: 'ignore' });
} catch (error) {
  if (error.status !== 1) throw error; // 1: a step was missed.
}
const [{ id: scored }] = await telling.get('/api/lab/scores');

/** Address of each view, and what is done there before the picture is taken. */
const VIEWS = {
  overview: [''],
  incidents: ['incidents'],
  story: [`incidents/${incident}`],
  timeline: [`incidents/${incident}?view=timeline`],
  processes: [`incidents/${incident}?view=tree`],
  evidence: [`incidents/${incident}?view=evidence&at=2`],
  entities: [`incidents/${incident}?view=entities`],
  responses: [`incidents/${incident}?view=respond`],
  report: [`incidents/${incident}`, (page) => page.locator('#report').scrollIntoViewIfNeeded()],
  benign: [`incidents/${incident}`, (page) => page.locator('#triage .button').last().click()],
  hunt: ['hunt?q=powershell'],
  sigma: ['hunt?view=sigma'],
  iocs: ['hunt?view=ioc', (page) => page.locator('textarea').fill('hxxps[:]//evil[.]example/a 10.0.0[.]5')],
  anomalies: ['anomalies'],
  drift: [
    'anomalies',
    async (page) => {
      await page.locator('section:last-of-type header .button').last().click();
      await page.locator('section:last-of-type table').waitFor();
      await page.locator('section:last-of-type').last().scrollIntoViewIfNeeded();
    },
  ],
  attack: ['attack'],
  technique: ['attack?technique=T1059.001'],
  rules: ['rules'],
  rule: [`rules/${rule}`],
  editor: [`rules/${rule}?edit=1`],
  hosts: ['hosts'],
  host: [`hosts/${encodeURIComponent(host)}`],
  upload: ['upload'],
  ...Object.fromEntries(
    ['users', 'tokens', 'agents', 'channels', 'retention', 'audit', 'me', 'about'].map((tab) => [
      tab,
      [`settings/${tab}`],
    ]),
  ),
  lab: ['lab'],
  card: [`lab/${scored}`],
  login: [''],
  keys: ['', (page) => page.keyboard.press('?')],
};
/** On which server: a cookie is a host's, whatever its port, so that each has a browser context of its own. */
const TELLING = ['channels', 'lab', 'card'];
const SERVERS = [
  [demo, (view) => view !== 'login' && !TELLING.includes(view)],
  [telling, (view) => TELLING.includes(view)],
  [{ url: telling.url }, (view) => view === 'login'],
];
const SIZES = [
  [1440, 900],
  [390, 844],
];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/** Until every answer is there, nothing says that it loads, and the fonts are drawn. */
async function settled(page, open) {
  for (let quiet = 0; quiet < 6; await sleep(60)) quiet = open.size === 0 ? quiet + 1 : 0;
  await page.waitForFunction(
    () => document.querySelector('main .waiting') === null && document.fonts.status === 'loaded',
    undefined,
    { timeout: 20_000 },
  );
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

const problems = [];
let taken = 0;
async function pictures(lang, theme, [width, height], [{ url, cookie }, holds]) {
  const wanted = Object.entries(VIEWS).filter(
    ([view]) => holds(view) && only.test(`${view}-${lang}-${theme}-${width}`),
  );
  if (wanted.length === 0) return;
  const locale = lang === 'ko' ? 'ko-KR' : 'en-US';
  const context = await browser.newContext({ viewport: { width, height }, locale, reducedMotion: 'reduce' });
  if (cookie !== undefined) await context.addCookies([cookie]);
  const kept = { lang, theme, zone: lang === 'ko' ? 'KST' : 'UTC', seenMs: Date.now() - 8 * 3_600_000 };
  await context.addInitScript(
    (all) => location.protocol === 'http:' && localStorage.setItem('haetae', JSON.stringify(all)),
    kept,
  );
  const page = await context.newPage();
  const open = new Set();
  page.on('request', (one) => !one.url().includes('/api/live') && open.add(one));
  page.on('requestfinished', (one) => open.delete(one));
  page.on('requestfailed', (one) => open.delete(one));
  page.on('pageerror', (error) => problems.push(error.message));
  for (const [view, [hash, act]] of wanted) {
    const file = `${view}-${lang}-${theme}-${width}.png`;
    try {
      await page.goto('about:blank');
      await page.goto(`${url}/#/${hash}`);
      await settled(page, open);
      if (act !== undefined) {
        await act(page);
        await settled(page, open);
      }
    } catch (error) {
      problems.push(`${file}: ${error.message.split('\n')[0]}`);
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wider > 0) problems.push(`${file}: ${wider} px wider than the page`);
    await page.screenshot({ path: join(out, file) });
    taken++;
  }
  await context.close();
}
for (const lang of ['ko', 'en'])
  for (const theme of ['light', 'dark'])
    for (const size of SIZES) for (const server of SERVERS) await pictures(lang, theme, size, server);

await browser.close();
await Promise.all([demo.close(), telling.close()]);
hook.close();
rmSync(own, { recursive: true });
console.log(`${taken} pictures in ${out}`);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
