import { tactic } from '../../attack/index.ts';
import { type Incident, incidentTitle, type Level, shortHost, storyOf } from '../../incident/index.ts';
import { formatLocal, type Language, wordsOf, type Zone, zoneLabel } from '../../locale/index.ts';
import type { IncidentDetail, IncidentRow } from '../../store/index.ts';
import type { Proposal } from '../responses.ts';
import type { Ask, Fact, IncidentMessage, Message, Reason, Redaction } from './message.ts';
import { plain, safe } from './safe.ts';

export interface Telling {
  readonly language: Language;
  readonly redaction: Redaction;
  readonly zone: Zone;
  /** Of the dashboard, without a slash at the end; '' where nobody said. */
  readonly publicUrl: string;
}

const MOST_NAMES = 6;
const MOST_SENTENCES = 12;
const MOST_LISTED = 20;

const bodyOf = (body: unknown): Incident | undefined =>
  typeof body === 'object' && body !== null && Array.isArray((body as Incident).findings)
    ? (body as Incident)
    : undefined;

/** An incident as it stands, for one channel. */
export function incidentMessage(
  { body, ...row }: IncidentDetail,
  reason: Reason,
  telling: Telling,
  { notes = [], assignee = '', waiting = [] }: Besides = {},
): IncidentMessage {
  const { language, redaction, publicUrl } = telling;
  const incident = bodyOf(body);
  const minimal = redaction === 'minimal';
  const hosts = minimal ? [] : row.hosts.map((host) => plain(shortHost(host), 80));
  const users = minimal ? [] : row.users.map((user) => plain(user, 80));
  const tactics = incident?.tactics ?? [];
  return {
    kind: 'incident',
    language,
    incident: row.id,
    reason,
    level: row.level,
    title: titleOf(row, incident, telling),
    risk: Math.round(row.risk),
    facts: factsOf(row, { hosts, users, tactics, techniques: incident?.techniques ?? [] }, telling, assignee),
    story: redaction === 'full' && incident !== undefined ? storyLines(incident, language) : [],
    asks: waiting.map((one) => askOf(one, telling)),
    notes,
    link: linkTo(publicUrl, row.id),
    data: {
      hosts,
      users,
      tactics,
      techniques: incident?.techniques ?? [],
      findings: row.findings,
      firstMs: row.firstMs,
      lastMs: row.lastMs,
      status: row.status,
      verdict: row.verdict,
      mergedInto: row.mergedInto,
    },
  };
}

/** What is told of an incident beside itself. */
export interface Besides {
  readonly notes?: readonly string[];
  /** A name; '' for nobody. */
  readonly assignee?: string;
  readonly waiting?: readonly Proposal[];
}

/** `End a process · powershell.exe (4711) · PC-1 · approved by 1 of 2 (kim)`. */
export function askOf({ id, version, ...one }: Proposal, { language, redaction }: Telling): Ask {
  const { notify: w } = wordsOf(language);
  const parts = [
    one.action,
    ...(redaction === 'full' && one.about !== '' ? [safe(one.about, 200)] : []),
    ...(redaction === 'minimal' ? [] : [safe(shortHost(one.host), 80)]),
    w.asks.agreed(one.votes.length, one.persons, one.votes.map(({ name }) => safe(name, 40)).join(', ')),
  ];
  return { response: id, version, text: parts.join(' · ') };
}

export const linkTo = (publicUrl: string, id: string): string | null =>
  publicUrl === '' ? null : `${publicUrl}/#/incidents/${encodeURIComponent(id)}`;

/** The sentences that tell it at a glance, and how many more there are. */
function storyLines(incident: Incident, language: Language): string[] {
  const { sentences } = storyOf(incident, language);
  const main = sentences.filter((one) => one.main || sentences.length <= MOST_SENTENCES);
  const shown = main.slice(0, MOST_SENTENCES).map(({ text }) => safe(text));
  const more = sentences.length - shown.length;
  return more > 0 ? [...shown, wordsOf(language).notify.moreSentences(more)] : shown;
}

