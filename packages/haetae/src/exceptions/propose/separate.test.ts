import { expect, test } from 'vitest';
import { type SeenFields, separate } from './separate.ts';

const seen = (fields: Readonly<Record<string, string>>): SeenFields =>
  new Map(Object.entries(fields).map(([name, value]) => [name, [value]]));
const POWERSHELL = String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`;
const run = (CommandLine: string, more: Record<string, string> = {}): SeenFields =>
  seen({
    Image: POWERSHELL,
    CommandLine,
    ParentImage: 'C:\\Backup\\agent.exe',
    User: 'CORP\\svc',
    Computer: 'SRV',
    ...more,
  });
const ASKED = new Set(['Image', 'CommandLine']);

test.each<[string, SeenFields[], SeenFields[], unknown]>([
  [
    'alone: what was done and by whose order',
    [run('powershell -enc AAAA')],
    [],
    [['CommandLine = powershell -enc AAAA', 'ParentImage = C:\\Backup\\agent.exe']],
  ],
  [
    'others of the rule do something else: the same',
    [run('powershell -enc AAAA')],
    [run('powershell -enc BBBB', { ParentImage: 'C:\\Windows\\explorer.exe' })],
    [['CommandLine = powershell -enc AAAA', 'ParentImage = C:\\Backup\\agent.exe']],
  ],
  [
    'another account does the same: the account is asked for too',
    [run('powershell -enc AAAA')],
    [run('powershell -enc AAAA', { User: 'CORP\\eve' })],
    [['CommandLine = powershell -enc AAAA', 'ParentImage = C:\\Backup\\agent.exe', 'User = CORP\\svc']],
  ],
  [
    'several commands: a list',
    [run('powershell -enc AAAA'), run('powershell -enc CCCC')],
    [run('powershell -enc BBBB')],
    [['CommandLine = powershell -enc AAAA | powershell -enc CCCC', 'ParentImage = C:\\Backup\\agent.exe']],
  ],
  [
    'what is volatile is generalised',
    [run('agent --pid=17 sync')],
    [],
    [['CommandLine re (?i)^agent --pid=(?:0x[0-9a-fA-F]+|[0-9]+) sync$', 'ParentImage = C:\\Backup\\agent.exe']],
  ],
  [
    'unless that tells it from another match',
    [run('agent --pid=17 sync')],
    [run('agent --pid=18 sync')],
    [['CommandLine = agent --pid=17 sync', 'ParentImage = C:\\Backup\\agent.exe']],
  ],
  ['the same in every field', [run('powershell -enc AAAA')], [run('powershell -enc AAAA')], 'inseparable'],
  [
    'no program is told: two things that were done',
    [seen({ ServiceName: 'Backup', ImagePath: 'C:\\Backup\\agent.exe -run', Computer: 'SRV' })],
    [],
    [['ServiceName = Backup', 'ImagePath = C:\\Backup\\agent.exe -run']],
  ],
  ['only a host and a user', [seen({ User: 'CORP\\svc', Computer: 'SRV' })], [], 'nothing-to-go-by'],
])('%s', (_what, targets, others, expected) => {
  const found = separate(
    targets,
    others.map((one) => ({ seen: one, elsewhere: false })),
    ASKED,
  );
  const said =
    found.kind !== 'separated'
      ? found.kind
      : found.selections.map((conditions) =>
          conditions.map(
            ({ field, op, patterns }) => `${field.name} ${op === 'equals' ? '=' : op} ${patterns.join(' | ')}`,
          ),
        );
  expect(said).toEqual(expected);
});

test('too many commands for one list: a selection for each program', () => {
  const of = (image: string, n: number) => Array.from({ length: n }, (_, i) => run(`${image} ${i}`, { Image: image }));
  const found = separate([...of('a.exe', 6), ...of('b.exe', 6)], []);
  expect(found.kind === 'separated' && found.selections.map((s) => s.map((c) => c.patterns.length))).toEqual([
    [6, 1],
    [6, 1],
  ]);
});

test.each<[string, SeenFields, string]>([
  ['another command', run('powershell -enc BBBB', { Computer: 'LAB' }), 'separated'],
  ['another parent', run('powershell -enc AAAA', { ParentImage: 'C:\\Windows\\explorer.exe' }), 'separated'],
  ['only another host and user', run('powershell -enc AAAA', { Computer: 'LAB', User: 'LAB\\eve' }), 'inseparable'],
  ['a field that it does not tell', seen({ Image: POWERSHELL, CommandLine: 'powershell -enc AAAA' }), 'inseparable'],
])('an attack elsewhere with %s', (_what, attack, kind) => {
  expect(separate([run('powershell -enc AAAA')], [{ seen: attack, elsewhere: true }], ASKED).kind).toBe(kind);
});
