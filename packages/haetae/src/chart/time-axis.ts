import { scaleUtc } from 'd3-scale';
import { formatLocal, type Zone } from '../locale/index.ts';
import { type Mark, mark, type Plot } from './drawing.ts';
import { LINE, MUTED } from './levels.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Instants that are whole hours, days … of a zone, about so many. */
export function ticksOf(from: number, to: number, zone: Zone, about: number): number[] {
  const shift = zone.offsetMinutes(from) * MINUTE;
  return scaleUtc()
    .domain([from + shift, to + shift])
    .ticks(about)
    .map((date) => date.getTime() - shift)
    .filter((ms) => ms >= from && ms <= to);
}

/** As fine as the ticks are apart: a day, a minute, a second, a part of it. */
export function tickText(ms: number, step: number, zone: Zone): string {
  const text = formatLocal(ms, zone);
  if (step >= DAY) return text.slice(5, 10);
  if (step >= MINUTE) return text.slice(11, 16) === '00:00' ? text.slice(5, 10) : text.slice(11, 16);
  if (step >= SECOND) return text.slice(11, 19);
  return text.slice(14, 23);
}

/** Ticks, their lines through the plot, and the zone they are in. `side`: above or below the plot. */
export function timeAxis(
  [from, to]: readonly [number, number],
  plot: Plot,
  zone: { readonly zone: Zone; readonly label: string },
  side: 'top' | 'bottom',
  lines = true,
): Mark {
  const about = Math.max(2, Math.floor(plot.width / 110));
  const ticks = ticksOf(from, to, zone.zone, about);
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : to - from;
  const x = (ms: number): number => plot.x + ((ms - from) / Math.max(1, to - from)) * plot.width;
  const y = side === 'bottom' ? plot.y + plot.height + 16 : plot.y - 8;
  const marks = ticks.flatMap((ms): Mark[] => {
    const at = x(ms);
    const line = mark('line', {
      class: 'grid',
      ...{ x1: at, x2: at, y1: plot.y, y2: plot.y + plot.height, stroke: LINE },
    });
    // A label that would run out of the picture, or over the name of the zone, is left out.
    const said = tickText(ms, step, zone.zone);
    if (at < plot.x + said.length * 3 || at > plot.x + plot.width - 20) return lines ? [line] : [];
    const text = mark('text', { class: 'tick', x: at, y, 'text-anchor': 'middle', fill: MUTED }, said);
    return lines ? [line, text] : [text];
  });
  const name = mark('text', { class: 'zone', x: plot.x - 8, y, 'text-anchor': 'end', fill: MUTED }, zone.label);
  return mark('g', { class: `axis ${side}` }, ...marks, name);
}
