import { expect, test } from 'vitest';
import {
  admit,
  argvOf,
  atomicsAt,
  linuxReviews,
  planAtomic,
  readAtomics,
} from '../../packages/haetae/src/scenario/index.ts';
import { data, describeWithData } from '../data.ts';

describeWithData('Atomic Red Team', () => {
  const book = readAtomics(atomicsAt(data('atomic', 'atomics'))!);
  const reviews = linuxReviews();

  test('every test is read without error', () => {
    expect(book.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(book.tests).toHaveLength(1581);
  });

  test('all tests for Windows plan: commands that are whole, or steps for people', () => {
    const windows = book.tests.filter(({ platforms }) => platforms.includes('windows'));
    expect(windows).toHaveLength(1225);
    for (const one of windows) {
      const plan = planAtomic(one, { folder: 'C:\\AtomicRedTeam\\atomics', system: 'windows' });
      if (one.work.kind === 'manual') expect(plan.byHand).not.toBe('');
      else expect(plan.steps.some(({ phase }) => phase === 'run')).toBe(true);
      for (const step of plan.steps) {
        const argv = argvOf(step, 'windows', 'haetae-lab:000000000000:00000000000000000000');
        expect(argv.join(' ')).not.toMatch(/#\{[\w-]+\}|PathToAtomicsFolder/);
        // What cmd.exe and CreateProcess take at most.
        expect(argv.join(' ').length).toBeLessThan(step.shell === 'command_prompt' ? 8191 : 32_767);
      }
      expect(plan.technique).toBeDefined();
    }
  });

  test('tests for shells of Linux plan; each is admitted or refused with a reason', () => {
    const shells = book.tests.filter(
      ({ platforms, work }) =>
        platforms.includes('linux') && work.kind === 'commands' && /^(?:sh|bash)$/.test(work.shell),
    );
    const reasons = new Map<string, number>();
    for (const one of shells) {
      expect(planAtomic(one, { folder: '/opt/atomics', system: 'linux' }).steps.length).toBeGreaterThan(0);
      const admission = admit(one, reviews);
      const reason = admission.kind === 'runs' ? 'runs' : admission.because;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(Object.fromEntries([...reasons].sort())).toEqual({
      desktop: 4,
      destroys: 2,
      elevated: 93,
      endless: 1,
      impact: 4,
      installs: 1,
      'missing-part': 5,
      network: 41,
      'other-system': 13,
      'own-check': 1,
      runs: 87,
      service: 3,
    });
  });

  test('what deletes the file system is refused, and never in the list of what may run', () => {
    const wipe = book.tests.find(({ guid }) => guid === 'f3aa95fe-4f10-4485-ad26-abf22a764c52')!;
    const { refused } = planAtomic(wipe, { folder: '/opt/atomics', system: 'linux' });
    expect(refused.map(({ harm }) => harm)).toContain('deletes-system');
    expect(admit(wipe, reviews)).toEqual({ kind: 'refused', because: 'destroys' });
  });
});
