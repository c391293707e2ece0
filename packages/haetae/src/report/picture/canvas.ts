import { crc32, deflateSync } from 'node:zlib';
import type { Polygon } from './path.ts';

export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** 0–1. */
  readonly alpha: number;
}

/**
 * A white sheet that is filled by outlines, smooth at their edges: how much of each pixel lies within is summed up from the signed
 * areas beside every line, so that what turns the other way round is a hole. The same outlines give the same pixels on any machine.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #pixels: Uint8Array;
  readonly #area: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#pixels = new Uint8Array(width * height * 3).fill(255);
    this.#area = new Float32Array((width + 1) * height + 1);
  }

  fill(polygons: readonly Polygon[], { red, green, blue, alpha }: Colour): void {
    let [top, bottom] = [this.height, 0];
    for (const points of polygons)
      for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
        this.#line(points[j]!, points[j + 1]!, points[i]!, points[i + 1]!);
        top = Math.min(top, points[i + 1]!);
        bottom = Math.max(bottom, points[i + 1]!);
      }
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, Math.ceil(bottom) + 1); y++) {
      let sum = 0;
      for (let x = 0; x <= this.width; x++) {
        const at = y * (this.width + 1) + x;
        sum += this.#area[at]!;
        this.#area[at] = 0;
        const cover = Math.min(1, Math.abs(sum)) * alpha;
        if (cover < 0.002 || x === this.width) continue;
        const pixel = (y * this.width + x) * 3;
        this.#mix(pixel, red, cover);
        this.#mix(pixel + 1, green, cover);
        this.#mix(pixel + 2, blue, cover);
      }
    }
  }

  #mix(at: number, value: number, cover: number): void {
    this.#pixels[at] = Math.round(this.#pixels[at]! * (1 - cover) + value * cover);
  }

  /** What a line adds to the pixels of each row it crosses, and to all right of it. */
  #line(x1: number, y1: number, x2: number, y2: number): void {
    if (y1 === y2) return;
    const [turn, xa, ya, xb, yb] = y1 < y2 ? [1, x1, y1, x2, y2] : [-1, x2, y2, x1, y1];
    const slope = (xb - xa) / (yb - ya);
    for (let y = Math.max(0, Math.floor(ya)); y < Math.min(this.height, Math.ceil(yb)); y++) {
      const [from, to] = [Math.max(y, ya), Math.min(y + 1, yb)];
      const high = to - from;
      if (high <= 0) continue;
      const [p, q] = [this.#within(xa + (from - ya) * slope), this.#within(xa + (to - ya) * slope)];
      const [left, right] = p < q ? [p, q] : [q, p];
      this.#row(y * (this.width + 1), left, right, turn * high);
    }
  }

  #within(x: number): number {
    return Math.min(this.width, Math.max(0, x));
  }

  /** `area`: how high the line is within the row, with the sign of its turn. */
  #row(start: number, left: number, right: number, area: number): void {
    const last = Math.ceil(right);
    let before = 0;
    for (let x = Math.floor(left); x <= last; x++) {
      const cover = x === last ? area : area * (rightOf(x + 1, left, right) - rightOf(x, left, right));
      this.#area[start + x] = this.#area[start + x]! + cover - before;
      before = cover;
    }
  }

  /** RGB of eight bits, without a filter. Source: W3C PNG, third edition. */
  png(): Uint8Array {
    const rows = Buffer.alloc(this.height * (this.width * 3 + 1));
    for (let y = 0; y < this.height; y++)
      rows.set(this.#pixels.subarray(y * this.width * 3, (y + 1) * this.width * 3), y * (this.width * 3 + 1) + 1);
    const head = Buffer.alloc(13);
    head.writeUInt32BE(this.width, 0);
    head.writeUInt32BE(this.height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', head),
      chunk('IDAT', deflateSync(rows, { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

/** Mean of how far `x` lies right of a line that goes evenly from `left` to `right`. */
function rightOf(x: number, left: number, right: number): number {
  if (x <= left) return 0;
  return x >= right ? x - (left + right) / 2 : (x - left) ** 2 / (2 * (right - left));
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
