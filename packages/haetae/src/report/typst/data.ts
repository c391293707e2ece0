import { svgText } from '../../chart/index.ts';
import type { Block, Column, Report, ReportDocument, Span, Text, TreeLine } from '../model.ts';
import { spansOf } from '../model.ts';
import { breakable, safeText } from '../safe.ts';

/**
 * A report as the template reads it: JSON, in which every text is a string. Nothing of it ever becomes source of Typst. Long words
 * hold marks at which a line may break.
 */
export function typstData(report: Report, has: (codePoint: number) => boolean): string {
  const said = (text: string): string => safeText(text, has);
  const span = ({ kind, text, ...rest }: Span): unknown => {
    const shown = kind === 'link' ? said(text) : breakable(said(text));
    return kind === 'plain' ? shown : { k: kind, t: shown, ...rest };
  };
  const text = (value: Text): unknown => spansOf(value).map(span);
  const column = ({ title, width, align }: Column): unknown => ({ title: said(title), width, align: align ?? 'start' });
  const line = ({ text: own, aside, ...rest }: TreeLine): unknown => ({
    ...rest,
    text: breakable(said(own)),
    aside: breakable(said(aside)),
  });
  const block = (one: Block): unknown => {
    switch (one.kind) {
      case 'heading':
        return { ...one, text: said(one.text), id: label(one.id) };
      case 'paragraph':
      case 'note':
        return { ...one, text: text(one.text) };
      case 'facts':
        return { ...one, rows: one.rows.map(([name, value]) => [said(name), text(value)]) };
      case 'figures':
        return { ...one, figures: one.figures.map(({ value, name }) => ({ value: said(value), name: said(name) })) };
      case 'list':
        return { ...one, items: one.items.map(text) };
      case 'table':
        return { ...one, columns: one.columns.map(column), rows: one.rows.map((row) => row.map(text)) };
      case 'chart': {
        const { width, height } = one.drawing;
        return { kind: 'chart', svg: said2(svgText(one.drawing), has), width, height, alt: said(one.drawing.text) };
      }
      case 'tree':
        return { ...one, lines: one.lines.map(line) };
      default:
        return one satisfies never;
    }
  };
  const document = (one: ReportDocument): unknown => ({
    ...{ language: one.language, title: said(one.title), subtitle: said(one.subtitle), label: said(one.label) },
    ...{ contents: said(one.contents), cover: one.cover.map(([name, value]) => [said(name), text(value)]) },
    blocks: one.blocks.map(block),
  });
  return JSON.stringify(report.documents.map(document));
}

/** In a picture likewise, where the lines of the file are left as they are. */
const said2 = (svg: string, has: (codePoint: number) => boolean): string =>
  svg
    .split('\n')
    .map((line) => safeText(line, has))
    .join('\n');

const label = (id: string): string => id.replace(/[^\w-]/g, '-');
