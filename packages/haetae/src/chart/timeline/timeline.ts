import { chartWords, cut, formatLocal } from '../../locale/index.ts';
import { type Mark, mark } from '../drawing.ts';
import { INK, type Level, LINE, levelMark, MUTED } from '../levels.ts';
import { type Chart, IN_UTC } from '../options.ts';
import { timeAxis } from '../time-axis.ts';

export interface TimelineRows {
  readonly from: number;
  readonly to: number;
  /** One a host, in the order in which the attack reached them. */
  readonly lanes: readonly string[];
  readonly marks: readonly {
    readonly timeMs: number;
    readonly lane: number;
    readonly level: Level;
    readonly label: string;
    /** What a click on it means, for the page. */
    readonly id: string;
  }[];
  /** Times in which a lane's logs cannot be trusted to tell all. */
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    readonly lane: number;
    readonly label: string;
  }[];
  /** From one lane to another. */
  readonly hops: readonly { readonly timeMs: number; readonly from: number; readonly to: number }[];
}

const LANE = 56;
const STEP = 13;

/** What happened on each host, by time: shapes by level, ways between hosts, blind bands. Its height follows from its lanes. */
export const timeline: Chart<TimelineRows> = ({ from, to, lanes, marks, bands, hops }, options) => {
  const { width, language, zone } = options;
  const w = chartWords(language);
  const left = width < 640 ? 72 : 140;
  const plot = { x: left, y: 28, width: Math.max(80, width - left - 16), height: Math.max(1, lanes.length) * LANE };
  const end = Math.max(to, from + 1);
  const x = (ms: number): number => plot.x + ((ms - from) / (end - from)) * plot.width;
  const middle = (lane: number): number => plot.y + lane * LANE + LANE / 2;
  const columns = Math.floor((left - 16) / 6.2);
  const shown = marks.filter(({ timeMs }) => timeMs >= from && timeMs <= end);
  const rows = lanes.flatMap((name, i): Mark[] => [
    mark('line', {
      class: 'lane',
      ...{ x1: plot.x, x2: plot.x + plot.width, y1: middle(i), y2: middle(i), stroke: LINE },
    }),
    mark('text', { class: 'label', x: 0, y: middle(i) + 4, fill: INK }, cut(name, columns), mark('title', {}, name)),
  ]);
  const blind = bands
    .filter((band) => band.to >= from && band.from <= end)
    .map((band) => {
      const start = Math.max(plot.x, x(band.from));
      const stop = Math.min(plot.x + plot.width, x(band.to));
      const at = { x: start, width: Math.max(3, stop - start), y: plot.y + band.lane * LANE + 6, height: LANE - 12 };
      return mark(
        'rect',
        { class: 'blind', ...at, fill: MUTED, 'fill-opacity': '0.18' },
        mark('title', {}, band.label),
      );
    });
  const ways = hops
    .filter(({ timeMs }) => timeMs >= from && timeMs <= end)
    .map((hop) => {
      const [start, stop] = [middle(hop.from), middle(hop.to)];
      const down = stop > start ? 1 : -1;
      const at = x(hop.timeMs);
      const n = (value: number): number => Math.round(value * 10) / 10;
      const d = `M${n(at)} ${n(start + 9 * down)}V${n(stop - 9 * down)}m-4 ${-6 * down}l4 ${6 * down}l4 ${-6 * down}`;
      return mark('path', { class: 'hop', d, fill: 'none', stroke: INK, 'stroke-width': 1.5 });
    });
  return {
    ...{ width, height: plot.y + plot.height + 26, plot, title: w.timeline.title, unit: w.timeline.unit },
    text:
      marks.length === 0 ? w.empty : w.timeline.text(shown.length, lanes.length, at(from, options), at(end, options)),
    marks: [
      timeAxis([from, end], plot, zone, 'top'),
      ...(zone.label === 'UTC' ? [] : [timeAxis([from, end], plot, IN_UTC, 'bottom', false)]),
      ...rows,
      ...blind,
      ...ways,
      ...placed(shown, x, middle),
    ],
  };
};

const at = (ms: number, { zone }: Parameters<typeof timeline>[1]): string =>
  `${formatLocal(ms, zone.zone).slice(0, 19)} ${zone.label}`;

/** Marks that would lie on each other are moved aside, up and down in turn, as far as a lane goes. */
function placed(marks: TimelineRows['marks'], x: (ms: number) => number, middle: (lane: number) => number): Mark[] {
  const last = new Map<string, number>();
  const order = [0, -1, 1];
  return [...marks]
    .sort((a, b) => a.timeMs - b.timeMs || a.lane - b.lane)
    .map((one) => {
      const at = x(one.timeMs);
      const row = order.find((r) => at - (last.get(`${one.lane} ${r}`) ?? -Infinity) >= STEP) ?? 0;
      last.set(`${one.lane} ${row}`, at);
      return mark(
        'g',
        { class: 'mark', 'data-id': one.id },
        mark('title', {}, one.label),
        levelMark(one.level, at, middle(one.lane) + row * STEP, 5.5),
      );
    });
}
