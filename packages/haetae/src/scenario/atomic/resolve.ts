import type { AtomicTest } from './atomic.ts';

/** The texts of a test with its inputs put in: what a shell is given. */
export interface Resolved {
  readonly needs: readonly { readonly description: string; readonly check: string; readonly get: string }[];
  readonly command: string;
  readonly cleanup: string;
  /** Every input by name, as it was put in. */
  readonly inputs: Readonly<Record<string, string>>;
}

export class InputError extends Error {
  override readonly name = 'InputError';
  readonly input: string;
  readonly known: readonly string[];

  constructor(input: string, known: readonly string[]) {
    super(`no input ${input}; there are: ${known.join(', ')}`);
    this.input = input;
    this.known = known;
  }
}

/**
 * Puts inputs into a test. Inputs may name one another and the folder of the tests (`PathToAtomicsFolder`), as in Atomic Red Team's own
 * runner. Throws an {@link InputError} for an input that the test has not.
 */
export function resolve(test: AtomicTest, given: Readonly<Record<string, string>>, folder: string): Resolved {
  const known = test.inputs.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError(unknown, known);
  const values = new Map(test.inputs.map(({ name, value }) => [name, given[name] ?? value]));
  const once = (text: string): string =>
    text.replace(/#\{([\w-]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  const path = folder.replace(/[\\/]+$/, '');
  const put = (text: string): string =>
    once(once(text))
      .replace(/\$?PathToAtomicsFolder/g, path)
      .replace(/\s+$/, '');
  return {
    needs: test.needs.map(({ description, check, get }) => ({
      description: once(description),
      check: put(check),
      get: put(get),
    })),
    command: put(test.work.kind === 'commands' ? test.work.command : test.work.steps),
    cleanup: put(test.work.kind === 'commands' ? test.work.cleanup : ''),
    inputs: Object.fromEntries([...values].map(([name, value]) => [name, put(value)])),
  };
}
