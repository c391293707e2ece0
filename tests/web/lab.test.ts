import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  apiOf,
  axeFindings,
  BROWSER,
  complaints,
  contextOf,
  launch,
  NAME,
  PASSWORD,
  type Served,
  serve,
} from './browser.ts';

const LOG = fileURLToPath(new URL('../../packages/haetae/content/samples/DESKTOP-HT01_Sysmon.evtx', import.meta.url));
const HAETAE = fileURLToPath(new URL('../../packages/haetae/bin/haetae.js', import.meta.url));
const SHOTS = process.env.HAETAE_SHOTS;

/** An exercise over the sample: two steps that rules see, one whose event never came. */
const label = (step: string, technique: string, record: number, eventId: number) =>
  JSON.stringify({
    ...{ campaign: 'sample', step, techniques: [technique], computer: 'DESKTOP-HT01.haetae.example' },
    ...{ channel: 'Microsoft-Windows-Sysmon/Operational', eventId, record, time: '2026-03-17T05:02:42.012Z' },
  });
const LABELS = [label('lure', 'T1204.002', 36449, 11), label('gone', 'T1003.001', 999_999, 10)].join('\n');

describe.skipIf(BROWSER === undefined)('the page Lab', () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let heard: string[];
  const scored = (title: string, ...flags: string[]): void => {
    const labels = join(served.data, 'labels.jsonl');
    writeFileSync(labels, LABELS);
    const argv = [HAETAE, 'lab', 'score', '--labels', labels, '--data', served.data, '--title', title, ...flags, LOG];
    try {
      execFileSync(process.execPath, argv, { stdio: 'ignore' });
    } catch (error) {
      // 1: a step was missed, as it should be.
      if ((error as { status?: number }).status !== 1) throw error;
    }
  };
  const opened = async (lang: 'ko' | 'en', name: string, user?: BrowserContext): Promise<Page> => {
    const one = await (user ?? (await contextOf(browser, { lang }))).newPage();
    await one.goto(served.url);
    await one.fill('input[name=name]', name);
    await one.fill('input[name=password]', PASSWORD);
    await one.press('input[name=password]', 'Enter');
    await one.waitForSelector('nav[aria-label]', { state: 'attached' });
    return one;
  };
  const shot = async (of: Page, name: string): Promise<void> => {
    if (SHOTS !== undefined) await of.screenshot({ path: join(SHOTS, `lab-${name}.png`), fullPage: true });
  };

  beforeAll(async () => {
    served = await serve();
    browser = await launch();
    const made = await fetch(`${served.url}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: served.secret, name: NAME, password: PASSWORD }),
    });
    expect(made.status).toBeLessThan(300);
    page = await opened('ko', NAME);
    heard = complaints(page);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test('without a card it says how one comes about, and the canary comes back', async () => {
    await page.goto(`${served.url}/#/lab`);
    await page.getByText('보관된 채점표가 없습니다.').waitFor();
    await page.getByRole('button', { name: '지금 점검' }).click();
    await page.getByText('탐지됨').waitFor({ timeout: 60_000 });
    const tries = await (await apiOf(page, served.url))<{ state: string }[]>('api/lab/canary');
    expect(tries.map(({ state }) => state)).toEqual(['came']);
  });

  test('a card that was scored on the command line stands here: each step, why it was missed, tactics over time', async () => {
    scored('봄 훈련');
    await page.goto(`${served.url}/#/overview`);
    await page.goto(`${served.url}/#/lab`);
    await page.getByText('2단계 중 1단계').first().waitFor();
    await shot(page, 'list-ko');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: '봄 훈련' }).click();
    await page.getByText('문서처럼 이름 붙인 바로 가기').first().waitFor();
    await page.getByText('이벤트 없음').waitFor();
    await page.getByRole('button', { name: 'gone' }).click();
    await page.getByText('로그에 해당 이벤트가 없습니다.').waitFor();
    await shot(page, 'card-ko');
    expect(await axeFindings(page)).toEqual([]);
  });

  test.each(['PDF', 'HTML', 'Markdown', 'Navigator 레이어'])('it can be had as %s', async (format) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: format }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.(?:pdf|html|md|layer\.json)$/);
  });

  test('an exercise is hidden from who practises until the calls are made; they are graded, once', async () => {
    scored('Drill', '--exercise');
    const ask = await apiOf(page, served.url);
    await ask('api/users', { name: 'student', role: 'viewer', password: PASSWORD });
    const student = await opened('en', 'student');
    const told = complaints(student);
    await student.goto(`${served.url}/#/lab`);
    await student.getByText('Shown once you have made your calls').waitFor();
    await student.getByRole('link', { name: 'Drill' }).click();
    await student.getByText('Something happened on DESKTOP-HT01').waitFor();
    expect(await student.getByText('lure').count()).toBe(0);
    const asStudent = await apiOf(student, served.url);
    const [entry] = (await asStudent<{ id: string; title: string }[]>('api/lab/scores')).filter(
      ({ title }) => title === 'Drill',
    );
    await expect(asStudent(`api/lab/scores/${entry!.id}`)).rejects.toThrow('403');
    await student.fill('input[name=host]', 'DESKTOP-HT01');
    await student.fill('input[name=at]', '2026-03-17T05:03:00');
    await student.fill('input[name=technique]', 'T1204');
    await student.getByRole('button', { name: 'Add a call' }).click();
    await shot(student, 'practise-en');
    await student.getByRole('button', { name: 'Hand in' }).click();
    await student.getByText('50 of 100').waitFor();
    await student.getByRole('button', { name: 'lure' }).waitFor();
    expect(await axeFindings(student)).toEqual([]);
    await shot(student, 'graded-en');
    await expect(
      asStudent(`api/lab/scores/${entry!.id}/calls`, { calls: [{ host: 'x', timeMs: 0, technique: 'T1082' }] }),
    ).rejects.toThrow('409');
    expect(told).toEqual([]);
    await student.context().close();
  });

  test('at 390 pixels nothing is wider than the page', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${served.url}/#/lab`);
    await page.waitForTimeout(500);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await shot(page, 'narrow-ko');
  });

  test('the page complained of nothing', () => expect(heard).toEqual([]));
});
