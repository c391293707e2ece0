import type { LogSource, SigmaRule } from '@haetae/sigma';
import type { FiledFinding } from '../../detect/index.ts';
import { type BackTest, backTest, type KnownBad } from './back-test.ts';
import { createSeer, sourceOf } from './seen.ts';
import { type SeenFields, separate } from './separate.ts';
import { type ExceptionAbout, type FilterDraft, writeExceptions } from './write.ts';

export interface ProposalRequest {
  /** What is known and good. */
  readonly targets: readonly FiledFinding[];
  /** Every other finding of the data at hand. */
  readonly others: readonly FiledFinding[];
  /** The rules in force; findings of a rule that is not among them cannot be excepted. */
  readonly rules: readonly SigmaRule[];
  /** What no exception may hide: positive tests of rules, findings in logs of real attacks. */
  readonly knownBad: readonly KnownBad[];
  readonly about: ExceptionAbout;
}

/** Why some of the targets have no exception. */
export type Unproposed = {
  /** The rule's title; the detector's name where there is none. */
  readonly title: string;
  readonly findings: number;
} & (
  | { readonly kind: 'correlation' | 'no-id' | 'nothing-to-go-by' }
  /** Other findings that look the same: the first of them, and how many there are. */
  | { readonly kind: 'inseparable'; readonly like: KnownBad | FiledFinding; readonly alike: number }
);

export interface Proposal {
  /** Documents in YAML; '' when there is nothing to propose. */
  readonly text: string;
  readonly drafts: readonly FilterDraft[];
  readonly unproposed: readonly Unproposed[];
  readonly test: BackTest;
}

/** Findings that one filter may be for. */
interface Group {
  readonly logsource: LogSource;
  readonly rules: SigmaRule[];
  readonly detector: string | undefined;
  readonly targets: FiledFinding[];
}

/** The smallest filters that take the targets away and leave every other finding of their rules, tested on all of them. */
export function propose(request: ProposalRequest): Proposal {
  const { targets, rules, others, knownBad, about } = request;
  const unproposed: Unproposed[] = [];
  const drafts: FilterDraft[] = [];
  for (const group of grouped(targets, rules, unproposed)) {
    const found = draftsOf(group, others, knownBad);
    if (Array.isArray(found)) drafts.push(...found);
    else if (group.rules.length < 2) unproposed.push(found as Unproposed);
    else {
      // No one filter does for all of them: each rule may have its own.
      for (const rule of group.rules) {
        const own = { ...group, rules: [rule], targets: group.targets.filter((f) => isOf(f, rule)) };
        const alone = draftsOf(own, others, knownBad);
        if (Array.isArray(alone)) drafts.push(...alone);
        else unproposed.push(alone as Unproposed);
      }
    }
  }
  const text = writeExceptions(drafts, about);
  return { text, drafts, unproposed, test: backTest(text, { targets, others, knownBad }) };
}

const isOf = ({ rule }: FiledFinding, { id }: SigmaRule): boolean =>
  rule !== null && id !== undefined && rule.id.toLowerCase() === id.toLowerCase();

/** Targets by log source, so that one filter may do for several rules. */
function grouped(targets: readonly FiledFinding[], rules: readonly SigmaRule[], unproposed: Unproposed[]): Group[] {
  const byId = new Map(
    rules.flatMap((rule) => (rule.id === undefined ? [] : [[rule.id.toLowerCase(), rule] as const])),
  );
  const groups = new Map<string, Group>();
  const without = new Map<string, { kind: 'correlation' | 'no-id'; title: string; findings: number }>();
  for (const finding of targets) {
    const rule = finding.rule === null ? undefined : byId.get(finding.rule.id.toLowerCase());
    if (finding.rule !== null && rule === undefined) {
      const kind = finding.why.some((reason) => reason.kind === 'correlated') ? 'correlation' : 'no-id';
      const known = without.get(finding.rule.title) ?? { kind, title: finding.rule.title, findings: 0 };
      known.findings++;
      without.set(finding.rule.title, known);
      continue;
    }
    const logsource = rule?.logsource ?? sourceOf(finding.event.channel, finding.event.eventId);
    const { product, category, service } = logsource;
    const key = JSON.stringify([rule === undefined ? finding.detector : 'sigma', product, category, service]);
    const group: Group = groups.get(key) ?? {
      logsource,
      rules: [],
      detector: rule === undefined ? finding.detector : undefined,
      targets: [],
    };
    groups.set(key, group);
    group.targets.push(finding);
    if (rule !== undefined && !group.rules.includes(rule)) group.rules.push(rule);
  }
  unproposed.push(...without.values());
  return [...groups.values()];
}

function draftsOf(
  { logsource, rules, detector, targets }: Group,
  others: readonly FiledFinding[],
  knownBad: readonly KnownBad[],
): FilterDraft[] | Unproposed {
  const see = createSeer(logsource);
  const ids = new Set(rules.map(({ id }) => id!.toLowerCase()));
  const same = (finding: { readonly detector: string; readonly rule: { readonly id: string } | null }): boolean =>
    detector === undefined ? ids.has(finding.rule?.id.toLowerCase() ?? '') : finding.detector === detector;
  const against = [...others, ...knownBad].filter(same);
  const asked = new Set(
    targets.flatMap(({ why }) => why.flatMap((r) => (r.kind === 'held' && r.field !== undefined ? [r.field] : []))),
  );
  const found = separate(
    distinct(targets.map(see)),
    against.map((one) => ({ seen: see(one), elsewhere: 'at' in one })),
    asked,
  );
  const title = targets[0]!.rule?.title ?? targets[0]!.detector;
  if (found.kind === 'separated') {
    return [
      {
        logsource,
        rules: detector === undefined ? rules.map((rule) => ({ id: rule.id!, title: rule.title })) : undefined,
        ...(detector === undefined ? {} : { detector }),
        selections: found.selections,
      },
    ];
  }
  if (found.kind === 'nothing-to-go-by') return { kind: found.kind, title, findings: targets.length };
  return {
    kind: 'inseparable',
    title,
    findings: targets.length,
    like: against[found.alike[0]!]!,
    alike: found.alike.length,
  };
}

function distinct(seen: readonly SeenFields[]): SeenFields[] {
  return [...new Map(seen.map((one) => [JSON.stringify([...one]), one])).values()];
}
