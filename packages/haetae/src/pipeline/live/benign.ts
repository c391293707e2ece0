import type { FiledFinding, RuleText } from '../../detect/index.ts';
import { positivesOf, propose } from '../../exceptions/index.ts';
import { ruleTools } from '../../rules/index.ts';
import type { apiTold } from '../../server/index.ts';
import type { Store } from '../../store/index.ts';

/** Findings of each rule that a proposal is held against, the newest. */
const MOST_OTHERS = 5000;
const MOST_TARGETS = 1000;
const MOST_SHOWN = 50;

/**
 * The smallest filters that take an incident's findings away and leave every other stored finding of their rules, as
 * `haetae exceptions propose` makes them.
 */
export async function benignProposal(
  store: Pick<Store, 'findings'>,
  incidentId: string,
  rules: readonly RuleText[],
  examples: readonly RuleText[],
): Promise<apiTold.BenignProposal> {
  const own = await store.findings.list({ incidentId, limit: MOST_TARGETS });
  const targets = own.flatMap(({ body }) => filed(body));
  const ids = [...new Set(own.map(({ ruleId }) => ruleId))].filter((id) => id !== '');
  const others: FiledFinding[] = [];
  for (const ruleId of ids)
    for (const row of await store.findings.list({ ruleId, limit: MOST_OTHERS }))
      if (row.incidentId !== incidentId) others.push(...filed(row.body));
  const low = ids.map((id) => id.toLowerCase());
  const { readRules } = await ruleTools();
  const texts = rules.filter(({ text }) => low.some((id) => text.toLowerCase().includes(id)));
  const levelOf = new Map(own.map(({ ruleId, level }) => [ruleId.toLowerCase(), level]));
  const known = readRules(texts).entries.flatMap((entry) => (entry.kind === 'rule' ? [entry.rule] : []));
  // No exception may hide what a rule's own tests say must be seen.
  const knownBad = positivesOf(examples.filter(({ text }) => low.some((id) => text.toLowerCase().includes(id))));
  const about = { title: incidentId, owner: '-', reason: '-', expires: '', date: '2000-01-01' };
  const { drafts, unproposed, test } = propose({ targets, others, rules: known, knownBad, about });
  return {
    // One exception a rule and selection: each says for itself what it hides.
    drafts: drafts.flatMap(({ rules: of, selections }) =>
      (of ?? []).flatMap(({ id, title }) =>
        selections.map((conditions) => ({
          ruleId: id,
          title,
          filter: Object.fromEntries(
            conditions.map(({ field, op, patterns }) => [
              op === 'equals' ? field.name : `${field.name}|${op}`,
              patterns.length === 1 ? patterns[0]! : [...patterns],
            ]),
          ),
        })),
      ),
    ),
    covered: test.covered,
    targets: test.targets,
    alsoHidden: test.alsoHidden.slice(0, MOST_SHOWN).map(shown),
    refusals: test.refusals.slice(0, MOST_SHOWN).map((one) =>
      one.kind === 'finding'
        ? shown(one.finding)
        : {
            title: one.known.at,
            level: levelOf.get(one.known.rule?.id.toLowerCase() ?? '') ?? 'high',
            host: '',
            timeMs: null,
          },
    ),
    unproposed: unproposed.map(({ title, findings }) => ({ title, findings })),
  };
}

/** As the detector said it; what an older version wrote in another shape is left out. */
function filed(body: unknown): FiledFinding[] {
  const finding = body as FiledFinding | null;
  return typeof finding?.event === 'object' && typeof finding.fields === 'object' ? [finding] : [];
}

const shown = ({ rule, detector, level, event }: FiledFinding) => ({
  title: rule?.title ?? detector,
  level,
  host: event.computer,
  timeMs: event.timeMs,
});
