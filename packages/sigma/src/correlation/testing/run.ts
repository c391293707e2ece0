import {
  type BaseMatch,
  type CorrelationFinding,
  type Correlator,
  type CorrelatorOptions,
  compile,
  createCorrelator,
  type LinkedRules,
  linkRules,
  type Matcher,
  objectView,
  type Primitive,
  parseRules,
} from '../../index.ts';

/** An event: seconds since the start, and its fields. `E` is what the rules of {@link RULES} ask for. */
export type Row = readonly [seconds: number, fields: Readonly<Record<string, Primitive | readonly Primitive[]>>];

/** Rules `a` to `e`: events whose field E is that letter. */
export const RULES = [...'abcde']
  .map(
    (name) =>
      `title: Rule ${name}\nname: ${name}\nlogsource: {product: windows}\ndetection:\n  s: {E: ${name}}\n  condition: s\n`,
  )
  .join('---\n');

/** A correlation, as the lines below `correlation:`. */
export const correlation = (body: string, name = 'found'): string =>
  `---\ntitle: ${name}\nname: ${name}\ncorrelation:\n${body
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

/** Throws the first error among the problems. */
export function link(...texts: readonly string[]): LinkedRules {
  const linked = linkRules(texts.map((text, i) => parseRules(text, { file: `${i}.yml` })));
  for (const problem of linked.problems) if (problem.severity === 'error') throw problem;
  return linked;
}

export type Found = CorrelationFinding<number, string>;

export const START = 1_700_000_000_000;

const compiled = new WeakMap<LinkedRules, Matcher[]>();

/** What rows are to a correlator: number `n` is the event `n`, its detail `event n`. */
export function matchesOf(
  linked: LinkedRules,
  correlator: Correlator<number, string>,
  rows: readonly Row[],
): BaseMatch<number, string>[] {
  const matchers = compiled.get(linked) ?? linked.rules.map((rule) => compile(rule));
  compiled.set(linked, matchers);
  return rows.flatMap(([seconds, fields], n) => {
    const view = objectView(fields);
    return matchers.flatMap((matcher) => {
      const input = correlator.inputOf(matcher.rule);
      if (input === undefined || !matcher.matches(view)) return [];
      // Fractions of a millisecond are ticks.
      const ms = Math.floor(seconds * 1000 + 1e-6);
      const timeTicks = Math.round((seconds * 1000 - ms) * 10_000);
      const id = String(n).padStart(6, '0');
      const values = correlator.valuesOf(input, view);
      return [{ input, timeMs: START + ms, timeTicks, id, ref: n, detail: `event ${n}`, values }];
    });
  });
}

/** What is said of rows that come in this order, all of it. */
export function hear(text: string | LinkedRules, rows: readonly Row[], options: CorrelatorOptions = {}): Found[] {
  const linked = typeof text === 'string' ? link(text) : text;
  const correlator = createCorrelator<number, string>(linked.correlations, options);
  for (const match of matchesOf(linked, correlator, rows)) correlator.add(match);
  return correlator.finish();
}

export const seconds = ({ timeMs }: { readonly timeMs: number }): number => (timeMs - START) / 1000;

/** The closed findings, short: `found GROUP @met from-to value=… count=…`. */
export function run(text: string, rows: readonly Row[], options: CorrelatorOptions = {}): string[] {
  return hear(text, rows, options)
    .filter(({ state }) => state === 'closed')
    .map(short);
}

export function short(found: Found): string {
  const { correlation: of, group, value, count, approximate, from, to } = found;
  const values = group.map((g) => g.value).join('/');
  return `${of.name}${values === '' ? '' : ` ${values}`} @${seconds(found)} ${seconds(from)}-${seconds(to)} value=${value} count=${count}${approximate ? ' approximate' : ''}`;
}
