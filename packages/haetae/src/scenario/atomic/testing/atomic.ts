import type { AtomicTest, AtomicWork } from '../atomic.ts';

/** A test as its members say; `id` on Linux where they say nothing. */
export function atomic(
  given: Partial<Omit<AtomicTest, 'work'>> & {
    readonly work?: Partial<Extract<AtomicWork, { kind: 'commands' }>>;
  } = {},
): AtomicTest {
  const { work, ...rest } = given;
  return {
    ...{ guid: '00000000-0000-0000-0000-000000000001', name: 'who', description: '', technique: 'T1082', number: 1 },
    ...{ platforms: ['linux'], inputs: [], needsIn: 'sh', needs: [], file: 'T1082.yaml', line: 1 },
    ...rest,
    work: { kind: 'commands', shell: 'sh', elevated: false, command: 'id', cleanup: '', ...work },
  };
}
