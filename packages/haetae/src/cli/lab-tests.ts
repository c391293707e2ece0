import { type LabWords, printable } from '../locale/index.ts';
import {
  type AtomicBook,
  type AtomicPlan,
  type AtomicProblem,
  type AtomicTest,
  atomicsAt,
  InputError,
  planAtomic,
  readAtomics,
  type System,
} from '../scenario/index.ts';
import { UsageError } from './usage.ts';

/** The tests of --atomics, with the number of files. */
export function testsAt(path: string | undefined, w: LabWords): AtomicBook & { readonly files: number } {
  if (path === undefined) throw new UsageError(w.needsAtomics);
  const files = atomicsAt(path);
  if (files === undefined || files.length === 0) throw new UsageError(w.noAtomics(path));
  return { ...readAtomics(files), files: files.length };
}

export const problemLine = ({ severity, file, line, column, code, about }: AtomicProblem, w: LabWords): string =>
  `${printable(file)}:${line}:${column}: ${w.problem[severity]}: ${w.faults[code](printable(about))}`;

export const testName = ({ technique, number }: AtomicTest): string => `${technique}#${number}`;

/** Tests as people name them: `all`, a technique with or without a number, a guid or its beginning. */
export function chosen(tests: readonly AtomicTest[], wanted: readonly string[], w: LabWords): AtomicTest[] {
  if (wanted.length === 0) throw new UsageError(w.needsTest);
  const found = new Set<AtomicTest>();
  for (const one of wanted) {
    const some = matching(tests, one, w);
    if (some.length === 0) throw new UsageError(w.noTest(printable(one)));
    for (const test of some) found.add(test);
  }
  return tests.filter((test) => found.has(test));
}

function matching(tests: readonly AtomicTest[], wanted: string, w: LabWords): AtomicTest[] {
  if (wanted === 'all') return [...tests];
  const [, technique, number] = /^(T\d{4}(?:\.\d{3})?)(?:[#-](\d{1,4}))?$/i.exec(wanted) ?? [];
  if (technique !== undefined) {
    const id = technique.toUpperCase();
    return tests.filter(
      (test) =>
        (test.technique === id || (number === undefined && test.technique.startsWith(`${id}.`))) &&
        (number === undefined || test.number === Number(number)),
    );
  }
  if (!/^[0-9a-f]{4}[0-9a-f-]*$/i.test(wanted)) return [];
  const some = tests.filter(({ guid }) => guid.startsWith(wanted.toLowerCase()));
  if (some.length > 1) throw new UsageError(w.severalTests(wanted, String(some.length)));
  return some;
}

export function inputsOf(texts: readonly string[] | undefined, w: LabWords): Record<string, string> {
  return Object.fromEntries(
    (texts ?? []).map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(w.badInput(printable(text)));
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Plans one test; an input that it has not is the user's mistake. */
export function planned(
  test: AtomicTest,
  wanted: {
    readonly inputs: Readonly<Record<string, string>>;
    readonly folder: string;
    readonly system?: System | undefined;
  },
  w: LabWords,
): AtomicPlan {
  const { inputs, folder, system } = wanted;
  try {
    return planAtomic(test, { inputs, folder, ...(system !== undefined && { system }) });
  } catch (error) {
    if (error instanceof InputError)
      throw new UsageError(w.unknownInput(printable(error.input), testName(test), error.known.join(', ')));
    throw error;
  }
}
