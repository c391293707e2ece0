import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { data, describeWithData } from '../data.ts';
import { haetae } from '../e2e/haetae.ts';
import {
  type Asker,
  apiOf,
  axeFindings,
  BROWSER,
  complaints,
  contextOf,
  launch,
  login,
  NAME,
  PASSWORD,
  type Served,
  serve,
} from './browser.ts';

/** Real logs: handed over on the page and sent by a shipper, then every page in both languages. */
describeWithData('the dashboard over real logs', () => {
  if (BROWSER === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'haetae-real-'));
  let served: Served;
  let browser: Browser;
  let page: Page;
  let api: Asker;
  const heard: string[][] = [];
  const otrf = () =>
    readdirSync(data('otrf', 'atomic'), { recursive: true, encoding: 'utf8' })
      .filter((name) =>
        /cmd_sam_copy_esentutl\.zip$|psh_mshta_html_application_execution\.zip$|empire_over_pth_patch_lsass\.zip$/.test(
          name,
        ),
      )
      .sort()
      .map((name) => data('otrf', 'atomic', name));
  const seed = () =>
    readdirSync(data('seed'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.csv'))
      .map((name) => data('seed', name));

  beforeAll(async () => {
    // What the demo calls ordinary is not ordinary here, and that is what is wanted: scores.
    const baseline = join(folder, 'seed.baseline');
    await haetae(['baseline', 'learn', ...seed(), '-o', baseline, '--timezone', 'KST']);
    served = await serve(...(existsSync(baseline) ? ['--baseline', baseline] : []));
    browser = await launch();
    page = await (await contextOf(browser, { lang: 'ko' })).newPage();
    heard.push(complaints(page));
    await page.goto(`${served.url}/setup#${served.secret}`);
    await page.fill('input[name=name]', NAME);
    await page.fill('input[name=password]', PASSWORD);
    await page.fill('input[name=again]', PASSWORD);
    await page.press('input[name=again]', 'Enter');
    await page.waitForSelector('nav[aria-label]', { state: 'attached' });
    api = await apiOf(page, served.url);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('logs are handed over on the page, and others come from a shipper', async () => {
    await page.goto(`${served.url}/#/upload`);
    const files = [...otrf(), ...seed()];
    await page.setInputFiles('input[type=file]', files);
    await expect
      .poll(async () => (await api<{ status: string }[]>('api/uploads')).map(({ status }) => status), {
        timeout: 240_000,
      })
      .toEqual(files.map(() => 'done'));
    const { secret } = await api<{ secret: string }>('api/tokens', { name: 'shipper', kind: 'ingest' });
    const event = (i: number) => ({
      ...{ Channel: 'Security', Provider: 'Microsoft-Windows-Security-Auditing', EventID: 4625 },
      ...{
        Computer: 'DC01.corp.example',
        TimeCreated: new Date(Date.now() - i * 1000).toISOString(),
        EventRecordID: i,
      },
      ...{ TargetUserName: 'administrator', IpAddress: '203.0.113.9', LogonType: '3', Status: '0xc000006d' },
    });
    const sent = await fetch(`${served.url}/ingest/ndjson`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: Array.from({ length: 50 }, (_, i) => `${JSON.stringify(event(i))}\n`).join(''),
    });
    expect(sent.ok).toBe(true);
    await expect
      .poll(async () => (await api<{ backlog: number; events: number }>('api/stats')).backlog, { timeout: 120_000 })
      .toBe(0);
    await expect
      .poll(async () => (await api<{ items: unknown[] }>('api/incidents')).items.length, { timeout: 120_000 })
      .toBeGreaterThan(0);
  }, 400_000);

  const PAGES: readonly [hash: string, filled: string][] = [
    ['', 'section[aria-labelledby=o-top] li a'],
    ['incidents', 'tbody tr'],
    ['hunt?q=powershell', '.line'],
    ['anomalies', 'main svg[role=img]'],
    ['attack', '.matrix a, .matrix button'],
    ['rules?hits=1', 'tbody tr'],
    ['hosts', 'tbody tr'],
    ['upload', 'main li'],
    ['settings/users', 'tbody tr'],
    ['settings/tokens', 'tbody tr'],
    ['settings/agents', 'form'],
    ['settings/retention', 'form'],
    ['settings/audit', 'tbody tr'],
    ['settings/about', 'dd'],
  ];
  test.each(['ko', 'en'] as const)(
    'every page has something to show, in its language: %s',
    async (lang) => {
      const context = await contextOf(browser, { lang });
      const other = await context.newPage();
      heard.push(complaints(other));
      await login(other, served.url);
      for (const [hash, filled] of PAGES) {
        await other.goto(`${served.url}/#/${hash}`);
        await other.locator(filled).first().waitFor({ timeout: 30_000 });
        const title = await other.locator('main h1').first().innerText();
        expect([hash, /[가-힣]/.test(title) || title === 'ATT&CK']).toEqual([
          hash,
          lang === 'ko' || title === 'ATT&CK',
        ]);
      }
      const [{ id }] = (await api<{ items: { id: string }[] }>('api/incidents?limit=1')).items as [{ id: string }];
      for (const tab of ['', 'timeline', 'tree', 'evidence', 'entities']) {
        await other.goto(`${served.url}/#/incidents/${id}?view=${tab}`);
        await other.getByRole('tabpanel').waitFor();
        expect([tab, (await other.getByRole('tabpanel').innerText()).trim()]).not.toEqual([tab, '']);
        expect([tab, await axeFindings(other)]).toEqual([tab, []]);
      }
      await context.close();
    },
    240_000,
  );

  test('nothing was complained of', () => {
    expect(heard.flat()).toEqual([]);
  });
});
