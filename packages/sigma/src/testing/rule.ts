import {
  type CompileOptions,
  compile,
  type Matcher,
  objectView,
  type Primitive,
  parseRules,
  SigmaError,
  type SigmaRule,
} from '../index.ts';

/** A rule with this detection (YAML, as below `detection:`). Throws its first problem that is an error. */
export function ruleOf(detection: string): SigmaRule {
  const indented = detection
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  const { rules, problems } = parseRules(`title: t\nlogsource:\n  product: windows\ndetection:\n${indented}\n`, {
    file: 'rule.yml',
  });
  for (const problem of problems) if (problem.severity === 'error') throw problem;
  return rules[0]!;
}

export const matcherOf = (detection: string, options?: CompileOptions): Matcher => compile(ruleOf(detection), options);

export type Fields = Readonly<Record<string, Primitive | readonly Primitive[]>>;

/** Whether one line of a search, such as `Image|endswith: '\a.exe'`, holds for an event. */
export const holds = (item: string, event: Fields, options?: CompileOptions): boolean =>
  matcherOf(`search:\n  ${item.split('\n').join('\n  ')}\ncondition: search`, options).matches(objectView(event));

/** The error of a search, without its file and line: `column: reason`. The search begins in column 5. */
export function refusal(item: string): string {
  try {
    holds(item, {});
  } catch (error) {
    if (error instanceof SigmaError) return `${error.column}: ${error.reason}`;
    throw error;
  }
  return 'accepted';
}
