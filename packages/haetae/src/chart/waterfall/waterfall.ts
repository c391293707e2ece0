import { chartWords, cut } from '../../locale/index.ts';
import { type Mark, mark } from '../drawing.ts';
import { ACCENT, INK, LEVEL_COLOURS, type Level, LINE, MUTED } from '../levels.ts';
import type { Chart } from '../options.ts';

export interface WaterfallRows {
  /** In order; negative ones take away. They add up to the risk. */
  readonly parts: readonly { readonly label: string; readonly points: number }[];
  readonly level: Level;
}

const ROW = 28;

/** What adds up to a risk, part by part, each from where the one before it ended. Its height follows from its rows. */
export const waterfall: Chart<WaterfallRows> = ({ parts, level }, { width, language }) => {
  const w = chartWords(language);
  const labels = Math.min(240, Math.round(width * 0.58));
  const plot = { x: labels + 8, y: 4, width: Math.max(40, width - labels - 8 - 40), height: (parts.length + 1) * ROW };
  const sums: number[] = [];
  for (const { points } of parts) sums.push((sums.at(-1) ?? 0) + points);
  const risk = sums.at(-1) ?? 0;
  const most = Math.max(100, ...sums);
  const x = (points: number): number => plot.x + (points / most) * plot.width;
  const columns = Math.max(8, Math.floor(labels / 6.2));
  const row = (i: number, label: string, from: number, to: number, value: string, colour: string, kind: string) => {
    const top = plot.y + i * ROW;
    const [low, high] = from < to ? [from, to] : [to, from];
    return mark(
      'g',
      { class: `part ${kind}` },
      mark('title', {}, `${label}: ${value}`),
      mark('text', { class: 'label', x: 0, y: top + 18, fill: INK }, cut(label, columns)),
      mark('rect', {
        class: 'bar',
        ...{ x: x(low), y: top + 8, width: Math.max(1.5, x(high) - x(low)), height: 12, rx: 2, fill: colour },
      }),
      mark('text', { class: 'value', x: x(high) + 6, y: top + 18, fill: INK }, value),
    );
  };
  const joints = sums.map((sum, i) =>
    mark('line', {
      class: 'joint',
      ...{ x1: x(sum), x2: x(sum), y1: plot.y + i * ROW + 20, y2: plot.y + (i + 1) * ROW + 8, stroke: LINE },
    }),
  );
  const rows: Mark[] = parts.map(({ label, points }, i) => {
    const before = i === 0 ? 0 : sums[i - 1]!;
    const text = points < 0 ? `−${-points}` : `+${points}`;
    return row(i, label, before, sums[i]!, text, points < 0 ? MUTED : ACCENT, points < 0 ? 'less' : 'more');
  });
  const total = row(parts.length, w.waterfall.total, 0, risk, String(risk), LEVEL_COLOURS[level], `total ${level}`);
  return {
    ...{ width, height: plot.height + 8, plot, title: w.waterfall.title, unit: w.waterfall.unit },
    text: w.waterfall.text(
      risk,
      parts.map(({ label, points }) => `${label} ${points}`),
    ),
    marks: [...joints, ...rows, total],
  };
};
