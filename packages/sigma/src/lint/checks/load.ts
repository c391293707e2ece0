import { compile } from '../../compile.ts';
import { SigmaError, type SigmaErrorCode } from '../../error.ts';
import type { Check, Checks, FileView } from '../check.ts';

/** Everything that keeps the documents of a file from working, or is odd in them; found once a file. */
const loaded = new WeakMap<FileView, readonly SigmaError[]>();

function problems(view: FileView): readonly SigmaError[] {
  const known = loaded.get(view);
  if (known !== undefined) return known;
  const made = [...view.parsed.problems];
  for (const rule of view.parsed.rules) {
    try {
      compile(rule);
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      made.push(error);
    }
  }
  const all = made.flatMap((error) => [error, ...error.others]);
  loaded.set(view, all);
  return all;
}

const of = (severity: Check['severity'], codes: readonly SigmaErrorCode[], what: string, why: string): Check => ({
  severity,
  what,
  why,
  file: (view, report) => {
    for (const problem of problems(view))
      if (codes.includes(problem.code)) report({ from: view.source.offset(problem) }, problem.reason);
  },
});

const REFUSED = 'Such a rule is refused: it detects nothing.';

export const LOAD: Checks = {
  yaml: of('error', ['bad-yaml', 'too-large', 'no-rule'], 'The text is no YAML, or holds no rule.', REFUSED),
  structure: of(
    'error',
    ['missing-key', 'bad-type'],
    'A key that a rule needs is not there, or holds something else.',
    REFUSED,
  ),
  modifier: of(
    'error',
    ['unknown-modifier', 'bad-chain'],
    'A modifier does not exist, or cannot stand where it does.',
    REFUSED,
  ),
  value: of('error', ['bad-value'], 'A value cannot be compared as its modifiers ask.', REFUSED),
  regex: of('error', ['bad-regex'], 'A regular expression cannot be read, or is not supported.', REFUSED),
  cidr: of('error', ['bad-cidr'], 'A network cannot be read, or has bits beyond its prefix.', REFUSED),
  condition: of(
    'error',
    ['bad-condition', 'unknown-search', 'old-aggregation'],
    'The condition cannot be read, or names a search that is not there.',
    REFUSED,
  ),
  correlation: of(
    'error',
    ['bad-correlation', 'rule-cycle', 'ambiguous-rule'],
    'A correlation cannot be read.',
    REFUSED,
  ),
  filter: of('error', ['bad-filter'], 'A filter document cannot be read.', REFUSED),
  placeholder: of(
    'info',
    ['no-placeholder'],
    'A placeholder needs values.',
    'Without values, given when rules are compiled or by a pipeline, the rule is refused.',
  ),
  'unused-search': of(
    'warning',
    ['unused-search'],
    'The condition does not use a search.',
    'Most often it was forgotten, and the rule matches more than its author thinks.',
  ),
  metadata: of(
    'warning',
    ['odd-metadata', 'unknown-key'],
    'A key about the rule holds something else than the specification says.',
    'The rule works, but tools that sort by it do not find it.',
  ),
};