/** `[심각] what · host`; a rule's title is ours to tell at `names`, what a log says is not. */
function titleOf(row: IncidentRow, incident: Incident | undefined, { language, redaction }: Telling): string {
  const words = wordsOf(language);
  const level = words.levels[row.level];
  if (redaction === 'minimal') return words.notify.minimalTitle(level, row.id.slice(0, 8));
  if (redaction === 'full') {
    const title = incident === undefined ? row.title : incidentTitle(incident, language);
    return `[${level}] ${safe(title, 300)}`;
  }
  const rule = incident?.findings[incident.title.finding]?.rule;
  const what = rule == null ? words.notify.unusual : ((language === 'ko' ? rule.titleKo : undefined) ?? rule.title);
  return `[${level}] ${safe(what, 200)} · ${safe(shortHost(row.hosts[0] ?? ''), 80)}`;
}

function factsOf(
  row: IncidentRow,
  told: Pick<IncidentMessage['data'], 'hosts' | 'users' | 'tactics' | 'techniques'>,
  { language, zone, redaction }: Telling,
  assignee: string,
): Fact[] {
  const words = wordsOf(language);
  const { notify: w } = words;
  const facts: Fact[] = [];
  const add = (name: string, value: string): void => {
    if (value !== '') facts.push({ name, value });
  };
  add(w.facts.level, `${words.levels[row.level]} · ${w.risk(Math.round(row.risk))}`);
  add(w.facts.hosts, redaction === 'minimal' ? w.counted(row.hosts.length) : listed(told.hosts, w.more));
  add(w.facts.users, listed(told.users, w.more));
  add(w.facts.tactics, told.tactics.map((name) => tactic(name)?.name[language] ?? name).join(' → '));
  add(w.facts.techniques, listed(told.techniques, w.more, 12));
  add(w.facts.findings, w.counted(row.findings));
  add(w.facts.first, timeText(row.firstMs, zone));
  if (row.lastMs !== row.firstMs) add(w.facts.last, timeText(row.lastMs, zone));
  add(w.facts.status, statusText(row, w, assignee));
  add(w.facts.id, row.id);
  return facts;
}

function statusText(
  { status, verdict, mergedInto }: IncidentRow,
  w: ReturnType<typeof wordsOf>['notify'],
  assignee: string,
): string {
  if (mergedInto !== null) return w.merged(mergedInto.slice(0, 8));
  const said = verdict === null ? w.statuses[status] : `${w.statuses[status]} · ${w.verdicts[verdict]}`;
  return assignee === '' ? said : `${said} · ${safe(assignee, 80)}`;
}

const timeText = (ms: number, zone: Zone): string =>
  `${formatLocal(ms, zone).slice(0, 19)} ${zone.name === 'Asia/Seoul' ? 'KST' : zoneLabel(zone, ms)}`;

function listed(names: readonly string[], more: (n: number) => string, most = MOST_NAMES): string {
  const shown = names.slice(0, most).map((name) => safe(name, 80));
  return names.length > most ? `${shown.join(', ')} ${more(names.length - most)}` : shown.join(', ');
}

export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
export const atLeast = (level: Level, least: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
const worst = (levels: readonly Level[]): Level =>
  levels.reduce((a, b) => (atLeast(b, a) ? b : a), 'informational' as Level);

/** Many incidents as one message: the worst by name, the rest counted. */
export function digestMessage(rows: readonly IncidentDetail[], count: number, telling: Telling): Message {
  const { language, publicUrl } = telling;
  const words = wordsOf(language);
  const sorted = [...rows].sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1));
  const lines = sorted
    .slice(0, MOST_LISTED)
    .map((row) => `${titleOf(row, bodyOf(row.body), telling)} (${words.notify.risk(Math.round(row.risk))})`);
  if (count > lines.length) lines.push(words.notify.moreIncidents(count - lines.length));
  return {
    kind: 'digest',
    language,
    title: words.notify.digest(count),
    level: worst(rows.map(({ level }) => level)),
    lines,
    link: publicUrl === '' ? null : `${publicUrl}/#/incidents`,
  };
}

/** A line or several of Haetae's own. */
export function noticeMessage(
  language: Language,
  title: string,
  lines: readonly string[],
  level: Level = 'high',
): Message {
  return { kind: 'notice', language, title, level, lines: lines.map((line) => safe(line, 1000)), link: null };
}
