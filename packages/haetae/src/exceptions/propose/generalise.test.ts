import { compile, objectView, parseRules } from '@haetae/sigma';
import { expect, test } from 'vitest';
import { escapeText, generalise, isLike } from './generalise.ts';

const command = { kind: 'command' } as const;
const path = { kind: 'path' } as const;

test.each([
  { value: String.raw`C:\Program Files\Backup\agent.exe`, of: path, op: 'equals', others: [] },
  {
    value: String.raw`C:\Users\kim\AppData\Local\Slack\slack.exe`,
    of: path,
    op: 're',
    others: [String.raw`c:\users\이서연\AppData\Local\Slack\slack.exe`],
    not: [
      String.raw`C:\Users\kim\Downloads\AppData\Local\Slack\slack.exe`,
      String.raw`C:\Users\kim\AppData\Local\Slack\slack2.exe`,
    ],
  },
  {
    value: String.raw`C:\Users\Public\tool.exe`,
    of: path,
    op: 'equals',
    others: [],
    not: [String.raw`C:\Users\kim\tool.exe`],
  },
  {
    value: 'agent.exe --parent-pid=4312 --job 7',
    of: command,
    op: 're',
    others: ['agent.exe --parent-pid=88 --job 7'],
    not: ['agent.exe --parent-pid=88 --job 8', 'agent.exe --parent-pid=88 & calc --job 7'],
  },
  {
    value: String.raw`msiexec /i "C:\Windows\Temp\{8D0A1B2C-0000-4000-8000-00C04FD430C8}\setup.msi" /qn`,
    of: command,
    op: 're',
    others: [String.raw`msiexec /i "C:\Windows\Temp\{11111111-2222-3333-4444-555555555555}\setup.msi" /qn`],
    not: [String.raw`msiexec /i "C:\Windows\Temp\x\setup.msi" /qn`],
  },
  {
    value: String.raw`C:\Windows\System32\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}`,
    of: command,
    op: 'equals',
    others: [],
    not: [String.raw`C:\Windows\System32\DllHost.exe /Processid:{11111111-2222-3333-4444-555555555555}`],
  },
  {
    value: 'backup.cmd 2026-03-17 full',
    of: command,
    op: 're',
    others: ['backup.cmd 2026-04-01 full'],
    not: ['backup.cmd 2026-04-01 full & calc', 'backup.cmd x full'],
  },
  {
    value: String.raw`HKU\S-1-5-21-1-2-3-1104\Software\App\Run`,
    of: path,
    op: 're',
    others: [String.raw`HKU\S-1-5-21-9-8-7-500\Software\App\Run`],
  },
])('$value', ({ value, of, op, others, not = [] }) => {
  const pattern = generalise(value, of)!;
  expect(pattern.op).toBe(op);
  const modifier = { equals: '', contains: '|contains', re: '|re' }[pattern.op];
  const rule = `title: t\nlogsource: {product: windows}\ndetection:\n  s:\n    Field${modifier}: '${pattern.pattern.replaceAll("'", "''")}'\n  condition: s\n`;
  const { rules, problems } = parseRules(rule, { file: 'f.yml' });
  expect(problems.map(({ message }) => message)).toEqual([]);
  const matcher = compile(rules[0]!);
  const asked = (Field: string): [string, boolean, boolean] => [
    Field,
    matcher.matches(objectView({ Field })),
    isLike(pattern, Field),
  ];
  const said = (Field: string, is: boolean): [string, boolean, boolean] => [Field, is, is];
  expect([value, ...others].map(asked)).toEqual([value, ...others].map((v) => said(v, true)));
  expect(not.map(asked)).toEqual(not.map((v) => said(v, false)));
});

test.each([
  [String.raw`C:\a\b`, String.raw`C:\a\b`],
  [String.raw`\\server\share`, String.raw`\\\\server\share`],
  ['what?', String.raw`what\?`],
  [String.raw`C:\*.txt`, String.raw`C:\\\*.txt`],
])('%s is written %s', (text, written) => {
  expect(escapeText(text)).toBe(written);
  const { rules } = parseRules(
    `title: t\nlogsource: {product: windows}\ndetection:\n  s:\n    F: '${written}'\n  condition: s\n`,
  );
  const matcher = compile(rules[0]!);
  expect(matcher.matches(objectView({ F: text }))).toBe(true);
  expect(matcher.matches(objectView({ F: `${text}x` }))).toBe(false);
});

test('hashes are pinned by SHA256', () => {
  const sha = 'A'.repeat(64);
  expect(generalise(`MD5=1,SHA256=${sha},IMPHASH=2`, { kind: 'hashes' })).toEqual({
    op: 'contains',
    pattern: `SHA256=${sha}`,
  });
});
