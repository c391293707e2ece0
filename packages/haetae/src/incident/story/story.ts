import { TACTICS, type TacticName } from '../../attack/index.ts';
import { type Clause, type Language, printable, storyWords } from '../../locale/index.ts';
import type { BlindBand, Happening, Incident, IncidentFinding, Level } from '../incident.ts';
import { fileName } from '../text.ts';
import { deedsOf, INSTALLED } from './collect.ts';
import { type Draft, draft, speaksForItself } from './compose.ts';
import { type Deed, LEVEL_ORDER, worse } from './deed.ts';
import { imageText, phraseOf, runPhrase, type Told } from './phrase.ts';

/** One sentence of a story. Text of logs in it is safe to print: one line, no control characters. */
export interface Sentence {
  readonly kind: 'deed' | 'hop' | 'blind' | 'stage';
  readonly text: string;
  /** ms since 1970 of its first event; null when none tells a time. */
  readonly timeMs: number | null;
  readonly host: string;
  /** The worst of what was found in it; null where nothing was. */
  readonly level: Level | null;
  readonly tactics: readonly TacticName[];
  /** Where it stands in the logs. */
  readonly events: readonly Happening[];
  /** Indexes into the incident's findings. */
  readonly findings: readonly number[];
  /** One of the few that tell the incident at a glance. */
  readonly main: boolean;
}

export interface Story {
  readonly title: string;
  readonly sentences: readonly Sentence[];
}

type Bare = Omit<Sentence, 'main'>;

/** A pause worth telling. */
const PAUSE = 10 * 60_000;
const MOST_SENTENCES = 40;
const MAIN_SENTENCES = 6;
/** What a reader must not miss, be its rule as mild as it may. */
const DECISIVE: ReadonlySet<TacticName> = new Set(['credential-access', 'lateral-movement', 'exfiltration', 'impact']);

/** An incident as a story, made from its facts alone. */
export function storyOf(incident: Incident, language: Language): Story {
  const told = tellerOf(incident, language);
  const deeds = deedsOf(incident);
  const drafts = draft(deeds, (deed) => isTelling(deed, told));
  const extra = [...hopsOf(incident, told), ...blindOf(incident, told, deeds)].sort(byTime);
  const bare = tellAll(drafts, extra, told);
  const sentences = bare.length <= MOST_SENTENCES ? bare : inStages(bare, told, language);
  const main = mainOf(sentences);
  return { title: titleOf(incident, told), sentences: sentences.map((one, i) => ({ ...one, main: main.has(i) })) };
}

/** Runs that are told by themselves: what was hidden in a command, and programs that do not come from where programs are installed. */
function isTelling({ findings, child, kind }: Deed, { findings: all, node }: Told): boolean {
  if (findings.some((i) => all[i]!.decoded !== undefined)) return true;
  const image = node(child)?.image ?? '';
  return kind === 'run' && image !== '' && !INSTALLED.test(image);
}

/** The title alone, for lists. */
export const incidentTitle = (incident: Incident, language: Language): string =>
  titleOf(incident, tellerOf(incident, language));

/** A finding's title in the language asked for. */
export function findingTitle({ rule, fields }: IncidentFinding, language: Language): string {
  if (rule !== null) return (language === 'ko' ? rule.titleKo : undefined) ?? rule.title;
  return storyWords(language).unusualTitle(fileName(fields.Image ?? fields.NewProcessName ?? ''));
}

