import type { Drawing, Mark } from '../../chart/index.ts';
import { safeText } from '../safe.ts';
import { coverageOf } from '../typst/coverage.ts';
import type { PdfContent } from '../typst/pdf.ts';
import { Canvas, type Colour } from './canvas.ts';
import { linesOf } from './glyphs.ts';
import { type Polygon, polygonsOf, strokeOf } from './path.ts';

const FONT = 11;
const MARGIN = 12;

interface Text {
  readonly said: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: string;
  readonly colour: Colour;
}

/** A chart as PNG, for where neither SVG nor PDF is shown; `scale` pixels a unit. */
export function pictureOf(
  { width, height, marks }: Drawing,
  content: Pick<PdfContent, 'fonts' | 'workspace'>,
  scale = 2,
): Uint8Array {
  const canvas = new Canvas(Math.ceil((width + 2 * MARGIN) * scale), Math.ceil((height + 2 * MARGIN) * scale));
  const texts: Text[] = [];
  const fill = (polygons: readonly Polygon[], colour: Colour | undefined): void => {
    const placed = polygons.map((points) => points.map((value) => (value + MARGIN) * scale));
    if (colour !== undefined && placed.length > 0) canvas.fill(placed, colour);
  };
  const draw = (mark: Mark, dx: number, dy: number): void => {
    const { tag, attrs, children } = mark;
    const n = (name: string): number => Number(attrs[name] ?? 0);
    const [, tx = '0', ty = '0'] = /^translate\(([-\d.]+)[ ,]+([-\d.]+)\)$/.exec(String(attrs.transform ?? '')) ?? [];
    const [x, y] = [dx + Number(tx), dy + Number(ty)];
    const moved = (points: Polygon): number[] => points.map((value, i) => value + (i % 2 === 0 ? x : y));
    const paint = (lines: readonly { readonly points: Polygon; readonly closed: boolean }[]): void => {
      const placed = lines.map(({ points, closed }) => ({ points: moved(points), closed }));
      fill(
        placed.map(({ points }) => points),
        tag === 'line' ? undefined : colourOf(attrs.fill ?? '#000000', attrs['fill-opacity']),
      );
      const stroke = colourOf(attrs.stroke ?? 'none', attrs['stroke-opacity']);
      const wide = Number(attrs['stroke-width'] ?? 1);
      fill(
        placed.flatMap(({ points, closed }) => strokeOf(points, closed, wide)),
        stroke,
      );
    };
    switch (tag) {
      case 'rect': {
        const [a, b, c, d] = [n('x'), n('y'), n('x') + n('width'), n('y') + n('height')];
        paint([{ points: [a, b, c, b, c, d, a, d], closed: true }]);
        break;
      }
      case 'line':
        paint([{ points: [n('x1'), n('y1'), n('x2'), n('y2')], closed: false }]);
        break;
      case 'circle':
        paint(
          polygonsOf(
            `M${n('cx') - n('r')} ${n('cy')}a${n('r')} ${n('r')} 0 1 0 ${2 * n('r')} 0a${n('r')} ${n('r')} 0 1 0 ${-2 * n('r')} 0Z`,
          ),
        );
        break;
      case 'path':
        paint(polygonsOf(String(attrs.d)));
        break;
      case 'text': {
        const said = children.filter((child) => typeof child === 'string').join('');
        const colour = colourOf(attrs.fill ?? '#000000', undefined);
        if (said !== '' && colour !== undefined)
          texts.push({ said, x: x + n('x'), y: y + n('y'), anchor: String(attrs['text-anchor'] ?? 'start'), colour });
        break;
      }
      case 'g':
        for (const child of children) if (typeof child !== 'string') draw(child, x, y);
        break;
      case 'title':
        break;
      default:
        tag satisfies never;
    }
  };
  for (const mark of marks) draw(mark, 0, 0);
  const has = coverageOf(content.fonts);
  const lines = linesOf(
    texts.map(({ said }) => safeText(said, has)),
    FONT,
    content,
  );
  texts.forEach(({ x, y, anchor, colour }, i) => {
    const { polygons, width: wide } = lines[i]!;
    const left = x - (anchor === 'middle' ? wide / 2 : anchor === 'end' ? wide : 0);
    fill(
      polygons.map((points) => points.map((value, k) => value + (k % 2 === 0 ? left : y))),
      colour,
    );
  });
  return canvas.png();
}

/** `#rrggbb`; undefined for `none`. */
function colourOf(value: string | number, opacity: string | number | undefined): Colour | undefined {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(String(value)) ?? [];
  if (red === undefined) return undefined;
  const part = (hex: string | undefined): number => Number.parseInt(hex!, 16);
  return { red: part(red), green: part(green), blue: part(blue), alpha: Number(opacity ?? 1) };
}
