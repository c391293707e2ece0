import type { LayoutEntry, MessageLayout, ValueShape } from './message.ts';

/** The start of each line and where its label ends; made for one message. */
export interface Line {
  readonly start: number;
  /** Without its line end. */
  readonly end: number;
  /** Entries its label may be; undefined when it has no known label. */
  readonly entries: readonly number[] | undefined;
  /** Where the value begins, behind the colon. */
  readonly value: number;
}

/** A line whose label was taken for that of an entry. */
export interface Choice {
  readonly line: number;
  readonly entry: number;
}

const MATCH = 1_000_000;
const EXTRA_LINE = 1_000;
const MISFIT = 10;

interface Link {
  readonly choice: Choice;
  readonly before: Link | undefined;
  /** Score up to the label; what the lines up to the next label cost is added when that is known. */
  readonly score: number;
}

/**
 * The ascending chain of labels that explains the message best: most fields found; fewest additional lines in values that
 * have one line by their nature; values of the right shape; of equal chains the later labels, since what repeats them
 * stands in a value before. O(label lines × entries).
 */
export function bestChain(message: string, lines: readonly Line[], layout: MessageLayout): Choice[] {
  const best: (Link | undefined)[] = layout.entries.map(() => undefined);
  const host = hostId(message, lines, layout);
  const free = (entry: number): boolean => layout.entries[entry]!.free;
  /** Score of a link when the next label, or the end, is at `line`. */
  const upTo = (link: Link, line: number): number =>
    link.score - (free(link.choice.entry) ? 0 : EXTRA_LINE * (line - link.choice.line - 1));
  for (let i = 0; i < lines.length; i++) {
    const entries = lines[i]!.entries;
    if (entries === undefined) continue;
    const made: Link[] = [];
    for (const entry of entries) {
      let before: Link | undefined;
      let score = layout.body < 0 ? -EXTRA_LINE * Math.max(0, i - 1) : 0;
      for (let earlier = 0; earlier < entry; earlier++) {
        const link = best[earlier];
        if (link === undefined) continue;
        const reached = upTo(link, i);
        if (reached >= score) [before, score] = [link, reached];
      }
      const fits = fitsShape(layout.entries[entry]!, valueIn(message, lines[i]!.value, lines[i]!.end), host);
      made.push({ choice: { line: i, entry }, before, score: score + MATCH - (fits ? 0 : MISFIT) });
    }
    for (const link of made) {
      const old = best[link.choice.entry];
      if (old === undefined || upTo(link, i + 1) >= upTo(old, i + 1)) best[link.choice.entry] = link;
    }
  }
  let winner: Link | undefined;
  for (const link of best)
    if (link !== undefined && (winner === undefined || upTo(link, lines.length) >= upTo(winner, lines.length)))
      winner = link;
  const chain: Choice[] = [];
  for (let link = winner; link !== undefined; link = link.before) chain.push(link.choice);
  return chain.reverse();
}

const SHAPES: Readonly<Record<ValueShape, RegExp>> = {
  guid: /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i,
  int: /^(?:\d+|0x[0-9a-f]+)$/i,
  hex: /^0x[0-9a-f]+$/i,
  time: /^\d{4}-\d\d-\d\d/,
  any: /^/,
};

/** GUIDs of one Sysmon event begin with the id of its host. */
function fitsShape(entry: LayoutEntry, value: string, host: string | undefined): boolean {
  if (!SHAPES[entry.shape].test(value)) return value === '' || value === '-';
  return entry.shape !== 'guid' || host === undefined || value.startsWith(host) || value.startsWith('{00000000-');
}

function hostId(message: string, lines: readonly Line[], layout: MessageLayout): string | undefined {
  for (const line of lines) {
    const entry = line.entries === undefined ? undefined : layout.entries[line.entries[0]!]!;
    if (entry?.shape !== 'guid') continue;
    const value = valueIn(message, line.value, line.end);
    return SHAPES.guid.test(value) ? value.slice(0, 9) : undefined;
  }
  return undefined;
}

export function valueIn(message: string, start: number, end: number): string {
  return message.slice(start, end).trim();
}
