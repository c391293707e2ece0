import type { Incident } from '../incident/index.ts';
import { cut, padEnd, printable, type Words, width, wrap, type Zone } from '../locale/index.ts';
import type { Out } from './console.ts';
import { type IncidentPage, incidentPage, type TreeLine } from './incident-page.ts';
import { bar, sentenceLines, spanText, tacticsLine } from './incident-table.ts';
import { levelCells, SHAPES } from './level.ts';
import { count } from './numbers.ts';

const MOST_EVIDENCE = 40;
const MOST_LINKS = 20;
const MOST_VALUES = 12;
const MOST_TREE = 160;
const MOST_ENTITIES = 12;

type Screen = Pick<Out, 'columns' | 'color'>;

/** One incident whole, for a terminal. */
export function incidentText(incident: Incident, words: Words, zone: Zone, screen: Screen): string {
  const { incidents: w, levels } = words;
  const { color } = screen;
  const room = Math.max(60, screen.columns);
  const page = incidentPage(incident, words, zone);
  const { level, risk, rank, id, merged, hosts, users, techniques, counts } = incident;
  const { paint } = levelCells(words, color);
  const lines = [
    `${color.bold(`#${rank}`)} ${paint(level, ` ${SHAPES[level]} ${levels[level]} `)}  ${bar(risk)} ${color.bold(String(risk))}`,
    ...wrap(page.story.title, room).map((line) => color.bold(line)),
    '',
  ];
  const facts: readonly (readonly [string, string])[] = [
    [w.id, merged.length === 0 ? id : `${id} (${w.mergedFrom(merged.join(', '))})`],
    [w.span, spanText(incident, zone, words)],
    [w.hosts, printable(hosts.join(', '))],
    [w.users, printable(users.join(', '))],
    [w.tactics, tacticsLine(incident.tactics, words)],
    [w.techniques, techniques.join(' ')],
    [words.summary.findings(count(counts.findings)), `${w.findings(count(counts.findings), count(counts.events))}`],
  ];
  const lead = Math.max(...facts.slice(0, 6).map(([name]) => width(name))) + 2;
  for (const [name, value] of facts.slice(0, 6)) {
    if (value === '') continue;
    wrap(value, room - lead).forEach((line, i) =>
      lines.push(`${i === 0 ? color.dim(padEnd(name, lead)) : ' '.repeat(lead)}${line}`),
    );
  }
  const head = (title: string): void =>
    void lines.push('', color.bold(`── ${title} ${'─'.repeat(Math.max(0, Math.min(room, 100) - width(title) - 4))}`));
  head(w.story);
  lines.push(...storyLines(page, words, room, color));
  if (page.tree.length > 0) {
    head(w.tree);
    lines.push(...treeText(page.tree, room, words, color));
  }
  head(`${w.waterfall} ${risk}`);
  for (const [points, what] of page.waterfall) lines.push(...hanging(`  ${points.padStart(4)}  `, what, room));
  lines.push(`  ${'='.padStart(2)}${String(risk).padStart(2)}`.replace(/^ {2} =/, '   ='));
  if (page.links.length > 0) {
    head(w.links);
    for (const link of page.links.slice(0, MOST_LINKS)) lines.push(...hanging('  · ', link, room));
    if (page.links.length > MOST_LINKS) lines.push(color.dim(`  ${w.moreRows(count(page.links.length - MOST_LINKS))}`));
  }
  head(w.evidence);
  lines.push(...evidenceLines(page, words, room, color));
  if (page.indicators.length > 0) {
    head(w.indicators);
    for (const [kind, values] of page.indicators) {
      const shown = values.slice(0, MOST_VALUES).map((value) => cut(value, room - 14));
      shown.forEach((value, i) => lines.push(`  ${color.dim(padEnd(i === 0 ? kind : '', 11))} ${value}`));
      if (values.length > MOST_VALUES)
        lines.push(color.dim(`  ${' '.repeat(11)} ${w.moreRows(count(values.length - MOST_VALUES))}`));
    }
  }
  if (page.entities.length > 0) {
    head(w.entities);
    for (const [name, value] of page.entities.slice(0, MOST_ENTITIES))
      lines.push(`  ${value.padStart(3)}  ${cut(name, room - 8)}`);
  }
  if (page.blind.length > 0) {
    head(w.blind);
    for (const band of page.blind) lines.push(...hanging(`  ${color.magenta('◌')} `, band, room, 4));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function hanging(lead: string, text: string, room: number, indent = width(lead)): string[] {
  return wrap(text, room - indent).map((line, i) => `${i === 0 ? lead : ' '.repeat(indent)}${line}`);
}

function storyLines({ sentences }: IncidentPage, words: Words, room: number, color: Screen['color']): string[] {
  const lines: string[] = [];
  let day = '';
  for (const { sentence, time, where } of sentences) {
    const [date, clock] = sentence.timeMs === null ? ['', ''] : [time.slice(0, 10), time.slice(11)];
    if (date !== '' && date !== day) lines.push(color.dim(date));
    if (date !== '') day = date;
    lines.push(...sentenceLines(sentence, `${clock.padEnd(8)} `, words, room, color, 20));
    if (where !== '') lines.push(...wrap(where, room - 11).map((line) => `${' '.repeat(11)}${color.dim(line)}`));
  }
  return lines;
}

function treeText(tree: readonly TreeLine[], room: number, words: Words, color: Screen['color']): string[] {
  const { paint } = levelCells(words, color);
  const { incidents: w } = words;
  const lines = tree.slice(0, MOST_TREE).flatMap(({ kind, lead, text, aside, level }): string[] => {
    const space = Math.max(20, room - width(lead));
    switch (kind) {
      case 'host':
        return [`${color.bold.underline(text)}${aside === '' ? '' : color.cyan(`  → ${aside}`)}`];
      case 'process':
        return [
          `${color.dim(lead)}${color.bold(text)} ${level === null ? '' : `${paint(level, SHAPES[level])} `}${color.dim(cut(aside, Math.max(10, space - width(text) - 3)))}`,
        ];
      case 'detail':
        return wrap(cut(text, space * 2 - 2), space).map((line) => `${color.dim(lead)}${line}`);
      case 'decoded':
        return hanging('↳ ', `${w.decoded}: ${text}`, space)
          .slice(0, 4)
          .map((line) => `${color.dim(lead)}${color.green(line)}`);
      case 'finding':
        return [
          `${color.dim(lead)}${level === null ? ' ' : paint(level, SHAPES[level])} ${color.dim(cut(text, space - 2))}`,
        ];
      default:
        return kind satisfies never;
    }
  });
  if (tree.length > MOST_TREE) lines.push(color.dim(w.moreRows(count(tree.length - MOST_TREE))));
  return lines;
}

function evidenceLines({ evidence }: IncidentPage, words: Words, room: number, color: Screen['color']): string[] {
  const { incidents: w } = words;
  const { cell, width: cellWidth } = levelCells(words, color);
  const lines = evidence
    .slice(0, MOST_EVIDENCE)
    .flatMap(({ level, title, host, time, event, times, where, techniques }) => {
      const more = times > 1 ? ` ${w.times(count(times))}` : '';
      const space = room - cellWidth - 6;
      return [
        `  ${cell(level)}  ${cut(`${title}${more}`, space - width(techniques) - 2)}${techniques === '' ? '' : `  ${color.dim(techniques)}`}`,
        ...wrap(`${time} · ${host} · ${event} · ${where}`, space)
          .slice(0, 2)
          .map((line) => `  ${' '.repeat(cellWidth)}  ${color.dim(line)}`),
      ];
    });
  if (evidence.length > MOST_EVIDENCE) lines.push(color.dim(`  ${w.moreRows(count(evidence.length - MOST_EVIDENCE))}`));
  return lines;
}
