import { svgText } from '../../chart/index.ts';
import type { Level } from '../../incident/index.ts';
import {
  type Block,
  type Report,
  type ReportDocument,
  type Span,
  spansOf,
  type Text,
  type TreeLine,
} from '../model.ts';
import { BREAK, breakable, safeText } from '../safe.ts';
import { STYLE } from './style.ts';

const SHAPES: Readonly<Record<Level, string>> = { critical: '■', high: '▲', medium: '◆', low: '●', informational: '○' };
const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const said = (text: string): string => safeText(text).replace(/[&<>"']/g, (c) => ESCAPED[c]!);
/** Long words may break where <wbr> stands, which copies as nothing. */
const worded = (text: string): string =>
  breakable(safeText(text))
    .replace(/[&<>"']/g, (c) => ESCAPED[c]!)
    .replaceAll(BREAK, '<wbr>');

/** One file that asks for nothing else: no script, no font, no picture from elsewhere; its own policy forbids them. */
export function html({ documents }: Report): string {
  const [first] = documents;
  const language = first?.language ?? 'en';
  const title = documents.map((one) => said(one.title)).join(' / ');
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="generator" content="haetae">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body><main>',
    ...documents.map(documentHtml),
    '</main></body>',
    '</html>',
    '',
  ].join('\n');
}

function documentHtml({ language, title, subtitle, label, cover, contents, blocks }: ReportDocument): string {
  const at = (id: string): string => `${language}-${id.replace(/[^\w-]/g, '-')}`;
  const headings = blocks.filter((block) => block.kind === 'heading').filter(({ depth }) => depth < 3);
  const list = headings
    .map(({ depth, text, id }) => `<li class="d${depth}"><a href="#${at(id)}">${said(text)}</a></li>`)
    .join('\n');
  return [
    `<article lang="${language}">`,
    '<header>',
    `<p class="label">${said(label)}${subtitle === '' ? '' : ` · ${said(subtitle)}`}</p>`,
    `<h1>${worded(title)}</h1>`,
    facts(cover),
    '</header>',
    `<nav aria-label="${said(contents)}"><h2>${said(contents)}</h2>\n<ol>\n${list}\n</ol></nav>`,
    ...withLevels(blocks).map(([block, level]) => blockHtml(block, at, level)),
    '</article>',
  ].join('\n');
}

/** Each block, and for a heading its level: no level is left out on the way down, whatever a template leaves out. */
function withLevels(blocks: readonly Block[]): (readonly [Block, number])[] {
  let last = 1;
  return blocks.map((block) => {
    if (block.kind === 'heading') last = Math.min(block.depth + 1, last + 1);
    return [block, last];
  });
}

function span(one: Span): string {
  switch (one.kind) {
    case 'plain':
      return worded(one.text);
    case 'strong':
      return `<strong>${worded(one.text)}</strong>`;
    case 'muted':
      return `<span class="muted">${worded(one.text)}</span>`;
    case 'code':
      return `<code>${worded(one.text)}</code>`;
    case 'level':
      return `<span class="level ${one.level}"><span aria-hidden="true">${SHAPES[one.level]}</span> ${said(one.text)}</span>`;
    case 'break':
      return '<br>';
    case 'link':
      return `<a href="${said(one.to)}" rel="noreferrer noopener">${said(one.text)}</a>`;
    default:
      return one satisfies never;
  }
}

const textOf = (text: Text): string => spansOf(text).map(span).join('');

const facts = (rows: readonly (readonly [string, Text])[]): string =>
  `<dl>\n${rows.map(([name, value]) => `<dt>${said(name)}</dt><dd>${textOf(value)}</dd>`).join('\n')}\n</dl>`;

function blockHtml(block: Block, at: (id: string) => string, level: number): string {
  switch (block.kind) {
    case 'heading':
      return `<h${level} id="${at(block.id)}">${worded(block.text)}</h${level}>`;
    case 'paragraph':
      return `<p>${textOf(block.text)}</p>`;
    case 'note':
      return `<p class="note">${textOf(block.text)}</p>`;
    case 'facts':
      return facts(block.rows);
    case 'figures':
      return `<ul class="figures">${block.figures.map(({ value, name }) => `<li><b>${said(value)}</b> ${said(name)}</li>`).join('')}</ul>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>\n${block.items.map((item) => `<li>${textOf(item)}</li>`).join('\n')}\n</${tag}>`;
    }
    case 'table': {
      const { columns, rows } = block;
      const kind = (i: number): string =>
        ` class="${columns[i]!.width === 'fit' ? 'fit' : 'wide'}${columns[i]!.align === 'end' ? ' end' : ''}"`;
      const head = columns.map(({ title }, i) => `<th scope="col"${kind(i)}>${said(title)}</th>`).join('');
      const body = rows.map(
        (cells) => `<tr>${cells.map((cell, i) => `<td${kind(i)}>${textOf(cell)}</td>`).join('')}</tr>`,
      );
      // Who scrolls by keys needs to get into it.
      const name = said(columns.map(({ title }) => title).join(', '));
      return `<div class="scroll" tabindex="0" role="group" aria-label="${name}"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
    }
    case 'chart':
      return `<figure>${safeSvg(svgText(block.drawing))}</figure>`;
    case 'tree':
      return `<div class="tree">\n${block.lines.map(treeLine).join('\n')}\n</div>`;
    default:
      return block satisfies never;
  }
}

const safeSvg = (svg: string): string =>
  svg
    .split('\n')
    .map((line) => safeText(line))
    .join('\n');

function treeLine({ kind, depth, text, aside, level }: TreeLine): string {
  const mark = level === null ? '' : `<span class="level ${level}" aria-hidden="true">${SHAPES[level]}</span> `;
  const beside = aside === '' ? '' : `<span class="muted">${worded(aside)}</span>`;
  const inner =
    kind === 'command' || kind === 'decoded'
      ? `${beside === '' ? '' : `${beside}<br>`}<code>${worded(text)}</code>`
      : `${mark}${kind === 'finding' ? worded(text) : `<strong>${worded(text)}</strong>`} ${beside}`;
  return `<div class="${kind} d${Math.min(depth, 14)}">${inner}</div>`;
}
