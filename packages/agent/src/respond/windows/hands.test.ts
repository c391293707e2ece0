import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Order } from '../../protocol/index.ts';
import type { Refused } from '../hands.ts';
import type { Ended } from '../program.ts';
import type { Step, Verification } from '../steps/step.ts';
import { stepsOf } from '../steps/steps.ts';
import { scriptArgv, windowsHands } from './hands.ts';
import { recordedWindows } from './testing/recorded.ts';

const SCRIPT = 'C:\\Program Files\\Haetae Agent\\haetae-respond.ps1';
const STATE = 'C:\\ProgramData\\Haetae\\Agent\\respond\\state\\1';
const process = { pid: 4000, startMs: 1, withinMs: 500, image: 'C:\\evil.exe' };

async function carry(
  order: Order,
  answers: Readonly<Record<string, Partial<Ended>>> = {},
): Promise<[string, string[]]> {
  const { run, asked } = recordedWindows(answers);
  const hands = windowsHands({
    run,
    scriptPath: SCRIPT,
    state: STATE,
    server: undefined,
    collect: ['event-logs'],
    scriptKeys: [],
    timeoutMs: 1000,
  });
  const steps = stepsOf(order, 'windows', { address: '192.0.2.1', port: 8443 })!;
  try {
    for (const check of steps.guard) await hands.check(check);
    for (const step of steps.steps) await hands.perform(step);
    for (const one of steps.verify) await hands.verify(one);
    return ['done', asked];
  } catch (error) {
    return [(error as Refused).reason, asked];
  }
}

test('the script is called with exactly these arguments', () =>
  expect(scriptArgv(SCRIPT, 'guard', STATE)).toEqual([
    'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    ...[
      '-NoProfile',
      '-NonInteractive',
      '-ExecutionPolicy',
      'AllSigned',
      '-File',
      SCRIPT,
      '-Verb',
      'guard',
      '-State',
      STATE,
    ],
  ]));

test('a process: guard, verb, effect, each with its data on stdin', async () => {
  const data = JSON.stringify(process);
  expect(await carry({ action: 'kill-process', process })).toEqual([
    'done',
    [
      `guard {"kind":"same-process","process":${data}}`,
      'guard {"kind":"not-protected"}',
      'guard {"kind":"not-own-agent"}',
      `kill-process {"process":${data}}`,
      `effect {"kind":"process-gone","process":${data},"tree":false}`,
    ],
  ]);
});

test('an account of a domain: looked at before, and after', async () => {
  const order = { action: 'disable-domain-account', domain: 'CORP', account: 'kim' } as const;
  const of = '"domain":"CORP","account":"kim"';
  const guard = `guard {"kind":"domain-account",${of}}`;
  expect(await carry(order)).toEqual([
    'done',
    [
      guard,
      `disable-domain-account {${of}}`,
      `effect {"kind":"script","verb":"domain-account-is-disabled","data":{${of}}}`,
    ],
  ]);
  const administrator = { guard: { status: 1, out: '{"reason":"protected","detail":"kim"}' } };
  expect(await carry(order, administrator)).toEqual(['protected', [guard]]);
});

test('a task is exported before it goes', async () => {
  const [, asked] = await carry({ action: 'remove-task', name: '\\Evil "x"' });
  expect(asked).toEqual([
    'guard {"kind":"is-there","what":"\\\\Evil \\"x\\""}',
    'export-task {"name":"\\\\Evil \\"x\\""}',
    'schtasks.exe /Delete /TN \\Evil "x" /F',
    'effect {"kind":"run","argv":["C:\\\\Windows\\\\System32\\\\schtasks.exe","/Query","/TN","\\\\Evil \\"x\\""],"fails":true}',
  ]);
}, 5000);

test('what could not be exported is not removed', async () => {
  const [reason, asked] = await carry(
    { action: 'remove-service', name: 'evil' },
    { 'reg.exe export': { status: 1, err: 'ERROR' } },
  );
  expect(reason).toBe('failed');
  expect(asked.filter((line) => line.startsWith('sc.exe delete'))).toEqual([]);
});

test.each([
  ['{"reason":"protected","detail":"Windows stops without it"}', 'protected'],
  ['noise\r\n{"reason":"process-gone","detail":""}', 'process-gone'],
  ['{"reason":"made-up","detail":""}', 'failed'],
  ['no JSON', 'failed'],
])('a refusal of the script, %j, is told as %s', async (out, expected) => {
  const [reason, asked] = await carry({ action: 'kill-process', process }, { guard: { status: 1, out } });
  expect([reason, asked.length]).toEqual([expected, 1]);
});

test('the script has every verb that a step or a verification names, and begins with no mark of bytes', () => {
  const text = readFileSync(fileURLToPath(new URL('../../../scripts/haetae-respond.ps1', import.meta.url)), 'utf8');
  const orders: Order[] = [
    ...(['kill-process', 'kill-tree', 'suspend-process'] as const).map((action): Order => ({ action, process })),
    { action: 'isolate-host', minutes: 1 },
    { action: 'disable-account', account: 'kim' },
    { action: 'disable-domain-account', domain: 'CORP', account: 'kim' },
    { action: 'log-off-session', account: 'kim', logonId: '0x1' },
    { action: 'quarantine-file', path: 'C:\\evil.exe', sha256: '' },
    { action: 'remove-task', name: '\\Evil' },
    { action: 'remove-service', name: 'evil' },
    { action: 'remove-run-key', key: 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run', value: 'Evil' },
    { action: 'run-script', name: 'a.ps1', text: 'exit', signature: 'A'.repeat(86) },
  ];
  const verbs = orders.flatMap((order) => {
    const steps = stepsOf(order, 'windows', { address: '192.0.2.1', port: 1 })!;
    const all: readonly (Step | Verification)[] = [
      ...steps.steps,
      ...steps.verify,
      ...(steps.undo.kind === 'steps' ? steps.undo.steps : []),
    ];
    return all.flatMap((one) => (one.kind === 'script' ? [one.verb] : []));
  });
  expect([...new Set(verbs)].filter((verb) => !text.includes(`  '${verb}' = { param($d)`))).toEqual([]);
  expect(text.startsWith('# Haetae')).toBe(true);
});
