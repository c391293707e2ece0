import { compiled } from '../typst/compiler.ts';
import type { PdfContent } from '../typst/pdf.ts';
import { type Polygon, polygonsOf } from './path.ts';

/** A line of text as outlines: x from its begin, y from its base line, downwards, at the size that was asked for. */
export interface Line {
  readonly polygons: readonly Polygon[];
  readonly width: number;
}

const STEP = 40;
/** Every string on a base line of its own. The strings are data: nothing of them is source. */
const SOURCE = `#set page(width: 4000pt, height: auto, margin: 0pt, fill: none)
#set text(font: ("Pretendard", "Noto Sans KR", "JetBrains Mono"), size: eval(sys.inputs.size + "pt"), top-edge: "baseline", bottom-edge: "baseline")
#for (i, line) in json(bytes(sys.inputs.lines)).enumerate() { place(top + left, dy: i * ${STEP}pt, text(line)) }`;

/** What lines of text look like, by the fonts of reports. Source of the form: Typst's plain SVG. */
export function linesOf(
  lines: readonly string[],
  size: number,
  content: Pick<PdfContent, 'fonts' | 'workspace'>,
): Line[] {
  const svg = compiled(content, SOURCE, { lines: JSON.stringify(lines), size: String(size) }, (compiler, document) =>
    compiler.plainSvg(document),
  );
  const glyphs = new Map(
    [...svg.matchAll(/<symbol id="([^"]+)"[^>]*>\s*<path d="([^"]*)"/g)].map(([, id, d]) => [id!, polygonsOf(d!)]),
  );
  const made = lines.map((): { polygons: number[][]; width: number } => ({ polygons: [], width: 0 }));
  // Groups lie in each other; how far they move what is in them adds up.
  const moves: (readonly [number, number])[] = [];
  for (const [, close, group, move, use, x = '0'] of svg.matchAll(
    /(<\/g>)|(<g(?:\s[^>]*?)?(?:transform="translate\(([^)]*)\)"[^>]*)?(?<!\/)>)|<use xlink:href="#([^"]+)" x="([^"]*)"/g,
  )) {
    if (close !== undefined) moves.pop();
    else if (group !== undefined) {
      const [dx = 0, dy = 0] = (move ?? '').split(/[\s,]+/).map(Number);
      moves.push([dx, dy]);
    } else {
      const [left, base] = moves.reduce(([a, b], [dx, dy]) => [a + dx, b + dy] as const, [0, 0] as const);
      const line = made[Math.round(base / STEP)];
      for (const { points } of glyphs.get(use!) ?? [])
        line?.polygons.push(points.map((value, i) => (i % 2 === 0 ? left + Number(x) + value : -value)));
    }
  }
  for (const line of made)
    line.width = line.polygons.reduce(
      (most, points) => points.reduce((m, value, i) => (i % 2 === 0 ? Math.max(m, value) : m), most),
      0,
    );
  return made;
}
