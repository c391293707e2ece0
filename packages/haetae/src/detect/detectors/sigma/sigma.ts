import type { Event } from '@haetae/event';
import { type Level, parseRules, type SigmaError, type SigmaRule } from '@haetae/sigma';
import { createScriptJoiner, createWindowsRuleSet } from '@haetae/sigma/windows';
import { fromSigmaTags } from '../../../attack/index.ts';
import { type Detector, type DetectorKind, type DetectorSetup, isAtLeast, type RuleProblem } from '../../detector.ts';
import { type Finding, factsOf, fieldsOf, toReason } from '../../finding.ts';
import { type HiddenText, hiddenIn, hiddenInScript, overlayOf } from '../../hidden.ts';

/** What a finding says of its rule, made once a rule. */
type RuleFacts = Pick<Finding, 'rule' | 'level' | 'attack'>;

const NONE: readonly Finding[] = [];
const NOTHING_HIDDEN: readonly HiddenText[] = [];

/** Sigma rules. They see an event's fields and, beside them, the text decoded out of its command lines and scripts. */
export const sigma: DetectorKind = { name: 'sigma', create };

function create({ rules: texts, minLevel = 'informational', strict = false }: DetectorSetup): Detector {
  const problems: RuleProblem[] = [];
  const rules: SigmaRule[] = [];
  let refused = 0;
  const note = (errors: readonly SigmaError[]): void => {
    for (const error of errors) {
      if (error.severity === 'error') refused++;
      problems.push(toProblem(error));
    }
  };
  for (const { path, text } of texts) {
    const parsed = parseRules(text, { file: path });
    note(parsed.problems);
    rules.push(...parsed.rules);
  }
  problems.push(...repeatedIds(rules));
  const wanted = rules.filter((rule) => isAtLeast(levelOf(rule), minLevel));
  const set = createWindowsRuleSet(wanted, { strict });
  const scripts = createScriptJoiner();
  note(set.problems);
  const facts = new Map<SigmaRule, RuleFacts>();
  for (const { rule } of set.matchers) facts.set(rule, factsOfRule(rule));

  const detect = (event: Event): readonly Finding[] => {
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
    return matches.map(({ rule, matcher, view, via, degraded, confidence }) => ({
      detector: 'sigma',
      ...facts.get(rule)!,
      via,
      ...(degraded.length > 0 && { degraded, confidence }),
      why: matcher.explain(view).map((why) => toReason(why, hidden)),
      ...about,
    }));
  };

  return {
    name: 'sigma',
    counts: { inForce: set.matchers.length, belowLevel: rules.length - wanted.length, refused },
    problems,
    detect,
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

const levelOf = (rule: SigmaRule): Level => rule.level ?? 'informational';

function factsOfRule(rule: SigmaRule): RuleFacts {
  const { tactics, techniques } = fromSigmaTags(rule.tags);
  return {
    rule: { id: rule.id ?? '', title: rule.title, path: rule.path ?? '', ...koreanTitle(rule) },
    level: levelOf(rule),
    attack: { tactics: [...tactics], techniques: [...techniques] },
  };
}

function koreanTitle({ raw }: SigmaRule): { titleKo?: string } {
  const own: unknown = raw.haetae;
  if (typeof own !== 'object' || own === null || !('title_ko' in own)) return {};
  return typeof own.title_ko === 'string' && own.title_ko !== '' ? { titleKo: own.title_ko } : {};
}

function toProblem({ severity, code, file, line, column, reason }: SigmaError): RuleProblem {
  return { severity, code, file: file ?? '', line, column, reason };
}

/** Two rules of one id would be counted and muted as one. Both stay in force. */
function repeatedIds(rules: readonly SigmaRule[]): RuleProblem[] {
  const first = new Map<string, SigmaRule>();
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
