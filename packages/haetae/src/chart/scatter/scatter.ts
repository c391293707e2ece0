import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { chartWords } from '../../locale/index.ts';
import { type Mark, mark } from '../drawing.ts';
import { type Level, LINE, levelMark, MUTED } from '../levels.ts';
import type { Chart } from '../options.ts';

export interface ScatterRows {
  readonly x: string;
  readonly y: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly level: Level;
    readonly label: string;
    readonly id: string;
  }[];
}

/** Points by two features, with their names at the axes. */
export const scatter: Chart<ScatterRows> = ({ x: xName, y: yName, points }, { width, height, language }) => {
  const w = chartWords(language);
  const plot = { x: 48, y: 24, width: width - 64, height: height - 64 };
  const scale = (values: readonly number[], from: number, to: number) => {
    const [low = 0, high = 1] = extent(values) as [number | undefined, number | undefined];
    return scaleLinear()
      .domain(low === high ? [low - 1, high + 1] : [low, high])
      .nice(5)
      .range([from, to]);
  };
  const x = scale(
    points.map((point) => point.x),
    plot.x,
    plot.x + plot.width,
  );
  const y = scale(
    points.map((point) => point.y),
    plot.y + plot.height,
    plot.y,
  );
  const across = y
    .ticks(5)
    .flatMap((value): Mark[] => [
      mark('line', { class: 'grid', x1: plot.x, x2: plot.x + plot.width, y1: y(value), y2: y(value), stroke: LINE }),
      mark(
        'text',
        { class: 'tick', x: plot.x - 8, y: y(value) + 4, 'text-anchor': 'end', fill: MUTED },
        value.toLocaleString('en-US'),
      ),
    ]);
  const along = x
    .ticks(Math.max(2, Math.floor(plot.width / 90)))
    .map((value) =>
      mark(
        'text',
        { class: 'tick', x: x(value), y: plot.y + plot.height + 18, 'text-anchor': 'middle', fill: MUTED },
        value.toLocaleString('en-US'),
      ),
    );
  return {
    ...{ width, height, plot, title: w.scatter.title, unit: w.scatter.unit },
    text: points.length === 0 ? w.empty : w.scatter.text(points.length, xName, yName),
    marks: [
      ...(points.length === 0 ? [] : [...across, ...along]),
      mark('text', { class: 'label', x: 0, y: 12, fill: MUTED }, yName),
      mark('text', { class: 'label', x: plot.x + plot.width, y: height - 6, 'text-anchor': 'end', fill: MUTED }, xName),
      ...points.map((point) =>
        mark(
          'g',
          { class: 'mark', 'data-id': point.id },
          mark('title', {}, point.label),
          levelMark(point.level, x(point.x), y(point.y), 5),
        ),
      ),
    ],
  };
};
