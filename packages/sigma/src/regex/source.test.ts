import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRegex } from './parse.ts';
import { RegexProblem } from './problem.ts';
import { regExpSource } from './source.ts';

test.each(['\\bwhoami\\b', '(?i)\\B[-/]enc\\b', '(?a:\\bk\\B)|\\w+\\b\\s', '(?i)k\\b.s'])(
  '%s says the same of ASCII values with and without the boundaries of other scripts',
  (pattern) => {
    const node = parseRegex(pattern, '');
    if (node instanceof RegexProblem) throw new Error(node.reason);
    const [full, ascii] = [regExpSource(node)!, regExpSource(node, true)!];
    expect(ascii.source.length).toBeLessThan(full.source.length);
    const [all, fast] = [new RegExp(full.source, full.flags), new RegExp(ascii.source, ascii.flags)];
    const value = fc.string({ unit: fc.constantFrom(...'whoamiKks -/enc_9.\n'), maxLength: 30 });
    fc.assert(
      fc.property(value, (text) => fast.test(text) === all.test(text)),
      { seed: 3, numRuns: 300 },
    );
  },
);
