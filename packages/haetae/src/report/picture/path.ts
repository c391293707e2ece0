/** A closed line, x and y in turn. */
export type Polygon = readonly number[];

const CURVE_STEPS = 8;
const ARC_STEP = Math.PI / 16;

/** The lines of an SVG path, its curves as short straight pieces. Source: SVG 2, “Path data”; what our charts and glyphs use of it. */
export function polygonsOf(d: string): { readonly points: Polygon; readonly closed: boolean }[] {
  const tokens = d.match(/[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g) ?? [];
  const found: { readonly points: number[]; closed: boolean }[] = [];
  let [x, y, at, command] = [0, 0, 0, ''];
  let points: number[] = [];
  const number = (): number => Number(tokens[at++]);
  const to = (nx: number, ny: number): void => {
    [x, y] = [nx, ny];
    points.push(x, y);
  };
  while (at < tokens.length) {
    if (/[A-Za-z]/.test(tokens[at]!)) command = tokens[at++]!;
    const relative = command === command.toLowerCase();
    const [ox, oy] = relative ? [x, y] : [0, 0];
    switch (command.toUpperCase()) {
      case 'M':
        points = [];
        found.push({ points, closed: false });
        to(ox + number(), oy + number());
        command = relative ? 'l' : 'L';
        break;
      case 'L':
        to(ox + number(), oy + number());
        break;
      case 'H':
        to(ox + number(), y);
        break;
      case 'V':
        to(x, oy + number());
        break;
      case 'C': {
        const [x0, y0] = [x, y];
        const [x1, y1, x2, y2, x3, y3] = [
          ox + number(),
          oy + number(),
          ox + number(),
          oy + number(),
          ox + number(),
          oy + number(),
        ];
        for (let i = 1; i <= CURVE_STEPS; i++) {
          const [t, u] = [i / CURVE_STEPS, 1 - i / CURVE_STEPS];
          const [a, b, c, e] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
          to(a * x0 + b * x1 + c * x2 + e * x3, a * y0 + b * y1 + c * y2 + e * y3);
        }
        break;
      }
      case 'Q': {
        const [x0, y0] = [x, y];
        const [x1, y1, x2, y2] = [ox + number(), oy + number(), ox + number(), oy + number()];
        for (let i = 1; i <= CURVE_STEPS; i++) {
          const [t, u] = [i / CURVE_STEPS, 1 - i / CURVE_STEPS];
          to(u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2);
        }
        break;
      }
      case 'A': {
        const radius = number();
        at += 2;
        const [large, sweep] = [number() === 1, number() === 1];
        arc([x, y], radius, large, sweep, [ox + number(), oy + number()], to);
        break;
      }
      case 'Z':
        found[found.length - 1]!.closed = true;
        [x, y] = [points[0]!, points[1]!];
        break;
      default:
        throw new RangeError(`a path with ${command}`);
    }
  }
  return found;
}

/** Of a circle. */
function arc(
  [x1, y1]: readonly [number, number],
  radius: number,
  large: boolean,
  sweep: boolean,
  [x2, y2]: readonly [number, number],
  to: (x: number, y: number) => void,
): void {
  const half = Math.hypot(x2 - x1, y2 - y1) / 2;
  const r = Math.max(radius, half);
  const away = Math.sqrt(Math.max(0, r * r - half * half)) * (large === sweep ? -1 : 1);
  const [dx, dy] = half === 0 ? [0, 0] : [(x2 - x1) / (2 * half), (y2 - y1) / (2 * half)];
  const [cx, cy] = [(x1 + x2) / 2 - dy * away, (y1 + y2) / 2 + dx * away];
  const from = Math.atan2(y1 - cy, x1 - cx);
  let turn = Math.atan2(y2 - cy, x2 - cx) - from;
  if (sweep && turn <= 0) turn += 2 * Math.PI;
  if (!sweep && turn >= 0) turn -= 2 * Math.PI;
  const steps = Math.max(1, Math.ceil(Math.abs(turn) / ARC_STEP));
  for (let i = 1; i < steps; i++)
    to(cx + r * Math.cos(from + (turn * i) / steps), cy + r * Math.sin(from + (turn * i) / steps));
  to(x2, y2);
}

/** A line of some width along the points: a rectangle for each piece, all turned the same way round. */
export function strokeOf(points: Polygon, closed: boolean, width: number): Polygon[] {
  const pieces: Polygon[] = [];
  const n = points.length / 2;
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [x1, y1] = [points[i * 2]!, points[i * 2 + 1]!];
    const [x2, y2] = [points[((i + 1) % n) * 2]!, points[((i + 1) % n) * 2 + 1]!];
    const length = Math.hypot(x2 - x1, y2 - y1);
    if (length === 0) continue;
    const [nx, ny] = [((y2 - y1) / length) * (width / 2), ((x1 - x2) / length) * (width / 2)];
    pieces.push([x1 + nx, y1 + ny, x2 + nx, y2 + ny, x2 - nx, y2 - ny, x1 - nx, y1 - ny]);
  }
  return pieces;
}