function tellerOf({ tree, findings }: Incident, language: Language): Told {
  const nodes = new Map(tree.map((node) => [node.key, node]));
  const heard: string[] = [];
  return {
    fresh: (text) => {
      const said = text.replace(/[\s"]+/g, '').slice(0, 4000);
      const news = !heard.some((one) => one.includes(said));
      if (news) heard.push(said);
      return news;
    },
    words: storyWords(language),
    findings,
    node: (key) => (key === null ? undefined : nodes.get(key)),
    titleOf: (finding) => findingTitle(finding, language),
  };
}

function titleOf({ title, findings }: Incident, { words, titleOf: ofFinding }: Told): string {
  const lead = findings[title.finding];
  const what = lead === undefined ? '' : ofFinding(lead);
  const { root, image, host, moreHosts, moreFindings } = title;
  const own = lead !== undefined && lead.rule === null ? '' : image;
  return words.title({
    ...{ what: printable(what), root: printable(root), image: printable(own) },
    ...{ host: printable(shortHost(host)), moreHosts, moreFindings },
  });
}

/** A host without its domain; an address stays whole. */
export const shortHost = (host: string): string => (/^[\d.:]+$/.test(host) ? host : (host.split('.')[0] ?? host));

const byTime = (a: Bare, b: Bare): number => (a.timeMs ?? Infinity) - (b.timeMs ?? Infinity);

/** Drafts as sentences, with hops and blind bands where they belong; hosts are named when they change, pauses told. */
function tellAll(drafts: readonly Draft[], extra: readonly Bare[], told: Told): Bare[] {
  const sentences: Bare[] = [];
  const waiting = [...extra];
  let host = '';
  let lastMs: number | null = null;
  for (const one of drafts) {
    const deeds = [...one.runs, ...one.acts];
    const timeMs = deeds[0]!.timeMs;
    while (waiting.length > 0 && (waiting[0]!.timeMs ?? Infinity) < (timeMs ?? Infinity)) {
      const next = waiting.shift()!;
      sentences.push(next);
      if (next.kind === 'hop') host = next.host;
    }
    const pause = lastMs !== null && timeMs !== null && timeMs - lastMs >= PAUSE ? timeMs - lastMs : 0;
    sentences.push({
      kind: 'deed',
      text: told.words.sentence({
        subject: subjectOf(one, told),
        host: one.host === host ? '' : printable(shortHost(one.host)),
        pause,
        clauses: clausesOf(one, told),
      }),
      timeMs,
      host: one.host,
      level: deeds.reduce<Level | null>((level, deed) => worse(level, deed.level), null),
      tactics: inMatrix(deeds.flatMap(({ tactics }) => tactics)),
      events: deeds.flatMap(({ events }) => events),
      findings: [...new Set(deeds.flatMap(({ findings }) => findings))].sort((a, b) => a - b),
    });
    host = one.host;
    lastMs = deeds.at(-1)!.timeMs ?? lastMs;
  }
  return [...sentences, ...waiting];
}

function subjectOf({ subject, runs, acts }: Draft, told: Told): string {
  const [first] = [...runs, ...acts];
  if (speaksForItself(first!)) return '';
  if (subject.process !== null) {
    const node = told.node(subject.process);
    return node === undefined ? '' : imageText(node, told);
  }
  if (subject.actor === '') return runs.length > 0 ? '' : told.words.somebody;
  return printable(subject.actor);
}

/** Deltas of a few seconds are no news. */
const SOON = 5000;

function clausesOf({ runs, acts }: Draft, told: Told): Clause[] {
  const clauses: Clause[] = runs.length === 0 ? [] : [{ phrase: runPhrase(runs, told, acts), after: 0, child: false }];
  let before = runs.at(-1)?.timeMs ?? acts[0]?.timeMs ?? null;
  for (const act of acts) {
    const phrase = phraseOf(act, told);
    // A script that the command itself gave is told with the command.
    if (act.kind === 'script' && phrase.note === undefined && clauses.length > 0) continue;
    const apart = before === null || act.timeMs === null ? 0 : act.timeMs - before;
    clauses.push({ phrase, after: apart >= SOON ? apart : 0, child: runs.length > 0 });
    before = act.timeMs ?? before;
  }
  return clauses;
}

function inMatrix(tactics: readonly TacticName[]): TacticName[] {
  const had = new Set(tactics);
  return TACTICS.filter(({ shortname }) => had.has(shortname)).map(({ shortname }) => shortname);
}

/** The first way from one host to another; later ones between the same two are no news. */
function hopsOf({ links, findings }: Incident, { words }: Told): Bare[] {
  const seen = new Set<string>();
  return links.flatMap(({ kind, from, to, shownBy }): Bare[] => {
    const [a, b] = [findings[from]!, findings[to]!];
    if (kind !== 'hop' || a.host === b.host || seen.has(`${a.host}\0${b.host}`)) return [];
    seen.add(`${a.host}\0${b.host}`);
    const events = shownBy.length > 0 ? shownBy : b.events.slice(0, 1);
    const user = b.fields.TargetUserName ?? '';
    return [
      {
        kind: 'hop',
        text: words.hop(
          printable(shortHost(a.host)),
          printable(shortHost(b.host)),
          b.eventId === 4624 ? printable(user) : '',
        ),
        timeMs: events.map(({ timeMs }) => timeMs).find((ms) => ms !== null) ?? b.events[0]?.timeMs ?? null,
        ...{ host: b.host, level: null, tactics: ['lateral-movement'], events, findings: [from, to] },
      },
    ];
  });
}

const MOST_BANDS = 6;

/** Blind bands; a cleared log that is told as a deed already is not told twice. */
function blindOf({ blind }: Incident, { words }: Told, deeds: readonly Deed[]): Bare[] {
  const place = ({ file, record, line }: Happening): string => `${file}\0${record ?? ''}\0${line ?? ''}`;
  const told = new Set(deeds.flatMap(({ events }) => events.map(place)));
  const left = withoutSmallGaps(blind).filter(({ at }) => at === null || !told.has(place(at)));
  const weight = ({ kind }: BlindBand): number =>
    ['cleared', 'sysmon-stopped', 'recreated', 'silence', 'clock', 'gap', 'sysmon-configured', 'sysmon-error'].indexOf(
      kind,
    );
  return [...left]
    .sort((a, b) => weight(a) - weight(b) || b.to - b.from - (a.to - a.from))
    .slice(0, MOST_BANDS)
    .map(({ kind, host, channel, from, to, missing, by, at }) => ({
      kind: 'blind' as const,
      text: words.blind(kind, {
        host: printable(shortHost(host)),
        channel: printable(channelName(channel)),
        span: to - from < 1000 ? '' : words.span(to - from),
        missing: missing.toLocaleString('en-US'),
        by: printable(by),
      }),
      ...{ timeMs: from, host, level: null, tactics: [], events: at === null ? [] : [at], findings: [] },
    }));
}

/** Gaps that are worth a word: many records, or a long time. */
const GAP_RECORDS = 10;
const GAP_MS = 10 * 60_000;

/** A busy log lacks a record here and there; the gaps of one log that matter are one. */
function withoutSmallGaps(bands: readonly BlindBand[]): BlindBand[] {
  const gaps = new Map<string, BlindBand>();
  const others: BlindBand[] = [];
  for (const band of bands) {
    if (band.kind !== 'gap') others.push(band);
    else if (band.missing >= GAP_RECORDS || band.to - band.from >= GAP_MS) {
      const key = `${band.host}\0${band.channel}`;
      const known = gaps.get(key);
      gaps.set(
        key,
        known === undefined
          ? band
          : {
              ...known,
              from: Math.min(known.from, band.from),
              to: Math.max(known.to, band.to),
              missing: known.missing + band.missing,
            },
      );
    }
  }
  return [...others, ...gaps.values()];
}

/** `Microsoft-Windows-Sysmon/Operational` as people say it. */
export const channelName = (channel: string): string =>
  channel.replace(/^Microsoft-Windows-/i, '').replace(/\/Operational$/i, '');

/** A long campaign: what is grave stays as it is, the rest is told by host and tactic. */
function inStages(all: readonly Bare[], told: Told, language: Language): Bare[] {
  const kept = new Set<number>();
  const weight = (i: number): number => {
    const one = all[i]!;
    return (
      (i === 0 ? 10 : 0) +
      (one.kind === 'hop' ? 8 : 0) +
      (one.kind === 'blind' ? 3 : 0) +
      (one.level === null ? 0 : LEVEL_ORDER.indexOf(one.level))
    );
  };
  const ranked = all.map((_, i) => i).sort((a, b) => weight(b) - weight(a) || a - b);
  for (const i of ranked.slice(0, MOST_SENTENCES - 8)) if (weight(i) >= 3) kept.add(i);
  const out: Bare[] = [];
  let stage: Bare[] = [];
  const flush = (): void => {
    if (stage.length < 3) out.push(...stage);
    else out.push(stageOf(stage, told, language));
    stage = [];
  };
  all.forEach((one, i) => {
    const next = stage[0];
    if (kept.has(i) || one.kind !== 'deed') {
      flush();
      out.push(one);
      return;
    }
    if (next !== undefined && next.host !== one.host) flush();
    stage.push(one);
  });
  flush();
  return out;
}

const MOST_TITLES = 3;

function stageOf(stage: readonly Bare[], told: Told, language: Language): Bare {
  const tactics = inMatrix(stage.flatMap((one) => one.tactics));
  const findings = [...new Set(stage.flatMap((one) => one.findings))].sort((a, b) => a - b);
  const titles = [...new Set(findings.map((i) => told.titleOf(told.findings[i]!)))];
  const names = tactics.map((name) => TACTICS.find(({ shortname }) => shortname === name)!.name[language]);
  const { words } = told;
  const what =
    titles.length === 0 ? stage.slice(0, 1).map(({ text }) => text.replace(/\.$/, '')) : titles.map(printable);
  return {
    kind: 'stage',
    text: words.stage(
      names.length === 0 ? words.span((stage.at(-1)!.timeMs ?? 0) - (stage[0]!.timeMs ?? 0)) : names.join('·'),
      printable(shortHost(stage[0]!.host)),
      words.list(what.slice(0, MOST_TITLES), what.length - Math.min(MOST_TITLES, what.length)),
      stage.length,
    ),
    timeMs: stage[0]!.timeMs,
    host: stage[0]!.host,
    level: stage.reduce<Level | null>((level, one) => worse(level, one.level), null),
    tactics,
    events: stage.flatMap(({ events }) => events),
    findings,
  };
}

const WEIGHT: Readonly<Record<Level, number>> = { informational: 2, low: 8, medium: 25, high: 60, critical: 100 };

/** The few sentences that tell it at a glance: the grave ones, each tactic before any comes twice, the way in first. */
function mainOf(sentences: readonly Sentence[] | readonly Bare[]): Set<number> {
  const chosen = new Set<number>();
  const had = new Set<TacticName>();
  while (chosen.size < Math.min(MAIN_SENTENCES, sentences.length)) {
    let [best, worth] = [-1, -1];
    sentences.forEach((one, i) => {
      if (chosen.has(i)) return;
      const grave = one.level === null ? 0 : WEIGHT[one.level];
      const kind = one.kind === 'hop' ? 70 : one.kind === 'blind' ? 20 : 0;
      const news = one.tactics.filter((tactic) => !had.has(tactic));
      const fresh = news.length > 0 ? 1 : 0.4;
      const decisive = one.level !== null && news.some((tactic) => DECISIVE.has(tactic)) ? 40 : 0;
      const score = (grave + kind) * fresh + decisive + (i === 0 ? 40 : 0);
      if (score > worth) [best, worth] = [i, score];
    });
    if (best < 0) break;
    chosen.add(best);
    for (const tactic of sentences[best]!.tactics) had.add(tactic);
  }
  return chosen;
}
