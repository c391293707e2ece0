import { DASHES, type Part } from './text.ts';

/** A text with wildcards, cut at its stars; each segment matches a fixed number of characters. */
type Segment = readonly Part[];

/** Decides whether a whole value matches; time at most value × pattern, whatever either holds. */
export function glob(parts: readonly Part[]): (value: string) => boolean {
  const segments: Segment[] = [[]];
  for (const part of parts) {
    if (part.kind === 'star') segments.push([]);
    else segments[segments.length - 1] = [...segments[segments.length - 1]!, part];
  }
  const head = segments[0]!;
  if (segments.length === 1) return (value) => matchAt(value, 0, head) === value.length;
  const tail = segments[segments.length - 1]!;
  const tailLength = points(tail);
  const middle = segments.slice(1, -1).filter((s) => s.length > 0);
  // The rarest-looking text first: without it no search is needed.
  const needle = parts.reduce((best, p) => (p.kind === 'literal' && p.text.length > best.length ? p.text : best), '');
  return (value) => {
    if (!value.includes(needle)) return false;
    let from = matchAt(value, 0, head);
    if (from < 0) return false;
    // The leftmost place of each segment leaves the most for the next ones, so no other place need be tried.
    for (const segment of middle) {
      from = find(value, from, segment);
      if (from < 0) return false;
    }
    const start = back(value, tailLength);
    return start >= from && matchAt(value, start, tail) === value.length;
  };
}

/**
 * Where a text with wildcards holds in a value that it matches, less what stars at its ends stand for; the leftmost place,
 * as a half-open range. undefined for a value that it does not match, and for a text of stars only.
 */
export function globSpan(parts: readonly Part[]): (value: string) => { start: number; end: number } | undefined {
  const matches = glob(parts);
  const segments: Part[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'star') segments.push([]);
    else segments[segments.length - 1]!.push(part);
  }
  const solid = segments.filter((s) => s.length > 0);
  const fromStart = segments[0]!.length > 0;
  const toEnd = segments[segments.length - 1]!.length > 0;
  const last = solid.length - 1;
  const tailLength = toEnd ? points(solid[last]!) : 0;
  return (value) => {
    if (!matches(value)) return undefined;
    if (last < 0) return parts.length === 0 ? { start: 0, end: 0 } : undefined;
    let start = -1;
    let end = 0;
    for (let i = 0; i <= last; i++) {
      const segment = solid[i]!;
      const at = i === 0 && fromStart ? 0 : i === last && toEnd ? back(value, tailLength) : findAt(value, end, segment);
      if (start < 0) start = at;
      end = matchAt(value, at, segment);
    }
    return { start, end };
  };
}

/** Where the segment ends that begins at `at`; -1 when it does not stand there. */
function matchAt(value: string, at: number, segment: Segment): number {
  let i = at;
  for (const part of segment) {
    switch (part.kind) {
      case 'literal':
        if (!value.startsWith(part.text, i)) return -1;
        i += part.text.length;
        break;
      case 'dash':
        if (i >= value.length || !isDash(value[i]!)) return -1;
        i++;
        break;
      case 'one':
        if (i >= value.length) return -1;
        i += value.codePointAt(i)! > 0xffff ? 2 : 1;
        break;
      case 'star':
        return -1;
      default:
        part satisfies never;
    }
  }
  return i;
}

/** Where the segment ends that is found first from `from` on; -1 for nowhere. */
function find(value: string, from: number, segment: Segment): number {
  const at = findAt(value, from, segment);
  return at < 0 ? -1 : matchAt(value, at, segment);
}

function findAt(value: string, from: number, segment: Segment): number {
  const first = segment[0]!;
  for (let i = from; i <= value.length; i++) {
    if (first.kind === 'literal') {
      i = value.indexOf(first.text, i);
      if (i < 0) return -1;
    }
    if (matchAt(value, i, segment) >= 0) return i;
  }
  return -1;
}

/** The offset that lies `count` characters before the end; -1 when there are fewer. */
function back(value: string, count: number): number {
  let i = value.length;
  for (let n = 0; n < count; n++) {
    if (i <= 0) return -1;
    i -= i >= 2 && value.codePointAt(i - 2)! > 0xffff ? 2 : 1;
  }
  return i;
}

const isDash = (c: string): boolean => (DASHES as readonly string[]).includes(c);

/** Code points that a segment stands for. */
function points(segment: Segment): number {
  let n = 0;
  for (const part of segment) n += part.kind === 'literal' ? [...part.text].length : 1;
  return n;
}
