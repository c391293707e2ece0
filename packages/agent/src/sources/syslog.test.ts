import { expect, test } from 'vitest';
import { messageOfLine, syslogMessage } from './syslog.ts';

const own = { host: 'own', program: 'file.log', nowMs: Date.UTC(2026, 0, 2) };
const local = (text: string): string => new Date(text).toISOString();

test.each([
  [
    'Jan  1 10:11:12 web01 sshd[77]: Accepted key',
    `<13>1 ${local('2026-01-01T10:11:12')} web01 sshd 77 - - Accepted key`,
  ],
  ['Dec 31 23:59:59 web01 cron: x', `<13>1 ${local('2025-12-31T23:59:59')} web01 cron - - - x`],
  ['<34>Jan 01 10:11:12 web01 su: y', `<34>1 ${local('2026-01-01T10:11:12')} web01 su - - - y`],
  ['2026-01-01T10:11:12.5+09:00 web01 app[1]: z', '<13>1 2026-01-01T01:11:12.500Z web01 app 1 - - z'],
  ['2026-01-01 10:11:12 status installed pkg', '<13>1 - own file.log - - - 2026-01-01 10:11:12 status installed pkg'],
  ['just words', '<13>1 - own file.log - - - just words'],
])('%s', (line, expected) => {
  const text = messageOfLine(line, own).toString('utf8');
  expect(text).toBe(`${Buffer.byteLength(expected)} ${expected}`);
});

test('the length counts bytes, and a header holds only what a header may', () => {
  expect(syslogMessage({ host: '서버 1', program: '', text: '한글', timeMs: 0 }).toString('utf8')).toBe(
    '54 <13>1 1970-01-01T00:00:00.000Z ___1 - - - - 한글'.replace(
      '54',
      String(Buffer.byteLength('<13>1 1970-01-01T00:00:00.000Z ___1 - - - - 한글')),
    ),
  );
});
