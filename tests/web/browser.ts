import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The system's browser: Debian's `chromium` package, Chrome, or what CHROMIUM names. undefined where there is none. */
export const BROWSER = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
].find((path) => path !== '' && existsSync(path));

export const NO_BROWSER =
  'no Chromium: apt-get install --no-install-recommends chromium fonts-nanum, or CHROMIUM=/path/to/chrome';

export interface Served {
  readonly url: string;
  /** Of the one-time link. */
  readonly secret: string;
  readonly data: string;
  close(): Promise<void>;
}

/** `haetae serve` as a process, on a free port over a folder of its own; resolves once events are detected. */
export async function serve(...flags: string[]): Promise<Served> {
  const data = mkdtempSync(join(tmpdir(), 'haetae-web-'));
  const own = flags.includes('--demo') ? [] : ['--data', data];
  const argv = [join(ROOT, 'packages/haetae/bin/haetae.js'), 'serve', '--port', '0', '--lang', 'en', ...own, ...flags];
  const child: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (/^Detecting/m.test(said)) resolve();
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('exit', (code) => reject(new Error(`haetae serve ended with ${code}: ${said}`)));
  });
  await ready;
  const [, url, secret] = /(http:\/\/127\.0\.0\.1:\d+)\/setup#(\S+)/.exec(said)!;
  return {
    url: url!,
    secret: secret!,
    data,
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: BROWSER!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });

/** What the page complained of: a policy that was broken, an error that nobody caught. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => {
    const expected = /status of 40[149]/.test(message.text());
    if (message.type() === 'error' && !expected) heard.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') heard.push(`asked another host: ${request.url()}`);
  });
  return heard;
}

export type Look = {
  readonly lang: 'ko' | 'en';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
};

export async function contextOf(
  browser: Browser,
  { lang, theme = 'light', width = 1440, height = 900 }: Look,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: lang === 'ko' ? 'ko-KR' : 'en-US',
    reducedMotion: 'reduce',
  });
  const kept = JSON.stringify({ lang, theme, zone: lang === 'ko' ? 'KST' : 'UTC' });
  await context.addInitScript(
    `if (localStorage.getItem('haetae') === null) localStorage.setItem('haetae', ${JSON.stringify(kept)})`,
  );
  return context;
}

export const NAME = 'analyst1';
export const PASSWORD = 'correct horse battery staple';

export async function login(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.fill('input[name=name]', NAME);
  await page.fill('input[name=password]', PASSWORD);
  await page.press('input[name=password]', 'Enter');
  await page.waitForSelector('nav[aria-label]', { state: 'attached' });
}

/** Asks the server as the page's session: GET, or POST where there is a body. */
export type Asker = <T>(path: string, body?: object) => Promise<T>;

export async function apiOf(page: Page, url: string): Promise<Asker> {
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const { csrf } = (await (await fetch(`${url}/api/session`, { headers: { cookie } })).json()) as { csrf: string };
  return async (path, body) => {
    const headers = { cookie, 'content-type': 'application/json', 'x-csrf-token': csrf };
    const answer = await fetch(`${url}/${path}`, {
      headers,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as never;
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls serious or critical. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`);
}
