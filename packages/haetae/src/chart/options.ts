import { type Language, UTC, type Zone } from '../locale/index.ts';
import type { Drawing } from './drawing.ts';

/** How a chart is drawn: what does not come from its rows. */
export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly language: Language;
  /** In which times are written, beside UTC where there is room for both. */
  readonly zone: { readonly zone: Zone; readonly label: string };
}
export const IN_UTC: ChartOptions['zone'] = { zone: UTC, label: 'UTC' };

/** A chart: pure, the same drawing for the same rows. Empty rows are drawn too, and say so. */
export type Chart<Rows> = (rows: Rows, options: ChartOptions) => Drawing;
