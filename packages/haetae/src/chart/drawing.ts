/**
 * A chart as data: marks of SVG that a page makes elements of one by one, and that {@link svgText} writes as text for PDF and
 * golden files. Text in it is text: nothing is ever parsed. Colours are attributes for paper; a page's style sheet lays its own
 * over them by the classes.
 */
export interface Mark {
  readonly tag: 'g' | 'rect' | 'path' | 'line' | 'text' | 'circle' | 'title';
  readonly attrs: Readonly<Record<string, string | number>>;
  readonly children: readonly (Mark | string)[];
}

/** Where the values lie, in the drawing's own units: what a brush needs. */
export interface Plot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Of the values: `findings`, `points`. */
  readonly unit: string;
  /** What the picture says, for those who do not see it. */
  readonly text: string;
  readonly plot: Plot;
  readonly marks: readonly Mark[];
}

export const mark = (
  tag: Mark['tag'],
  attrs: Readonly<Record<string, string | number | undefined>>,
  ...children: readonly (Mark | string)[]
): Mark => {
  const given: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attrs))
    if (value !== undefined) given[name] = typeof value === 'number' ? rounded(value) : value;
  return { tag, attrs: given, children };
};

/** Tenths are as fine as anyone sees, and the same on every machine. */
const rounded = (value: number): number => Math.round(value * 10) / 10 + 0;

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML cannot hold is left out: a half of a surrogate pair, control characters. */
const written = (text: string): string =>
  text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (c) => ESCAPED[c]!);

const writeMark = ({ tag, attrs, children }: Mark): string => {
  const open = Object.entries(attrs)
    .map(([name, value]) => ` ${name}="${written(String(value))}"`)
    .join('');
  if (children.length === 0) return `<${tag}${open}/>`;
  const inner = children.map((child) => (typeof child === 'string' ? written(child) : writeMark(child))).join('');
  return `<${tag}${open}>${inner}</${tag}>`;
};

/** A whole SVG document; the same drawing gives the same bytes. */
export function svgText({ width, height, title, text, marks }: Drawing): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Pretendard, Noto Sans KR, sans-serif" font-size="11">`;
  const about = `<title>${written(title)}</title><desc>${written(text)}</desc>`;
  return `${head}\n${about}\n${marks.map(writeMark).join('\n')}\n</svg>\n`;
}
