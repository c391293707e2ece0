import { max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { chartWords, formatLocal } from '../../locale/index.ts';
import { type Mark, mark } from '../drawing.ts';
import { LEVEL_COLOURS, LEVELS, type Level, LINE, MUTED } from '../levels.ts';
import type { Chart } from '../options.ts';
import { timeAxis } from '../time-axis.ts';

export interface OverTimeRows {
  /** Of every bucket, ms. */
  readonly widthMs: number;
  readonly from: number;
  readonly to: number;
  /** Those without findings may be left out. */
  readonly buckets: readonly { readonly timeMs: number; readonly counts: Readonly<Partial<Record<Level, number>>> }[];
}

/** Findings by time, stacked by level, the gravest at the bottom where heights are best compared. */
export const overTime: Chart<OverTimeRows> = ({ widthMs, from, to, buckets }, options) => {
  const { width, height, language, zone } = options;
  const w = chartWords(language);
  const plot = { x: 36, y: 8, width: width - 44, height: height - 32 };
  const shown = buckets.filter(({ timeMs }) => timeMs + widthMs > from && timeMs < to);
  const totalOf = (counts: OverTimeRows['buckets'][number]['counts']): number =>
    sum(LEVELS, (level) => counts[level] ?? 0);
  const most = max(shown, ({ counts }) => totalOf(counts)) ?? 0;
  const y = scaleLinear()
    .domain([0, Math.max(1, most)])
    .nice(3)
    .range([plot.y + plot.height, plot.y]);
  const x = scaleLinear()
    .domain([from, to])
    .range([plot.x, plot.x + plot.width]);
  const ticks = y.ticks(3).filter(Number.isInteger);
  const grid = ticks.flatMap((value): Mark[] => [
    mark('line', { class: 'grid', x1: plot.x, x2: plot.x + plot.width, y1: y(value), y2: y(value), stroke: LINE }),
    mark(
      'text',
      { class: 'tick', x: plot.x - 8, y: y(value) + 4, 'text-anchor': 'end', fill: MUTED },
      value.toLocaleString('en-US'),
    ),
  ]);
  const layers = stack<OverTimeRows['buckets'][number], Level>()
    .keys([...LEVELS].reverse())
    .value(({ counts }, level) => counts[level] ?? 0)([...shown]);
  const bars = layers.flatMap(({ key, ...points }) =>
    Array.from({ length: shown.length }, (_, i) => points[i]!)
      .map((point, i) => ({ low: point[0]!, high: point[1]!, timeMs: shown[i]!.timeMs }))
      .filter(({ low, high }) => high > low)
      .map(({ low, high, timeMs }) => {
        const left = Math.max(plot.x, x(timeMs));
        const right = Math.min(plot.x + plot.width, x(timeMs + widthMs));
        const gap = Math.min(2, (right - left) * 0.25);
        return mark('rect', {
          class: `bar ${key}`,
          x: left + gap / 2,
          y: y(high),
          width: Math.max(0.5, right - left - gap),
          height: y(low) - y(high),
          fill: LEVEL_COLOURS[key],
        });
      }),
  );
  const total = sum(shown, ({ counts }) => totalOf(counts));
  const peak = shown.find(({ counts }) => totalOf(counts) === most);
  const time = (ms: number): string => `${formatLocal(ms, zone.zone).slice(0, 16)} ${zone.label}`;
  const none = mark(
    'text',
    { class: 'none', x: plot.x + plot.width / 2, y: plot.y + plot.height / 2, 'text-anchor': 'middle', fill: MUTED },
    w.empty,
  );
  return {
    ...{ width, height, plot, title: w.overTime.title, unit: w.overTime.unit },
    text: peak === undefined ? w.empty : w.overTime.text(total, time(from), time(to), most, time(peak.timeMs)),
    marks: [
      ...grid,
      timeAxis([from, to], plot, zone, 'bottom', false),
      ...(total === 0 ? [none] : [mark('g', { class: 'bars' }, ...bars)]),
    ],
  };
};
