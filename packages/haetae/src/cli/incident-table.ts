import { TACTICS } from '../attack/index.ts';
import { type Incident, type IncidentReport, type Sentence, shortHost, storyOf } from '../incident/index.ts';
import { cut, formatLocal, padEnd, printable, type Words, width, wrap, type Zone, zoneLabel } from '../locale/index.ts';
import type { Out } from './console.ts';
import { levelCells, SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { LEVELS } from './options.ts';

/** Incidents told in full; those below are a line each, and the rest a number. */
const MOST_FULL = 10;
const MOST_LINES = 15;
/** Lines that one sentence may take. */
const SENTENCE_LINES = 4;

/** The ranked list that somebody reads at three in the morning: what happened, where, how sure, and what to type next. */
export function incidentTable(
  { incidents, loose, findings }: IncidentReport,
  command: (id: string) => string,
  words: Words,
  zone: Zone,
  { columns, color }: Pick<Out, 'columns' | 'color'>,
): string {
  const { incidents: w } = words;
  const room = Math.max(60, columns);
  if (incidents.length === 0 && loose.length === 0) return '';
  if (incidents.length === 0) return `${[w.none, ...looseLines(loose, words, room, color)].join('\n')}\n`;
  const grave = incidents.filter(({ level }) => LEVELS.indexOf(level) >= LEVELS.indexOf('medium'));
  const full = (grave.length > 0 ? grave : incidents.slice(0, 1)).slice(0, MOST_FULL);
  const short = incidents.filter((incident) => !full.includes(incident));
  const lines = [color.bold(w.head(count(incidents.length), count(findings)))];
  for (const incident of full) lines.push('', ...whole(incident, command, words, zone, room, color));
  if (short.length > 0) {
    lines.push('', color.bold(w.lesser));
    for (const incident of short.slice(0, MOST_LINES)) lines.push(oneLine(incident, words, room, color));
    if (short.length > MOST_LINES) lines.push(`  ${w.leftOut(count(short.length - MOST_LINES))}`);
  }
  lines.push(...looseLines(loose, words, room, color));
  return `${lines.join('\n')}\n`;
}

/** A name of two words stays on one line. */
const NO_BREAK = '\u00a0';

/** Ten cells: ████████░░. */
export const bar = (risk: number): string => '█'.repeat(Math.round(risk / 10)).padEnd(10, '░');

export const idText = (id: string): string => id.slice(0, 8);

/** Tactics by their names, in the order of the matrix. */
export function tacticsLine(tactics: readonly string[], { lang }: Words): string {
  const had = new Set(tactics);
  return TACTICS.filter(({ shortname }) => had.has(shortname))
    .map(({ name }) => name[lang].replaceAll(' ', NO_BREAK))
    .join(' → ');
}

/** `2026-03-17 14:02:42 – 14:38:44 Asia/Seoul +09:00`; the second day only where it is another. */
export function spanText({ fromMs, toMs }: Pick<Incident, 'fromMs' | 'toMs'>, zone: Zone, words: Words): string {
  if (fromMs === null || toMs === null) return words.incidents.unknownTime;
  const [from, to] = [formatLocal(fromMs, zone).slice(0, 19), formatLocal(toMs, zone).slice(0, 19)];
  const end = from === to ? '' : ` – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
  return `${from}${end} ${zoneLabel(zone, fromMs)}`;
}

type Color = Out['color'];

function whole(
  incident: Incident,
  command: (id: string) => string,
  words: Words,
  zone: Zone,
  room: number,
  color: Color,
): string[] {
  const { incidents: w, levels } = words;
  const { rank, risk, level, hosts, tactics, counts, id } = incident;
  const { paint } = levelCells(words, color);
  const story = storyOf(incident, words.lang);
  const number = padEnd(`#${rank}`, 4);
  const indent = ' '.repeat(4);
  const lines: string[] = [];
  const badge = `${SHAPES[level]} ${levels[level]}`;
  lines.push(
    `${color.bold(number)}${paint(level, ` ${badge} `)}  ${bar(risk)} ${color.bold(String(risk))}  ${color.dim(`${w.id} ${idText(id)}`)}`,
  );
  for (const line of wrap(story.title, room - indent.length)) lines.push(`${indent}${color.bold(line)}`);
  lines.push(
    `${indent}${color.dim(cut(`${spanText(incident, zone, words)} · ${hosts.map((host) => printable(shortHost(host))).join(', ')}`, room - indent.length))}`,
  );
  const way = tacticsLine(tactics, words);
  if (way !== '') for (const line of wrap(way, room - indent.length)) lines.push(`${indent}${color.cyan(line)}`);
  const main = story.sentences.filter((sentence) => sentence.main);
  let day = incident.fromMs === null ? '' : formatLocal(incident.fromMs, zone).slice(0, 10);
  for (const sentence of main) {
    const [date, clock] =
      sentence.timeMs === null
        ? ['', '']
        : [formatLocal(sentence.timeMs, zone).slice(0, 10), formatLocal(sentence.timeMs, zone).slice(11, 19)];
    if (date !== '' && date !== day) {
      lines.push(`${indent}${color.dim(date)}`);
      day = date;
    }
    lines.push(...sentenceLines(sentence, `${indent}${clock.padEnd(8)} `, words, room, color, SENTENCE_LINES));
  }
  const left = story.sentences.length - main.length;
  const tail = [
    w.findings(count(counts.findings), count(counts.events)),
    ...(left > 0 ? [w.andMore(count(left))] : []),
  ];
  lines.push(`${indent}${color.dim(tail.join(' · '))}`);
  lines.push(`${indent}${color.dim(w.more)} ${command(idText(id))}`);
  return lines;
}

/** A sentence behind its time and the shape of its level, folded; `most`: lines. */
export function sentenceLines(
  { text, level, kind }: Sentence,
  lead: string,
  words: Words,
  room: number,
  color: Color,
  most: number,
): string[] {
  const { paint } = levelCells(words, color);
  const mark =
    kind === 'blind'
      ? color.magenta('◌')
      : kind === 'hop'
        ? color.cyan('→')
        : level === null
          ? ' '
          : shaped(level, paint);
  const space = room - width(lead) - 2;
  const all = wrap(text, space);
  const shown = all.slice(0, most);
  if (all.length > most) shown[most - 1] = `${cut(shown[most - 1]!, space - 2)} …`;
  const rest = ' '.repeat(width(lead) + 2);
  return shown.map((line, i) => (i === 0 ? `${color.dim(lead)}${mark} ${line}` : `${rest}${line}`));
}

/** The critical level's cell is a white shape on red, which a shape alone would not be. */
const shaped = (
  level: Sentence['level'],
  paint: (level: NonNullable<Sentence['level']>, text: string) => string,
): string => (level === null ? ' ' : paint(level, SHAPES[level]));

function oneLine(incident: Incident, words: Words, room: number, color: Color): string {
  const { rank, risk, level, hosts, counts, id } = incident;
  const { cell, width: cellWidth } = levelCells(words, color);
  const head = `${padEnd(`#${rank}`, 5)}`;
  const tail = `  ${hosts.length > 0 ? printable(shortHost(hosts[0]!)) : ''}${hosts.length > 1 ? ` +${hosts.length - 1}` : ''}  ${words.incidents.times(count(counts.findings))}  ${idText(id)}`;
  const space = room - head.length - 4 - cellWidth - 2 - width(tail);
  const [first] = [storyOf(incident, words.lang).title];
  return `${head}${String(risk).padStart(3)} ${cell(level)}  ${padEnd(cut(first, space), space)}${color.dim(tail)}`;
}

const MOST_LOOSE = 5;

/** Findings that are no incident: counted, so that none is lost in silence. */
function looseLines(loose: IncidentReport['loose'], words: Words, room: number, color: Color): string[] {
  if (loose.length === 0) return [];
  const { incidents: w, lang } = words;
  const total = loose.reduce((sum, one) => sum + one.count, 0);
  const lines = ['', color.bold(w.loose(count(total)))];
  for (const { rule, detector, host, count: n, level } of loose.slice(0, MOST_LOOSE)) {
    const title = rule === null ? w.unusual(detector) : ((lang === 'ko' ? rule.titleKo : undefined) ?? rule.title);
    lines.push(
      `  ${levelCells(words, color).cell(level)}  ${cut(`${printable(title)} ${w.times(count(n))} · ${printable(shortHost(host))}`, room - 14)}`,
    );
  }
  if (loose.length > MOST_LOOSE) lines.push(color.dim(`  ${w.looseMore(count(loose.length - MOST_LOOSE))}`));
  return lines;
}
