import type { ReportWords } from '../../locale/index.ts';
import type { Block, Column, Text } from '../model.ts';
import type { One, Telling } from '../telling.ts';

/** A part of a report with a heading of its own. Without blocks it is left out. */
export interface Section {
  readonly name: keyof ReportWords['sections'];
  /** `each`: once for every incident; else once for the report. */
  readonly scope: 'each' | 'whole';
  /** For `whole`, `one` is the incident of a report of one, else undefined. */
  blocks(of: Telling, one: One | undefined): readonly Block[];
}

export const eachSection = (name: Section['name'], blocks: (of: Telling, one: One) => readonly Block[]): Section => ({
  name,
  scope: 'each',
  blocks: (of, one) => (one === undefined ? [] : blocks(of, one)),
});

export const wholeSection = (
  name: Section['name'],
  blocks: (of: Telling, one: One | undefined) => readonly Block[],
): Section => ({ name, scope: 'whole', blocks });

export const paragraph = (text: Text): Block => ({ kind: 'paragraph', text });
export const note = (text: Text): Block => ({ kind: 'note', text });
export const bullets = (items: readonly Text[]): Block => ({ kind: 'list', ordered: false, items });
export const table = (columns: readonly Column[], rows: readonly (readonly Text[])[]): Block => ({
  kind: 'table',
  columns,
  rows,
});
export const fit = (title: string): Column => ({ title, width: 'fit' });
export const wide = (title: string, share = 1): Column => ({ title, width: share });
