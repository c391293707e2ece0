import {
  type Level,
  type LinkedCorrelation,
  type LinkedRules,
  linkRules,
  parseRules,
  type RuleMeta,
  replaceRules,
  type SigmaError,
  type SigmaRule,
} from '@haetae/sigma';
import { createScriptJoiner, createWindowsRuleSet } from '@haetae/sigma/windows';
import { fromSigmaTags } from '../../../attack/index.ts';
import { type Detector, type DetectorKind, type DetectorSetup, isAtLeast, type RuleProblem } from '../../detector.ts';
import { type Finding, factsOf, fieldsOf, toReason } from '../../finding.ts';
import { type HiddenText, hiddenIn, hiddenInScript, overlayOf } from '../../hidden.ts';
import { createSequences, type RuleFacts } from './sequences.ts';

const NONE: readonly Finding[] = [];
const NOTHING_HIDDEN: readonly HiddenText[] = [];

/** Sigma rules. They see an event's fields and, beside them, the text decoded out of its command lines and scripts. */
export const sigma: DetectorKind = { name: 'sigma', create };

function create({ rules: texts, minLevel = 'informational', strict = false }: DetectorSetup): Detector {
  const problems: RuleProblem[] = [];
  let refused = 0;
  const note = (errors: readonly SigmaError[]): void => {
    for (const error of errors) {
      if (error.severity === 'error') refused++;
      problems.push(toProblem(error));
    }
  };
  const linked = linkRules(texts.map(({ path, text }) => parseRules(text, { file: path })));
  note(linked.problems);
  problems.push(...repeatedIds([...linked.rules, ...linked.correlations.map(({ correlation }) => correlation)]));
  const { wanted, telling } = rulesInPlay(linked, minLevel);
  const set = createWindowsRuleSet(wanted.rules, { strict });
  const scripts = createScriptJoiner();
  note(set.problems);
  const inForce = new Set(set.matchers.map(({ rule }) => rule));
  const able = replaceRules(wanted, (rule) => (inForce.has(rule) ? rule : undefined));
  note(able.problems.slice(wanted.problems.length));
  const facts = new Map<SigmaRule, RuleFacts>();
  for (const { rule } of set.matchers) facts.set(rule, factsOfRule(rule));
  const sequences = able.correlations.length === 0 ? undefined : createSequences(able.correlations, factsOfCorrelation);

  const detect: Detector['detect'] = (event, signal) => {
    if (set.candidates(event.channel, event.eventId).length === 0) return NONE;
    const script = strict ? undefined : scripts.add(event);
    const hidden = strict
      ? NOTHING_HIDDEN
      : script === undefined
        ? hiddenIn(event)
        : hiddenInScript(event, script.text);
    const matches = set.matchEvent(event, overlayOf(hidden), script?.overlay);
    if (matches.length === 0) return NONE;
    const about = {
      event: factsOf(event),
      fields: fieldsOf(event),
      ...(hidden.length > 0 && { decoded: hidden }),
    };
    const findings: Finding[] = [];
    for (const match of matches) {
      const { rule, matcher, view, via, degraded, confidence } = match;
      if (signal !== undefined) {
        const awaited = sequences?.signal(match, about);
        if (awaited !== undefined) signal(awaited);
      }
      if (!telling.has(rule)) continue;
      findings.push({
        detector: 'sigma',
        ...facts.get(rule)!,
        via,
        ...(degraded.length > 0 && { degraded, confidence }),
        why: matcher.explain(view).map((why) => toReason(why, hidden)),
        ...about,
      });
    }
    return findings;
  };

  return {
    name: 'sigma',
    counts: {
      inForce: set.matchers.length + able.correlations.length + able.filters.length,
      belowLevel: linked.counts.loaded - wanted.counts.loaded,
      refused,
    },
    problems,
    detect,
    ...(sequences !== undefined && {
      follow: sequences.follow,
      finish: () => {
        const findings = sequences.finish();
        problems.push(...sequences.problems());
        return findings;
      },
    }),
    reach: (seen) => {
      const kinds = [...seen];
      return {
        able: set.couldFire(kinds).size,
        kinds: kinds.map(({ channel, eventId }) => ({
          channel,
          eventId,
          rules: new Set(set.candidates(channel, eventId).map(({ matcher }) => matcher)).size,
        })),
      };
    },
  };
}

