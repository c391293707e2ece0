import { type LinkedCorrelation, needsOf, type RuleMeta, type SigmaRule } from '@haetae/sigma';
import { createScriptJoiner, readiness, SCRIPT_JOINER_LIMITS, type ScriptJoinerState } from '@haetae/sigma/windows';
import { fromSigmaTags } from '../../../attack/index.ts';
import type { CompiledRules, Detector, DetectorKind, DetectorSetup, RuleProblem } from '../../detector.ts';
import { type Finding, factsOf, fieldsOf, toReason } from '../../finding.ts';
import { type HiddenText, hiddenIn, hiddenInScript, overlayOf } from '../../hidden.ts';
import { levelOf, loadBook, type RuleBook, readBook, saveBook } from './book.ts';
import { createSequences, type RuleFacts, type SequencesState } from './sequences.ts';

const NONE: readonly Finding[] = [];
const NOTHING_HIDDEN: readonly HiddenText[] = [];

/** Sigma rules. They see an event's fields and, beside them, the text decoded out of its command lines and scripts. */
export const sigma: DetectorKind = { name: 'sigma', create, compile };

/** What is remembered from one start to the next. */
interface State {
  readonly scripts: ScriptJoinerState;
  readonly sequences?: SequencesState;
}

/** Books that this thread compiled itself: it need not read them again. */
const books = new WeakMap<CompiledRules, RuleBook>();

function compile(setup: DetectorSetup): CompiledRules {
  const book = readBook(setup);
  const compiled = saveBook(book);
  books.set(compiled, book);
  return compiled;
}

function create(setup: DetectorSetup): Detector {
  const { strict = false } = setup;
  const compiled = setup.compiled?.sigma;
  const book = compiled === undefined ? readBook(setup) : (books.get(compiled) ?? loadBook(compiled, setup));
  const { set, telling, correlations } = book;
  const problems: RuleProblem[] = [...book.problems];
  const state = setup.live?.states?.sigma as State | undefined;
  const scripts = createScriptJoiner(SCRIPT_JOINER_LIMITS, state?.scripts);
  const known = new Map<SigmaRule, RuleFacts>();
  const facts = (rule: SigmaRule): RuleFacts => {
    let made = known.get(rule);
    if (made === undefined) {
      made = factsOfRule(rule);
      known.set(rule, made);
    }
    return made;
  };
  const live = setup.live && {
    latenessMs: setup.live.latenessMs,
    ...(state?.sequences !== undefined && { state: state.sequences }),
  };
  const sequences = correlations.length === 0 ? undefined : createSequences(correlations, factsOfCorrelation, live);

  let seen: readonly HiddenText[] | undefined;
  const detect: Detector['detect'] = (event, signal) => {
    seen = undefined;
    if (set.candidates(event.channel, event.eventId).length === 0) return NONE;
    const script = strict ? undefined : scripts.add(event);
    const hidden = strict
      ? NOTHING_HIDDEN
      : script === undefined
        ? hiddenIn(event)
        : hiddenInScript(event, script.text);
    seen = hidden;
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
      const awaited = signal === undefined ? undefined : sequences?.signal(match, about);
      if (awaited !== undefined) signal!(awaited);
      if (!telling.has(rule)) continue;
      findings.push({
        detector: 'sigma',
        ...facts(rule),
        via,
        ...(degraded.length > 0 && { degraded, confidence }),
        why: matcher.explain(view).map((why) => toReason(why, hidden)),
        ...(awaited !== undefined && { awaited: true }),
        ...about,
      });
    }
    return findings;
  };

  return {
    name: 'sigma',
    counts: book.counts,
    problems,
    detect,
    hidden: (event) => seen ?? (strict ? NOTHING_HIDDEN : hiddenIn(event)),
    ...(sequences !== undefined && {
      follow: sequences.follow,
      ...(live !== undefined && { settle: sequences.settle }),
      finish: () => {
        const findings = sequences.finish();
        problems.push(...sequences.problems());
        return findings;
      },
    }),
    ...(live !== undefined && {
      save: (): State => ({
        scripts: scripts.save(),
        ...(sequences !== undefined && { sequences: sequences.save() }),
      }),
    }),
    ready: (seen) => readiness(set, seen),
    needs: () => set.matchers.map((matcher) => ({ sources: matcher.sources, need: needsOf(matcher) })),
    scripts: scripts.counts,
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
