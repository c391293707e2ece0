import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Asker,
  apiOf,
  axeFindings,
  BROWSER,
  complaints,
  contextOf,
  launch,
  type Served,
  serve,
} from './browser.ts';

const RULE_ID = '5d0c6a7e-1f2b-4c3d-8e4f-0a1b2c3d4e5f';
const rule = (word: string) => `title: Something That The Demo Holds
id: ${RULE_ID}
status: experimental
description: Finds what every computer of the demo starts
references:
    - https://example.com
author: Tests
date: 2026-11-28
tags:
    - attack.execution
    - attack.t1059
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\\${word}.exe'
    condition: selection
falsepositives:
    - Unknown
level: low
`;

/** The sample campaign has data for every page: what people do there beside reading. */
describe.skipIf(BROWSER === undefined)('the dashboard over the sample campaign', () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let heard: string[];
  let api: Asker;
  const view = async (hash: string) => {
    await page.goto(`${served.url}/#/${hash}`);
    await page.locator('main h1').first().waitFor();
  };
  beforeAll(async () => {
    served = await serve('--demo');
    browser = await launch();
    page = await (await contextOf(browser, { lang: 'en' })).newPage();
    heard = complaints(page);
    await page.goto(`${served.url}/setup#${served.secret}`);
    await page.locator('[role=note]').filter({ hasText: 'DEMO' }).waitFor();
    api = await apiOf(page, served.url);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test('the sample campaign is taken in, and scored', async () => {
    await expect
      .poll(async () => (await api<{ events: number; backlog: number }>('api/stats')).events, { timeout: 90_000 })
      .toBe(641);
    await expect
      .poll(async () => (await api<{ items: unknown[] }>('api/anomalies')).items.length, { timeout: 90_000 })
      .toBeGreaterThan(5);
  });

  test('anomalies: the threshold is moved by keys, a budget moves it, a point is explained, the drift is measured', async () => {
    await view('anomalies');
    const said = page.getByText(/at or above it/).first();
    await said.waitFor();
    const before = Number(/\d+/.exec(await said.innerText())![0]);
    await page.locator('input[type=range]').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(async () => Number(/\d+/.exec(await said.innerText())![0])).toBeLessThan(before);
    await page.getByLabel('At most a day').fill('3');
    await page.keyboard.press('Enter');
    await expect.poll(async () => Number(/\d+/.exec(await said.innerText())![0])).toBeLessThanOrEqual(3);
    await view('anomalies?from=2');
    await page.locator('main ul li button').first().click();
    await page.getByRole('region', { name: 'Why it is unusual' }).getByText('It would be usual if').waitFor();
    await page.getByRole('button', { name: 'Measure the drift' }).click();
    await page.getByText(/shifted, \d+ changed of \d+ features/).waitFor({ timeout: 60_000 });
  });

  test('a rule is written: what is wrong is said as one types, it is tested against what is stored, saved, and taken away', async () => {
    await view('rules');
    await page.getByRole('link', { name: 'New rule' }).click();
    const text = page.getByRole('textbox', { name: 'Rule (YAML)' });
    await text.fill(rule('cmd').replace('condition: selection', 'condition: selektion'));
    const check = page.getByRole('region', { name: 'Check' });
    await check.getByText('Error', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await check.getByRole('button').first().click();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    await text.fill(rule('cmd'));
    await check.getByText('nothing to mend').waitFor();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/among 641 events/).waitFor({ timeout: 60_000 });
    expect(await page.getByText(/^\d+ hits?$/).innerText()).not.toBe('0 hits');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Something That The Demo Holds' }).waitFor({ timeout: 60_000 });
    await view('rules?text=Demo+Holds');
    await page.locator('tbody tr').filter({ hasText: 'local' }).getByRole('link').first().click();
    await page.getByRole('link', { name: 'Tune' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Rules' }).waitFor({ timeout: 60_000 });
    expect((await api<{ items: unknown[] }>('api/rules?text=Demo%20Holds')).items).toEqual([]);
  });

  test('a built-in rule is tuned, and restored', async () => {
    const { items } = await api<{ items: { id: string; title: string; path: string }[] }>('api/rules?limit=1000');
    const { id, title } = items.find(({ path }) => path.endsWith('certutil_download.yml'))!;
    await view(`rules/${id}?edit=1`);
    const text = page.getByRole('textbox', { name: 'Rule (YAML)' });
    await expect.poll(() => text.inputValue()).toContain(title);
    await text.fill((await text.inputValue()).replace(/^title: .*$/m, 'title: Tuned By A Test Of Ours'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Tuned By A Test Of Ours' }).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Tune' }).click();
    await page.getByRole('button', { name: 'Restore the original' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore the original' }).click();
    await page.getByRole('heading', { name: title }).waitFor({ timeout: 60_000 });
  });

  test('what rules cost is measured, and orders the list', async () => {
    await view('rules');
    await page.getByRole('button', { name: 'Measure cost' }).click();
    await page.getByRole('columnheader', { name: 'Cost' }).waitFor({ timeout: 60_000 });
    expect(await page.locator('tbody tr').first().innerText()).toMatch(/µs|ns/);
  });

  test('an advisory, defanged, is swept over what is stored', async () => {
    await view('hunt?view=ioc');
    await page.getByLabel('Text with indicators').fill('C2: hxxp://files[.]example[.]com/update and 198.51.100[.]23');
    await page.getByText(/indicators? recognised/).waitFor();
    await page.getByRole('button', { name: 'Hunt', exact: true }).click();
    await page.locator('tbody tr').first().waitFor({ timeout: 60_000 });
  });

  test('a Navigator layer goes out, and comes back as outlines', async () => {
    await view('attack');
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Navigator layer' }).click();
    const path = await (await waiting).path();
    await page.setInputFiles('input[type=file]', path);
    await page.getByText(/of the layer are outlined/).waitFor();
  });

  test('retention is set, and stays; a token to enrol hosts is shown once, with what to type', async () => {
    await view('settings/retention');
    await page.getByLabel('Keep events and findings').fill('90');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It is in force.').waitFor();
    expect(await api('api/settings')).toMatchObject({ retention: { days: 90, gigabytes: null, fixed: false } });
    await view('settings/agents');
    await page.getByLabel('What it is for').fill('branch');
    await page.getByRole('button', { name: 'Make an enrolment token' }).click();
    await page.getByText(/^haetae-agent enrol --server http.* --server-key [0-9a-f]{64}$/).waitFor();
    await page.getByLabel('agent.json').fill('{"heartbeatSeconds": ');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('agent.json').fill('{"heartbeatSeconds": 30}');
    await page
      .locator('section')
      .filter({ hasText: 'How agents behave' })
      .getByRole('button', { name: 'Save' })
      .click();
    await page.getByText('Connected agents were told').waitFor();
  });

  test.each(['anomalies?from=2', 'rules/new', 'settings/retention', 'settings/agents'])(
    'axe finds nothing serious: %s',
    async (hash) => {
      await view(hash);
      expect(await axeFindings(page)).toEqual([]);
    },
  );

  test('a report in HTML: axe finds nothing serious, nothing is wider than the page', async () => {
    const [incident] = (await api<{ items: { id: string }[] }>('api/incidents?limit=1')).items;
    const path = `api/incidents/${incident!.id}/report?template=executive&format=html&lang=ko`;
    const text = await page.evaluate<string>(`fetch('${path}').then((answer) => answer.text())`);
    // Narrow, where its tables scroll.
    const report = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await report.setContent(text);
    for (const colorScheme of ['light', 'dark'] as const) {
      await report.emulateMedia({ colorScheme });
      expect(await axeFindings(report)).toEqual([]);
    }
    expect(await report.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await report.close();
  });

  test('nothing was complained of', () => {
    expect(heard).toEqual([]);
  });
});
