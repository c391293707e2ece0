import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parseZone } from '../../locale/index.ts';
import type { ReportDesk } from './report-thread.ts';
import { lastPeriod, reporting } from './reporting.ts';

const seoul = parseZone('Asia/Seoul')!;
const at = (text: string): number => Date.parse(text);
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  {
    every: 'daily',
    now: '2026-06-23T15:30:00Z',
    name: '2026-06-23',
    from: '2026-06-22T15:00:00Z',
    to: '2026-06-23T15:00:00Z',
  },
  {
    every: 'daily',
    now: '2026-06-23T14:30:00Z',
    name: '2026-06-22',
    from: '2026-06-21T15:00:00Z',
    to: '2026-06-22T15:00:00Z',
  },
  {
    every: 'weekly',
    now: '2026-06-28T15:00:00Z',
    name: '2026-06-22--2026-06-28',
    from: '2026-06-21T15:00:00Z',
    to: '2026-06-28T15:00:00Z',
  },
  {
    every: 'weekly',
    now: '2026-06-28T14:59:00Z',
    name: '2026-06-15--2026-06-21',
    from: '2026-06-14T15:00:00Z',
    to: '2026-06-21T15:00:00Z',
  },
  {
    every: 'monthly',
    now: '2026-01-05T00:00:00Z',
    name: '2025-12',
    from: '2025-11-30T15:00:00Z',
    to: '2025-12-31T15:00:00Z',
  },
] as const)('$every at $now: $name', ({ every, now, name, from, to }) => {
  expect(lastPeriod(every, at(now), seoul)).toEqual({ name, fromMs: at(from), toMs: at(to) });
});

test('a period is reported once, and its files lie in the data folder', async () => {
  vi.useFakeTimers();
  const directory = mkdtempSync(join(tmpdir(), 'haetae-reporting-'));
  const asked: string[] = [];
  const desk: ReportDesk = {
    async said() {
      return undefined;
    },
    async make(_wanted, { languages }, zone, name) {
      asked.push(`${name} ${languages} ${zone}`);
      return [`${name}.pdf`, `${name}.manifest.json`].map((file) => ({
        name: file,
        mime: '',
        bytes: Buffer.from(file),
      }));
    },
  };
  const now = () => at('2026-06-23T15:30:00Z');
  const stop = reporting(
    desk,
    { every: 'daily', language: 'ko' },
    { directory, timeZone: 'Asia/Seoul' },
    now,
    () => {},
  );
  try {
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(existsSync(join(directory, 'reports', 'haetae-2026-06-23.pdf'))).toBe(true));
    expect(readdirSync(join(directory, 'reports')).sort()).toEqual([
      'haetae-2026-06-23.manifest.json',
      'haetae-2026-06-23.pdf',
    ]);
    expect(asked).toEqual(['haetae-2026-06-23 ko Asia/Seoul']);
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
