import {
  findingTitle,
  type Happening,
  type Incident,
  type Level,
  type Story,
  shortHost,
  storyOf,
} from '../incident/index.ts';
import {
  formatLocal,
  formatUtc,
  incidentWords,
  type Language,
  type ReportWords,
  reportWords,
  storyWords,
  wordsOf,
  zoneLabel,
} from '../locale/index.ts';
import type { Clock } from './case/clocks.ts';
import type { ReportedIncident, ReportInput, ReportOptions } from './contract.ts';
import { code, type Span } from './model.ts';
import type { Advice } from './recommendations.ts';

/** What every section is told: the input, the words of the language, and how times and places are written. */
export interface Telling {
  readonly input: ReportInput;
  readonly options: ReportOptions;
  readonly language: Language;
  readonly w: ReportWords;
  readonly advice: Advice;
  readonly clocks: readonly Clock[];
  readonly incidents: readonly One[];
  /** How many of them are told in full. */
  readonly full: number;
  /** `KST`, `UTC`, `Europe/Paris +02:00`. */
  readonly zone: string;
  /** Names of the files beside the report. */
  readonly names: { readonly csv: string; readonly stix: string; readonly manifest: string };
}

/** An incident with what is told of it. */
export interface One extends ReportedIncident {
  readonly story: Story;
  /** Of its findings, in their order. */
  readonly titles: readonly string[];
}

export function tellingOf(
  input: ReportInput,
  options: ReportOptions,
  language: Language,
  content: Pick<Telling, 'advice' | 'clocks' | 'names' | 'full'>,
): Telling {
  return {
    ...{ input, options, language, w: reportWords(language), ...content },
    incidents: input.incidents.map((reported) => ({
      ...reported,
      story: storyOf(reported.incident, language),
      titles: reported.incident.findings.map((finding) => findingTitle(finding, language)),
    })),
    zone: zoneName(input, language),
  };
}

function zoneName({ zone, incidents }: ReportInput, _language: Language): string {
  if (zone.name === 'Asia/Seoul') return 'KST';
  return zoneLabel(zone, incidents[0]?.incident.fromMs ?? 0);
}

export const levelWord = ({ language }: Telling, level: Level): string => wordsOf(language).levels[level];
export const levelSpan = (of: Telling, level: Level): Span => ({ kind: 'level', level, text: levelWord(of, level) });
export const spanWord = ({ language }: Telling, ms: number): string => storyWords(language).span(ms);
export const incidentWord = ({ language }: Telling): ReturnType<typeof incidentWords> => incidentWords(language);

/** `2026-06-23 14:02:03`. */
export const local = ({ input, w }: Telling, ms: number | null | undefined): string =>
  ms === null || ms === undefined ? w.unknownTime : formatLocal(ms, input.zone).slice(0, 19);
/** `2026-06-23 05:02:03Z`. */
export const utc = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '' : `${formatUtc(ms, 0).slice(0, 19).replace('T', ' ')}Z`;
/** `2026-06-23 14:02:03 KST (05:02:03Z)`: for prose. */
export function both(of: Telling, ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return of.w.unknownTime;
  const here = local(of, ms);
  if (of.zone === 'UTC') return `${here} UTC`;
  const there = utc(ms);
  return `${here} ${of.zone} (${there.slice(0, 10) === here.slice(0, 10) ? there.slice(11) : there})`;
}

/** From and to, the date once where it is the same. */
export function period(of: Telling, fromMs: number | null, toMs: number | null): string {
  const [from, to] = [local(of, fromMs), local(of, toMs)];
  if (fromMs === null) return from;
  const end = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to;
  return from === to ? `${from} ${of.zone}` : `${from} – ${end} ${of.zone}`;
}

export const count = (n: number): string => n.toLocaleString('en-US');
export const hostName = (of: Telling, host: string): string => shortHost(host) || of.w.unknownHost;

/** At most so many characters; what is left out is told by its length. */
export function short({ w }: Telling, text: string, most: number): string {
  if (text.length <= most) return text;
  const whole = Array.from(text.slice(0, most * 2));
  return `${whole.slice(0, most).join('')}${w.cut(count(text.length - whole.slice(0, most).join('').length))}`;
}

/** `Sysmon.evtx#12 #13 +4`, at most `most` of each file. */
export function places(events: readonly Happening[], most = 3): Span[] {
  const files = new Map<string, Set<string>>();
  for (const { file, record, line } of events) {
    const name = shortName(file.split(/[\\/]/).at(-1) ?? file);
    const seen = files.get(name) ?? new Set<string>();
    files.set(name, seen.add(record === null ? `:${line ?? '?'}` : `#${record}`));
  }
  const named = [...files].slice(0, 2).map(([name, at]) => {
    const shown = [...at].slice(0, most).join(' ');
    return `${name}${shown}${at.size > most ? ` +${count(at.size - most)}` : ''}`;
  });
  return [code(`${named.join(', ')}${files.size > 2 ? ` +${files.size - 2}` : ''}`)];
}

/** A name that leaves room for what stands behind it; whole in the list of evidence. */
const shortName = (name: string): string => {
  const all = Array.from(name);
  return all.length <= 26 ? name : `${all.slice(0, 12).join('')}…${all.slice(-11).join('')}`;
};

const ORDER: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
export const gravity = (level: Level): number => ORDER.indexOf(level);

/** The ids by which an incident is known, its own first. */
export const idsOf = ({ id, merged }: Incident): string[] => [id, ...merged];