const levelOf = ({ level }: { readonly level: Level | undefined }): Level => level ?? 'informational';

/**
 * Of all documents those that make findings of the level asked for, and those that they are made of. `telling`: rules whose
 * own matches are findings; a rule that a correlation refers to makes none, unless `generate` asks for it.
 */
function rulesInPlay(
  linked: LinkedRules,
  minLevel: Level,
): { readonly wanted: LinkedRules; readonly telling: ReadonlySet<SigmaRule> } {
  const correlations = new Set<LinkedCorrelation>();
  const needed = new Set<SigmaRule>();
  for (const one of [...linked.correlations].reverse()) {
    if (one.fires && isAtLeast(levelOf(one), minLevel)) correlations.add(one);
    if (!correlations.has(one)) continue;
    for (const source of one.sources) {
      if (source.kind === 'rule') needed.add(source.rule);
      else correlations.add(source.linked);
    }
  }
  const telling = new Set(
    linked.rules.filter((rule) => !linked.silent.has(rule) && isAtLeast(levelOf(rule), minLevel)),
  );
  const rules = linked.rules.filter((rule) => telling.has(rule) || needed.has(rule));
  const lost = linked.rules.length - rules.length + linked.correlations.length - correlations.size;
  const wanted = {
    ...linked,
    rules,
    correlations: linked.correlations.filter((one) => correlations.has(one)),
    counts: { ...linked.counts, loaded: linked.counts.loaded - lost },
  };
  return { wanted, telling };
}

function factsOfRule(rule: SigmaRule): RuleFacts {
  const { tactics, techniques } = fromSigmaTags(rule.tags);
  return {
    rule: { id: rule.id ?? '', title: rule.title, path: rule.path ?? '', ...koreanTitle(rule) },
    level: levelOf(rule),
    attack: { tactics: [...tactics], techniques: [...techniques] },
  };
}

/** Without tags of its own a correlation has those of its rules. */
function factsOfCorrelation(linked: LinkedCorrelation): RuleFacts {
  const { correlation } = linked;
  const { tactics, techniques } = fromSigmaTags(tagsOf(linked));
  return {
    rule: {
      id: correlation.id ?? '',
      title: correlation.title,
      path: correlation.path ?? '',
      ...koreanTitle(correlation),
    },
    level: levelOf(linked),
    attack: { tactics: [...tactics], techniques: [...techniques] },
  };
}

const tagsOf = ({ correlation, sources }: LinkedCorrelation): readonly string[] =>
  correlation.tags.length > 0
    ? correlation.tags
    : [...new Set(sources.flatMap((s) => (s.kind === 'rule' ? s.rule.tags : tagsOf(s.linked))))];

function koreanTitle({ raw }: RuleMeta): { titleKo?: string } {
  const own: unknown = raw.haetae;
  if (typeof own !== 'object' || own === null || !('title_ko' in own)) return {};
  return typeof own.title_ko === 'string' && own.title_ko !== '' ? { titleKo: own.title_ko } : {};
}

function toProblem({ severity, code, file, line, column, reason }: SigmaError): RuleProblem {
  return { severity, code, file: file ?? '', line, column, reason };
}

/** Two rules of one id would be counted and muted as one. Both stay in force. */
function repeatedIds(rules: readonly RuleMeta[]): RuleProblem[] {
  const first = new Map<string, RuleMeta>();
  const problems: RuleProblem[] = [];
  for (const rule of rules) {
    if (rule.id === undefined) continue;
    const id = rule.id.toLowerCase();
    const other = first.get(id);
    if (other === undefined) first.set(id, rule);
    else
      problems.push({
        severity: 'warning',
        code: 'repeated-id',
        file: rule.path ?? '',
        ...rule.at,
        reason: `the id ${rule.id} belongs to ${other.path ?? 'another rule'} already; both are in force`,
      });
  }
  return problems;
}
