import { bin, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { chartWords } from '../../locale/index.ts';
import { type Mark, mark } from '../drawing.ts';
import { ACCENT, INK, LINE, MUTED } from '../levels.ts';
import type { Chart } from '../options.ts';

export interface DistributionRows {
  readonly values: readonly number[];
  readonly domain: readonly [number, number];
  readonly threshold: number;
  /** How a value of the axis is written. */
  readonly write?: (value: number) => string;
}

/** How many have which score, and how many reach the threshold. The heights are on a root scale, so that few are seen beside many. */
export const distribution: Chart<DistributionRows> = (rows, { width, height, language }) => {
  const { values, domain, threshold, write = String } = rows;
  const w = chartWords(language);
  const plot = { x: 40, y: 12, width: width - 56, height: height - 40 };
  const x = scaleLinear()
    .domain(domain)
    .range([plot.x, plot.x + plot.width]);
  const bins = bin().domain([domain[0], domain[1]]).thresholds(x.ticks(40))([...values]);
  const most = max(bins, (one) => one.length) ?? 0;
  const heightOf = (count: number): number => (most === 0 ? 0 : Math.sqrt(count / most) * plot.height);
  const bottom = plot.y + plot.height;
  const bars = bins
    .filter((one) => one.length > 0)
    .map((one) => {
      const above = (one.x0 ?? 0) >= threshold;
      const tall = heightOf(one.length);
      return mark(
        'rect',
        {
          class: above ? 'bar above' : 'bar below',
          ...{ x: x(one.x0!) + 0.5, y: bottom - tall, width: Math.max(1, x(one.x1!) - x(one.x0!) - 1), height: tall },
          fill: above ? ACCENT : '#aab3bc',
        },
        mark('title', {}, `${write(one.x0!)}–${write(one.x1!)}: ${one.length.toLocaleString('en-US')}`),
      );
    });
  const ticks = x
    .ticks(6)
    .map((value) =>
      mark('text', { class: 'tick', x: x(value), y: bottom + 18, 'text-anchor': 'middle', fill: MUTED }, write(value)),
    );
  // On a root scale a quarter of the count stands at half of the height.
  const counts = [...new Set([most, Math.round(most / 4)])]
    .filter((count) => count > 0)
    .flatMap((count): Mark[] => {
      const y = bottom - heightOf(count);
      return [
        mark('line', { class: 'grid', x1: plot.x, x2: plot.x + plot.width, y1: y, y2: y, stroke: LINE }),
        mark(
          'text',
          { class: 'tick', x: plot.x - 8, y: y + 4, 'text-anchor': 'end', fill: MUTED },
          count.toLocaleString('en-US'),
        ),
      ];
    });
  const unit = mark(
    'text',
    { class: 'tick', x: plot.x - 8, y: bottom + 4, 'text-anchor': 'end', fill: MUTED },
    w.distribution.unit,
  );
  const above = values.filter((value) => value >= threshold).length;
  const line = mark('line', {
    class: 'threshold',
    ...{ x1: x(threshold), x2: x(threshold), y1: plot.y - 6, y2: bottom, stroke: INK, 'stroke-width': 1.5 },
  });
  return {
    ...{ width, height, plot, title: w.distribution.title, unit: w.distribution.unit },
    text: values.length === 0 ? w.empty : w.distribution.text(values.length, above, write(threshold)),
    marks: [
      mark('line', { class: 'grid', x1: plot.x, x2: plot.x + plot.width, y1: bottom, y2: bottom, stroke: LINE }),
      ...counts,
      ...(most > 0 ? [unit] : []),
      ...ticks,
      ...bars,
      line,
    ],
  };
};
