import type { LinkedCorrelation } from '../link.ts';
import type { SigmaRule } from '../rule.ts';
import type { EventView } from '../view.ts';
import type { BaseMatch, CorrelationFinding } from './finding.ts';
import { CorrelationNode, type Hearer } from './node.ts';
import { type CorrelationStats, type CorrelatorOptions, DEFAULTS } from './options.ts';
import { planAll } from './plan.ts';
import type { SigmaCorrelation } from './rule.ts';
import { type CorrelatorState, finite, restoreNode, STATE_VERSION, saveNode } from './state.ts';
import { compareInstants } from './time.ts';

/** A base rule whose matches the correlator wants, and the fields of the event that it asks for. */
export interface CorrelatorInput {
  readonly rule: SigmaRule;
  readonly fields: readonly string[];
}

/** Correlations at work over matches of base rules, by the time of the events; no clock is looked at. */
export interface Correlator<R = unknown, D = unknown> {
  readonly inputs: readonly CorrelatorInput[];
  /** The index of a rule among the inputs; undefined when no correlation needs it. */
  inputOf(rule: SigmaRule): number | undefined;
  /** The values that a match of this input carries, out of what the rule saw of the event. */
  valuesOf(input: number, view: EventView): (readonly string[] | null)[];
  /** Takes a match, in any order within the lateness that is allowed. One without a time (NaN) is counted as late. */
  add(match: BaseMatch<R, D>): void;
  /**
   * What can be said by now, in order of time: nothing will come that is older than `watermarkMs`, or than the newest match
   * less the lateness. A correlation that no match can change any more is `closed`.
   */
  advance(watermarkMs?: number): CorrelationFinding<R, D>[];
  /** The rest: there will be no more matches. */
  finish(): CorrelationFinding<R, D>[];
  /** To be given to {@link createCorrelator} after a restart. Call it behind {@link advance}. */
  save(): CorrelatorState<R, D>;
  readonly stats: readonly { readonly correlation: SigmaCorrelation; readonly stats: Readonly<CorrelationStats> }[];
  /** Of the state that it was made from: correlations that went on, and those that began anew since they are not as they were. */
  readonly restored: { readonly kept: number; readonly dropped: number };
}

/**
 * `linked`: in the order of {@link linkRules}. `state`: goes on where another stopped; what belongs to a correlation that
 * has changed since, or to another version of this package, is left.
 */
export function createCorrelator<R = unknown, D = unknown>(
  linked: readonly LinkedCorrelation[],
  options: CorrelatorOptions = {},
  state?: CorrelatorState<R, D>,
): Correlator<R, D> {
  const limits: Required<CorrelatorOptions> = { ...DEFAULTS, ...options };
  const { plans, inputs } = planAll(linked);
  let told: CorrelationFinding<R, D>[] = [];
  const nodes: CorrelationNode<R, D>[] = plans.map((plan) => {
    const hearer: Hearer<R, D> = {
      say: (finding) => told.push(finding),
      pass: (match) => {
        for (const to of plan.parents) nodes[to.plan]!.give({ ...match, rule: to.source });
      },
    };
    return new CorrelationNode<R, D>(plan, limits, hearer);
  });
  const indexOf = new Map(inputs.map(({ rule }, i) => [rule, i]));

  let watermark = state?.version === STATE_VERSION ? (state.watermarkMs ?? Number.NEGATIVE_INFINITY) : -Infinity;
  let newest = state?.version === STATE_VERSION ? (state.newestMs ?? Number.NEGATIVE_INFINITY) : -Infinity;
  let kept = 0;
  if (state?.version === STATE_VERSION) {
    const saved = new Map(state.correlations.map((one) => [one.key, one]));
    for (const node of nodes) {
      const own = saved.get(node.plan.key);
      if (own?.fingerprint !== node.plan.fingerprint) continue;
      restoreNode(node, own, { values: limits.eventsPerGroup });
      kept++;
    }
  }

  const below = linked.map(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'correlation' ? [linked.indexOf(source.linked)] : [])),
  );

  /** What each node makes is not before its horizon, so those above wait for no more than that. */
  const settle = (before: number): CorrelationFinding<R, D>[] => {
    const horizons: number[] = [];
    for (const [i, node] of nodes.entries()) {
      const own = Math.min(before, ...below[i]!.map((child) => horizons[child]!));
      node.settle(own);
      horizons[i] = node.horizon(own);
    }
    for (const node of nodes) node.update();
    const all = told.sort(compareInstants);
    told = [];
    return all;
  };

  return {
    inputs: inputs.map(({ rule, fields }) => ({ rule, fields })),
    inputOf: (rule) => indexOf.get(rule),
    valuesOf: (input, view) => inputs[input]!.fields.map((field) => view.values(field) ?? null),
    add: ({ input, values, ...match }) => {
      const { to } = inputs[input]!;
      if (!(match.timeMs >= watermark)) {
        for (const { plan } of to) {
          nodes[plan]!.stats.matches++;
          nodes[plan]!.stats.late++;
        }
        return;
      }
      for (const { plan, source } of to) nodes[plan]!.give({ ...match, rule: source, rows: [values] });
      if (match.timeMs > newest) newest = match.timeMs;
      if (newest - limits.latenessMs > watermark) watermark = newest - limits.latenessMs;
    },
    advance: (watermarkMs = Number.NEGATIVE_INFINITY) => {
      if (watermarkMs > watermark) watermark = watermarkMs;
      return settle(watermark);
    },
    finish: () => {
      watermark = Number.POSITIVE_INFINITY;
      return settle(watermark);
    },
    save: () => ({
      version: STATE_VERSION,
      watermarkMs: finite(watermark),
      newestMs: finite(newest),
      correlations: nodes.map(saveNode),
    }),
    stats: nodes.map(({ plan, stats }) => ({ correlation: plan.linked.correlation, stats })),
    restored: { kept, dropped: (state?.correlations.length ?? 0) - kept },
  };
}
