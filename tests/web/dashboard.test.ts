import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  apiOf,
  axeFindings,
  BROWSER,
  complaints,
  contextOf,
  launch,
  login,
  NAME,
  NO_BROWSER,
  PASSWORD,
  type Served,
  serve,
} from './browser.ts';

const SAMPLES = fileURLToPath(new URL('../../packages/haetae/content/samples/', import.meta.url));

test('there is a browser to test in', () => {
  if (BROWSER !== undefined) return;
  // Elsewhere the tests below are left out; here they must not be.
  if (process.env.CI !== undefined) throw new Error(NO_BROWSER);
  console.log(`left out: ${NO_BROWSER}`);
});

describe.skipIf(BROWSER === undefined)('the dashboard in a browser', () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let heard: string[];
  beforeAll(async () => {
    served = await serve();
    browser = await launch();
    page = await (await contextOf(browser, { lang: 'ko' })).newPage();
    heard = complaints(page);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  const view = async (hash: string) => {
    await page.goto(`${served.url}/#/${hash}`);
    await page.waitForTimeout(700);
  };

  test('the first start: the link makes the administrator, once', async () => {
    await page.goto(`${served.url}/setup#${served.secret}`);
    await page.fill('input[name=name]', NAME);
    await page.fill('input[name=password]', PASSWORD);
    await page.fill('input[name=again]', 'something else');
    await page.press('input[name=again]', 'Enter');
    await page.getByText('두 비밀번호가 다릅니다.').waitFor();
    await page.fill('input[name=again]', PASSWORD);
    await page.press('input[name=again]', 'Enter');
    await page.getByText('아직 수신한 이벤트가 없습니다.').waitFor();
    const other = await (await contextOf(browser, { lang: 'en' })).newPage();
    await other.goto(`${served.url}/setup#${served.secret}`);
    await other.fill('input[name=password]', PASSWORD);
    await other.fill('input[name=again]', PASSWORD);
    await other.press('input[name=again]', 'Enter');
    await other.getByText('This link was used already').waitFor();
    await other.context().close();
  });

  test('a log is handed over, and its receipt says what became of it', async () => {
    await view('upload');
    const files = ['DESKTOP-HT01_Sysmon.evtx', 'DESKTOP-HT02_Sysmon.csv', 'collector.zip'].map(
      (name) => SAMPLES + name,
    );
    await page.setInputFiles('input[type=file]', files);
    await page.getByText('수집 완료 · 이벤트 178건').waitFor({ timeout: 60_000 });
    await page.getByText('수집 완료 · 이벤트 100건').waitFor({ timeout: 60_000 });
    await page.getByText('수집 완료 · 이벤트 279건').waitFor({ timeout: 60_000 });
  });

  test('the incident appears by itself, and tells its story in both languages', async () => {
    await view('');
    const first = page.locator('section[aria-labelledby=o-top] li a').first();
    await first.waitFor({ timeout: 90_000 });
    await first.click();
    await page.getByRole('tab', { name: '경위' }).waitFor();
    await page
      .getByText(/했습니다/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: '계정 및 화면 설정' }).click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('tab', { name: 'Story' }).waitFor();
    await page.getByText(/ ran /).first().waitFor();
    await page.getByRole('button', { name: '한국어' }).click();
    await page.keyboard.press('Escape');
    for (const name of ['타임라인', '프로세스', '증거', '관련 대상']) {
      await page.getByRole('tab', { name }).click();
      expect(await page.getByRole('tabpanel').innerText()).not.toBe('');
    }
  });

  test('evidence shows the raw event, every field of it', async () => {
    await page.getByRole('tab', { name: '증거' }).click();
    await page.locator('[role=tabpanel] li button').first().click();
    await page
      .locator('[role=tabpanel] dt')
      .filter({ hasText: /^(?:Image|CommandLine|ScriptBlockText|UtcTime)$/ })
      .first()
      .waitFor();
  });

  test('keys alone: j, Enter, u, ?', async () => {
    await view('incidents');
    await page.locator('tbody tr').first().waitFor();
    await page.locator('main').focus();
    await page.keyboard.press('j');
    expect(await page.locator('tr.at').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: '경위' }).waitFor();
    await page.keyboard.press('u');
    await page.locator('tbody tr').first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: '단축키' }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('what an attacker writes stays text, wherever it is shown', async () => {
    const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>{{7*7}}javascript:alert(1)`;
    const names =
      'RuleName UtcTime ProcessGuid ProcessId FileVersion Description Product Company OriginalFileName CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser'.split(
        ' ',
      );
    const event = {
      ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', Provider: 'Microsoft-Windows-Sysmon', EventID: 1 },
      ...{ Computer: 'EVIL<b>HOST</b>', TimeCreated: new Date().toISOString(), EventRecordID: 1 },
      ...Object.fromEntries(names.map((name) => [name, hostile])),
      ...{ Image: `C:\\${hostile}\\powershell.exe`, CommandLine: `powershell -enc ${hostile}` },
    };
    const api = await apiOf(page, served.url);
    const { secret: token } = await api<{ secret: string }>('api/tokens', { name: 'test', kind: 'ingest' });
    const sent = await fetch(`${served.url}/ingest/ndjson`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: `${JSON.stringify(event)}\n`,
    });
    expect(sent.ok).toBe(true);
    await expect
      .poll(
        async () => {
          await view(`hunt?q=${encodeURIComponent('onerror')}`);
          return page.locator('.line').count();
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0);
    await page.locator('.line').first().click();
    await page.getByRole('dialog').waitFor();
    const values = page.getByRole('dialog').locator('dd').filter({ hasText: '<img src=x onerror=' });
    expect(await values.count()).toBeGreaterThanOrEqual(names.length + 2);
    const { items } = await api<{ items: { id: string; hosts: string[] }[] }>('api/incidents?text=EVIL');
    const own = items.flatMap(({ id }) =>
      ['', 'timeline', 'tree', 'evidence', 'entities'].map((tab) => `incidents/${id}?view=${tab}`),
    );
    const host = encodeURIComponent('EVIL<b>HOST</b>');
    for (const hash of ['', 'incidents', 'hosts', `hosts/${host}`, 'rules', 'anomalies', 'attack', ...own])
      await view(hash);
    expect(await page.title()).not.toBe('owned');
    expect(await page.locator('img[src=x], main script, main b:text-is("HOST")').count()).toBe(0);
  });

  test('what happens appears by itself: counted where somebody reads, at once where nothing would jump', async () => {
    await view('incidents');
    await page.locator('tbody tr').first().waitFor();
    const before = await page.locator('tbody tr').count();
    const api = await apiOf(page, served.url);
    const { secret } = await api<{ secret: string }>('api/tokens', { name: 'live', kind: 'ingest' });
    const event = {
      ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', Provider: 'Microsoft-Windows-Sysmon', EventID: 1 },
      ...{ Computer: 'LIVE-01', TimeCreated: new Date().toISOString(), EventRecordID: 7, User: 'CORP\\lee' },
      ...{ ProcessGuid: '{11111111-2222-3333-4444-555555555555}', ProcessId: 4242 },
      ...{ Image: 'C:\\Windows\\System32\\rundll32.exe' },
      CommandLine: 'rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 684 C:\\Temp\\o.tmp full',
    };
    const sent = await fetch(`${served.url}/ingest/ndjson`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: `${JSON.stringify(event)}\n`,
    });
    expect(sent.ok).toBe(true);
    const arrived = page.getByRole('button', { name: /변경 \d+건/ });
    await arrived.first().waitFor({ timeout: 60_000 });
    expect(await page.locator('tbody tr').count()).toBe(before);
    await arrived.first().click();
    await page.locator('tbody tr').filter({ hasText: 'LIVE-01' }).first().waitFor();
  });

  test('an incident is marked as benign: it is gone, the audit log says who', async () => {
    await view('incidents');
    const row = page.locator('tbody tr').last();
    await row.waitFor();
    const title = await row.locator('a').innerText();
    const before = await page.locator('tbody tr').count();
    await row.locator('a').click();
    await page.getByRole('button', { name: '정상 처리' }).click();
    const reason = page.getByLabel('사유', { exact: true });
    await reason.waitFor({ timeout: 30_000 });
    await reason.fill('점검으로 확인함');
    await page.getByRole('button', { name: /정상.*종결/ }).click();
    await page.getByRole('button', { name: '다시 열기' }).waitFor({ timeout: 30_000 });
    await view('incidents');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(before - 1);
    await view('settings/audit');
    await page.getByText('incident.update').first().waitFor();
    expect(title).not.toBe('');
  });

  test.each([
    '',
    'incidents',
    'hunt?q=powershell',
    'hunt?view=ioc',
    'hunt?view=sigma',
    'anomalies',
    'attack',
    'rules',
    'hosts',
    'upload',
    'settings/users',
    'settings/tokens',
    'settings/audit',
  ])('axe finds nothing serious: %s', async (hash) => {
    await view(hash);
    await page.waitForTimeout(300);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('at 390 pixels nothing is wider than the page', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of [
      '',
      'incidents',
      'hunt?q=powershell',
      'anomalies',
      'attack',
      'rules',
      'hosts',
      'upload',
      'settings/tokens',
    ]) {
      await view(hash);
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect([hash, wider]).toEqual([hash, 0]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('behind a prefix of a proxy, all the same', async () => {
    const { createServer, request } = await import('node:http');
    const proxy = createServer((from, to) => {
      const path = from.url!.replace(/^\/soc/, '') || '/';
      const asked = request(
        served.url + path,
        { method: from.method, headers: { ...from.headers, host: new URL(served.url).host } },
        (got) => {
          to.writeHead(got.statusCode!, got.headers);
          got.pipe(to);
        },
      );
      from.pipe(asked);
    }).listen(0);
    const { port } = proxy.address() as { port: number };
    const other = await (await contextOf(browser, { lang: 'en' })).newPage();
    await other.goto(`http://127.0.0.1:${port}/soc/`);
    await other.getByRole('button', { name: 'Log in' }).waitFor();
    await other.context().close();
    proxy.closeAllConnections();
    proxy.close();
  });

  test('a session that ended says so, and leads back', async () => {
    await page.context().clearCookies();
    await view('rules');
    await page.reload();
    await page.getByRole('button', { name: '로그인' }).waitFor();
    await login(page, `${served.url}/#/rules`);
    await page.getByRole('heading', { name: '규칙' }).waitFor();
  });

  test('nothing was complained of: no broken policy, no uncaught error, no other host', () => {
    expect(heard).toEqual([]);
  });
});
