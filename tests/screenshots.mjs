/**
 * `npm run screenshots [FOLDER]`: every page of a demo, in Korean and English, light and dark, at 1440 × 900 and 390 × 844, to be
 * looked at. Needs the system's Chromium (CHROMIUM=… names another).
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? join(root, 'screenshots');
mkdirSync(out, { recursive: true });
const child = spawn(process.execPath, [
  join(root, 'packages/haetae/bin/haetae.js'),
  'serve',
  '--demo',
  '--port',
  '0',
  '--lang',
  'en',
]);
let said = '';
await new Promise((resolve, reject) => {
  const hear = (chunk) => {
    said += chunk;
    if (/^Detecting/m.test(said)) resolve();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('exit', (code) => reject(new Error(`haetae serve --demo ended with ${code}: ${said}`)));
});
const [, url, secret] = /(http:\/\/127\.0\.0\.1:\d+)\/setup#(\S+)/.exec(said);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const made = await fetch(`${url}/api/setup`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ token: secret, name: 'demo', password: 'a demo needs no secret' }),
});
const [name, value] = made.headers.get('set-cookie').split(';')[0].split('=');
const get = async (path) => (await fetch(`${url}${path}`, { headers: { cookie: `${name}=${value}` } })).json();
// Until what the sample campaign makes is there.
let first;
for (let i = 0; i < 60 && first === undefined; i++) {
  first = (await get('/api/incidents?limit=1')).items[0];
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
await new Promise((resolve) => setTimeout(resolve, 4000));
const incident = (await get('/api/incidents?limit=1')).items[0]?.id;
const rule = (await get('/api/findings?limit=1')).items[0]?.ruleId;
const host = (await get('/api/entities?limit=1')).items[0]?.key;
const VIEWS = {
  overview: '',
  incidents: 'incidents',
  ...(incident && {
    story: `incidents/${incident}`,
    timeline: `incidents/${incident}?view=timeline`,
    processes: `incidents/${incident}?view=tree`,
    evidence: `incidents/${incident}?view=evidence&at=2`,
    entities: `incidents/${incident}?view=entities`,
  }),
  hunt: 'hunt?q=powershell',
  sigma: 'hunt?view=sigma',
  iocs: 'hunt?view=ioc',
  anomalies: 'anomalies',
  attack: 'attack',
  rules: 'rules',
  ...(rule && { rule: `rules/${rule}` }),
  hosts: 'hosts',
  ...(host && { host: `hosts/${encodeURIComponent(host)}` }),
  upload: 'upload',
  tokens: 'settings/tokens',
  audit: 'settings/audit',
};
const problems = [];
for (const lang of ['ko', 'en'])
  for (const theme of ['light', 'dark'])
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ]) {
      const context = await browser.newContext({
        viewport: { width, height },
        locale: lang === 'ko' ? 'ko-KR' : 'en-US',
      });
      await context.addCookies([{ name, value, url }]);
      await context.addInitScript((kept) => localStorage.setItem('haetae', JSON.stringify(kept)), {
        lang,
        theme,
        zone: lang === 'ko' ? 'KST' : 'UTC',
        seenMs: 1,
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(error.message));
      for (const [view, hash] of Object.entries(VIEWS)) {
        await page.goto(`${url}/#/${hash}`);
        await page.waitForTimeout(900);
        const file = `${view}-${lang}-${theme}-${width}.png`;
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wider > 0) problems.push(`${file}: ${wider} px wider than the page`);
        await page.screenshot({ path: join(out, file) });
      }
      await context.close();
    }
await browser.close();
child.removeAllListeners('exit');
child.kill('SIGINT');
console.log(`${Object.keys(VIEWS).length * 8} pictures in ${out}`);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
