import type { Level } from '../../incident/index.ts';
import { codeSpan, fenced, plainMarkdown } from '../../locale/index.ts';
import {
  type Block,
  type Report,
  type ReportDocument,
  type Span,
  spansOf,
  type Text,
  type TreeLine,
} from '../model.ts';
import { safeText } from '../safe.ts';

const SHAPES: Readonly<Record<Level, string>> = { critical: '■', high: '▲', medium: '◆', low: '●', informational: '○' };

/** A report for a ticket: GitHub's Markdown without pictures. What a log says can be neither link nor heading nor cell. */
export const markdown = ({ documents }: Report): string => `${documents.map(documentText).join('\n\n---\n\n')}\n`;

function documentText({ title, subtitle, label, cover, blocks }: ReportDocument): string {
  const head = [said(label), ...(subtitle === '' ? [] : [said(subtitle)])].join(' · ');
  return [`# ${said(title)}`, head, facts(cover), ...blocks.map(blockText)].join('\n\n');
}

const said = (text: string): string => plainMarkdown(safeText(text));

function span(one: Span, inTable: boolean): string {
  switch (one.kind) {
    case 'plain':
    case 'muted':
      return said(one.text);
    case 'strong':
      return `**${said(one.text)}**`;
    // In a table a bar would end the cell, in code likewise: there it is plain text.
    case 'code':
      return inTable ? said(one.text) : codeSpan(safeText(one.text));
    case 'level':
      return `${SHAPES[one.level]} ${said(one.text)}`;
    case 'break':
      return inTable ? '<br>' : '  \n  ';
    case 'link':
      return `[${said(one.text)}](${one.to})`;
    default:
      return one satisfies never;
  }
}

const textOf = (text: Text, inTable = false): string =>
  spansOf(text)
    .map((one) => span(one, inTable))
    .join('');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const facts = (rows: readonly (readonly [string, Text])[]): string =>
  [row(['', '']), '|---|---|', ...rows.map(([name, value]) => row([said(name), textOf(value, true)]))].join('\n');

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.depth + 1)} ${said(block.text)}`;
    case 'paragraph':
      return textOf(block.text);
    case 'note':
      return `<sub>${textOf(block.text, true)}</sub>`;
    case 'facts':
      return facts(block.rows);
    case 'figures':
      return block.figures.map(({ value, name }) => `**${said(value)}** ${said(name)}`).join(' · ');
    case 'list':
      return block.items.map((item, i) => `${block.ordered ? `${i + 1}.` : '-'} ${textOf(item)}`).join('\n');
    case 'table': {
      const { columns, rows } = block;
      const rule = columns.map(({ align }) => (align === 'end' ? '---:' : '---'));
      return [
        row(columns.map(({ title }) => said(title))),
        `|${rule.join('|')}|`,
        ...rows.map((cells) => row(cells.map((cell) => textOf(cell, true)))),
      ].join('\n');
    }
    case 'chart':
      return said(block.drawing.text);
    case 'tree':
      return fenced(block.lines.map(treeLine).join('\n'));
    default:
      return block satisfies never;
  }
}

function treeLine({ kind, depth, text, aside, level }: TreeLine): string {
  const mark = level === null ? '' : `${SHAPES[level]} `;
  const said = `${mark}${safeText(text)}`;
  const beside = aside === '' ? '' : safeText(aside);
  return `${'  '.repeat(depth)}${kind === 'decoded' ? `${beside}: ${said}` : `${said}${beside === '' ? '' : `  [${beside}]`}`}`;
}
