/** Rows → SVG: pure, the same in a browser and in Node, the same bytes for the same rows. Each chart has a folder of its own. */
export { type DistributionRows, distribution } from './distribution/distribution.ts';
export { type Drawing, type Mark, type Plot, svgText } from './drawing.ts';
export { LEVEL_COLOURS, LEVELS, type Level, levelPath } from './levels.ts';
export type { Chart, ChartOptions } from './options.ts';
export { type OverTimeRows, overTime } from './over-time/over-time.ts';
export { type ScatterRows, scatter } from './scatter/scatter.ts';
export { type TimelineRows, timeline } from './timeline/timeline.ts';
export { type WaterfallRows, waterfall } from './waterfall/waterfall.ts';
