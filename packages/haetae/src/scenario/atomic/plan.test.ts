import { describe, expect, test } from 'vitest';
import { argvOf, planAtomic } from './plan.ts';
import { InputError } from './resolve.ts';
import { atomic } from './testing/atomic.ts';

const folder = '/opt/atomics/';

describe('a plan says what would be done', () => {
  test('prerequisites, the attack, its undo, with inputs put in that may name one another', () => {
    const plan = planAtomic(
      atomic({
        inputs: [
          { name: 'dir', description: '', type: 'path', value: 'PathToAtomicsFolder/x' },
          { name: 'file', description: '', type: 'path', value: '#{dir}/y' },
        ],
        needs: [{ description: 'needs #{dir}', check: 'test -f #{file}', get: 'touch #{file}' }],
        work: { command: 'cat "#{file}"\n', cleanup: 'rm $PathToAtomicsFolder/z #{unknown}' },
      }),
      { folder, inputs: { dir: '/tmp' } },
    );
    expect(plan.steps).toEqual([
      { phase: 'check', about: 'needs /tmp', shell: 'sh', text: 'test -f /tmp/y' },
      { phase: 'get', about: 'needs /tmp', shell: 'sh', text: 'touch /tmp/y' },
      { phase: 'run', about: '', shell: 'sh', text: 'cat "/tmp/y"' },
      { phase: 'undo', about: '', shell: 'sh', text: 'rm /opt/atomics/z #{unknown}' },
    ]);
  });

  test('an input that the test has not is refused by name', () =>
    expect(() => planAtomic(atomic(), { folder, inputs: { nope: '1' } })).toThrow(InputError));

  test.each([
    { given: { technique: 'T1490', platforms: ['windows'] }, needsName: ['impact', 'no-undo'] },
    { given: { work: { cleanup: 'rm x', elevated: true } }, needsName: ['elevated'] },
    { given: { work: { cleanup: 'rm x' } }, needsName: [] },
    // v18's id of a technique is v19's.
    { given: { technique: 'T1562.001', work: { cleanup: 'x' } }, needsName: [] },
  ])('must be named: $needsName', ({ given, needsName }) =>
    expect(planAtomic(atomic(given), { folder }).needsName).toEqual(needsName),
  );

  test('what no flag makes it do is told with its phase, an input’s doing too', () => {
    const given = {
      inputs: [{ name: 'p', description: '', type: 'path', value: '/tmp/x' }],
      work: { cleanup: 'rm -rf "#{p}"' },
    };
    expect(planAtomic(atomic(given), { folder }).refused).toEqual([]);
    expect(planAtomic(atomic(given), { folder, inputs: { p: '/' } }).refused).toEqual([
      { phase: 'undo', harm: 'deletes-system', text: 'rm -rf /' },
    ]);
  });
});

describe('the marker stands in the command line', () => {
  test.each([
    ['sh', 'linux', ['sh', '-c', 'a\nb\n# M']],
    ['bash', 'linux', ['bash', '-c', 'a\nb\n# M']],
    ['command_prompt', 'windows', ['cmd.exe', '/d', '/c', 'a & b & rem M']],
    [
      'powershell',
      'windows',
      ['powershell.exe', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command', '& {a\nb\n# M\n}'],
    ],
    ['powershell', 'linux', ['pwsh', '-NoProfile', '-NonInteractive', '-Command', '& {a\nb\n# M\n}']],
  ] as const)('of %s on %s', (shell, system, argv) =>
    expect(argvOf({ shell, text: 'a\nb' }, system, 'M')).toEqual(argv),
  );
});
