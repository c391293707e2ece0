import { describe, expect, test } from 'vitest';
import { planAtomic } from '../plan.ts';
import { atomic } from '../testing/atomic.ts';
import { type Pending, runDirect, type Shell } from './direct.ts';

const windows = (given: Parameters<typeof atomic>[0] = {}) =>
  planAtomic(
    atomic({ platforms: ['windows'], ...given, work: { shell: 'command_prompt', cleanup: 'del x', ...given?.work } }),
    { folder: 'C:\\a' },
  );

/** Answers by the command's first words; what it was given is kept. No program starts. */
function played(answers: Record<string, number | 'hangs' | 'not there'> = {}) {
  const ran: string[] = [];
  const pending: (Pending | undefined)[] = [];
  let pid = 100;
  const shell: Shell = async (argv) => {
    const text = argv.at(-1)!.replace(/ & rem .*$/, '');
    ran.push(text);
    const answer = answers[text] ?? 0;
    if (answer === 'not there') return { pid: null, status: null, timedOut: false, output: 'not there' };
    return { pid: pid++, status: answer === 'hangs' ? null : answer, timedOut: answer === 'hangs', output: text };
  };
  let clock = 1000;
  const abort = new AbortController();
  const options = {
    ...({ system: 'windows', host: 'LAB-1', secret: 's', seconds: 5, prepare: false, signal: abort.signal } as const),
    ...{ now: () => clock++, shell, pending: (one: Pending | undefined) => pending.push(one) },
  };
  return { ran, pending, options, abort };
}

describe('what runs is taken back', () => {
  test('each command is recorded with its process and times, and marked', async () => {
    const { options, ran } = played();
    const record = await runDirect(windows(), options);
    expect(ran).toEqual(['id', 'del x']);
    expect(record).toMatchObject({
      outcome: 'done',
      undone: 'cleanup',
      hostPid: 100,
      technique: 'T1082',
      tactics: ['discovery'],
    });
    expect(record.marker).toMatch(/^haetae-lab:[0-9a-f]{12}:[0-9a-f]{20}$/);
    expect(record.phases.map(({ phase, pid, status }) => [phase, pid, status])).toEqual([
      ['run', 100, 0],
      ['undo', 101, 0],
    ]);
  });

  test.each([
    { about: 'it fails', answers: { id: 1 }, outcome: 'done', undone: 'cleanup' },
    { about: 'it hangs and is ended', answers: { id: 'hangs' as const }, outcome: 'timed-out', undone: 'cleanup' },
    { about: 'its program is not there', answers: { id: 'not there' as const }, outcome: 'broken', undone: 'cleanup' },
    { about: 'the undo fails', answers: { 'del x': 2 }, outcome: 'done', undone: 'failed' },
  ])('when $about', async ({ answers, outcome, undone }) => {
    const { options, ran } = played(answers);
    expect(await runDirect(windows(), options)).toMatchObject({ outcome, undone });
    expect(ran).toEqual(['id', 'del x']);
  });

  test('the undo is kept until it is done: a run that is killed leaves it to the next', async () => {
    const { options, pending } = played();
    await runDirect(windows(), options);
    expect(pending).toMatchObject([
      { undo: ['cmd.exe', '/d', '/c', expect.stringMatching(/^del x & rem haetae-lab:/)] },
      undefined,
    ]);
    const hung = played({ 'del x': 'hangs' });
    await runDirect(windows(), hung.options);
    expect(hung.pending).toHaveLength(1);
  });

  test('nothing begins once somebody asked to stop', async () => {
    const { options, ran, abort } = played();
    abort.abort();
    expect(await runDirect(windows(), options)).toMatchObject({ outcome: 'broken', undone: 'nothing-to-undo' });
    expect(ran).toEqual([]);
  });
});

describe('what it needs', () => {
  const needs = [{ description: 'x', check: 'check x', get: 'get x' }];

  test.each([
    { about: 'is there', answers: {}, prepare: false, ran: ['check x', 'id', 'del x'] },
    { about: 'is not there', answers: { 'check x': 1 }, prepare: false, ran: ['check x'] },
    { about: 'cannot be brought', answers: { 'check x': 1 }, prepare: true, ran: ['check x', 'get x', 'check x'] },
  ])('$about', async ({ answers, prepare, ran: expected }) => {
    const { options, ran } = played(answers);
    const record = await runDirect(windows({ needs, needsIn: 'command_prompt' }), { ...options, prepare });
    expect(ran).toEqual(expected);
    expect(record.outcome).toBe(expected.includes('id') ? 'done' : 'unmet');
  });
});

test('a refused plan is not run', async () => {
  const { options, ran } = played();
  await expect(runDirect(windows({ work: { command: 'shutdown /s' } }), options)).rejects.toThrow(RangeError);
  expect(ran).toEqual([]);
});
