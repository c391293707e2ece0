import type { Ansis } from 'ansis';
import { cut, formatLocal, padEnd, printable, type Words, width, wrap, type Zone, zoneLabel } from '../locale/index.ts';
import type { Located } from '../pipeline/index.ts';
import { detailOf, type FindingPrinter, titleOf, viaText } from './findings.ts';
import { levelCells, SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { LEVELS, type Level } from './options.ts';

const TIME_WIDTH = 23;
/** Lines of detail shown of one event: enough for a long command, not for a script. */
const DETAIL_LINES = 4;
const DECODED_LINES = 6;
const LONGEST_TEXT = 20_000;

/**
 * The timeline for people. Findings of one event stand under one head; events that repeat the one above them in all but
 * time (the same rules on the same computer with the same detail) are counted, not printed again.
 */
export function timelinePrinter(
  words: Words,
  zone: Zone,
  columns: number,
  color: Ansis,
  tacticsText: (shortnames: ReadonlySet<string>) => string,
): FindingPrinter {
  const { table: t, levels, summary } = words;
  const { cell: levelCell, paint } = levelCells(words, color);
  const indent = ' '.repeat(4);
  const room = Math.max(40, columns);
  const counts = new Map<Level, number>();
  const hosts = new Map<string, number>();
  const tactics = new Set<string>();
  const techniques = new Set<string>();
  let [total, first, last] = [0, Number.NaN, Number.NaN];
  let group: Located[] = [];
  let shown = '';
  let repeats: { n: number; until: number } = { n: 0, until: Number.NaN };
  let day = '';

  function flushRepeats(): string {
    if (repeats.n === 0) return '';
    const text = `${indent}${color.dim(`⋮ ${summary.repeated(count(repeats.n))} ${formatLocal(repeats.until, zone)}`)}\n`;
    repeats = { n: 0, until: Number.NaN };
    return text;
  }

  function flushGroup(): string {
    const [head] = group;
    if (head === undefined) return '';
    const detail = detailOf(head);
    const ms = head.event.timeMs ?? Number.NaN;
    const identity = JSON.stringify([
      head.event.computer,
      detail,
      group.map((one) => (one.rule === null ? titleOf(one, words) : [one.rule.id, one.rule.path])),
    ]);
    if (identity === shown) {
      repeats = { n: repeats.n + 1, until: ms };
      group = [];
      return '';
    }
    let text = flushRepeats();
    shown = identity;
    const time = formatLocal(ms, zone);
    if (time.slice(0, 10) !== day) {
      day = time.slice(0, 10);
      text += `\n${color.bold(day === '' ? t.noTime : day)} ${color.dim(zoneLabel(zone, ms))}\n`;
    }
    const computer = printable(head.event.computer === '' ? t.unknownHost : head.event.computer);
    const clock = padEnd(time.slice(11), TIME_WIDTH - 11);
    const place =
      head.event.position.kind === 'record' ? `#${head.event.position.record}` : `:${head.event.position.line}`;
    const ordered = [...group].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
    ordered.forEach((finding, i) => {
      const lead = i === 0 ? clock : ' '.repeat(clock.length);
      const ids = finding.attack.techniques.join(' ');
      const via = viaText(finding, words);
      text += `${lead} ${levelCell(finding.level)} ${color.bold(printable(titleOf(finding, words)))}${ids === '' ? '' : `  ${color.dim(ids)}`}${via === '' ? '' : `  ${color.dim(`(${via})`)}`}\n`;
    });
    text += `${indent}${color.dim(`${computer} · ${head.event.channel} ${head.event.eventId} · ${printable(head.file)}${place}`)}\n`;
    if (detail !== '') text += lines(detail, DETAIL_LINES, (line) => line);
    for (const hidden of telling(group)) {
      text += `${indent}${color.green(`↳ ${t.decoded} (${hidden.kind})`)}\n`;
      text += lines(hidden.text, DECODED_LINES, (line) => color.green(line));
    }
    group = [];
    return text;
  }

  /** Text of the log, folded and cut; a text of several lines keeps them, behind a bar that no log line can forge. */
  function lines(body: string, most: number, style: (line: string) => string): string {
    const given = body
      .slice(0, LONGEST_TEXT)
      .trimEnd()
      .split(/\r\n|\r|\n/);
    const lead = given.length > 1 ? `${indent}│ ` : indent;
    const all = given.flatMap((line) => wrap(printable(line), room - lead.length));
    const kept = all.slice(0, most);
    if (all.length > most) kept[most - 1] = `${cut(kept[most - 1]!, room - lead.length - 2)} …`;
    return kept.map((line) => `${lead}${style(line)}\n`).join('');
  }

  return {
    head: () => '',
    finding(finding) {
      total++;
      counts.set(finding.level, (counts.get(finding.level) ?? 0) + 1);
      hosts.set(finding.event.computer, (hosts.get(finding.event.computer) ?? 0) + 1);
      for (const tactic of finding.attack.tactics) tactics.add(tactic);
      for (const technique of finding.attack.techniques) techniques.add(technique);
      const { timeMs } = finding.event;
      if (timeMs !== null) {
        if (Number.isNaN(first)) first = timeMs;
        last = timeMs;
      }
      const text = group.length > 0 && !sameEvent(group[0]!, finding) ? flushGroup() : '';
      group.push(finding);
      return text;
    },
    foot() {
      let text = flushGroup() + flushRepeats();
      if (total === 0) return text;
      const byLevel = [...LEVELS].reverse().flatMap((level) => {
        const n = counts.get(level);
        return n === undefined ? [] : [paint(level, `${SHAPES[level]} ${levels[level]} ${count(n)}`)];
      });
      const topHosts = [...hosts].sort((a, b) => b[1] - a[1]).slice(0, 8);
      const hostList = topHosts
        .map(([name, n]) => `${printable(name === '' ? t.unknownHost : name)} (${count(n)})`)
        .join(', ');
      const more = hosts.size > topHosts.length ? ` +${hosts.size - topHosts.length}` : '';
      text += `\n${color.bold(summary.findings(count(total)))}   ${byLevel.join('   ')}\n`;
      const facts: [string, string][] = [
        [summary.span, `${formatLocal(first, zone)} – ${formatLocal(last, zone)} ${zoneLabel(zone, first)}`],
        [summary.hosts, hostList + more],
        [summary.tactics, tacticsText(tactics)],
        [summary.techniques, [...techniques].sort().join(' ')],
      ];
      const lead = Math.max(...facts.map(([name]) => width(name))) + 2;
      for (const [name, value] of facts) {
        if (value === '') continue;
        const [one, ...rest] = wrap(value, room - lead);
        text += `${color.dim(padEnd(name, lead))}${one}\n${rest.map((line) => `${' '.repeat(lead)}${line}\n`).join('')}`;
      }
      return text;
    },
  };
}

function sameEvent(a: Located, b: Located): boolean {
  const [x, y] = [a.event.position, b.event.position];
  const same =
    x.kind === 'record' ? y.kind === 'record' && x.record === y.record : y.kind === 'line' && x.line === y.line;
  return same && a.file === b.file && a.event.timeMs === b.event.timeMs;
}

/**
 * The decoded texts worth showing: the innermost ones (the others are steps on the way) of the event's own fields, and of
 * its parent's command line only where a rule matched there.
 */
function telling(group: readonly Located[]) {
  const decoded = group[0]?.decoded ?? [];
  const parents = new Set(decoded.map(({ parent }) => parent));
  const matched = new Set(group.flatMap(({ why }) => why.map((reason) => reason.decoded)));
  return decoded.filter(({ field }, i) => !parents.has(i) && (!field.startsWith('Parent') || matched.has(i)));
}
