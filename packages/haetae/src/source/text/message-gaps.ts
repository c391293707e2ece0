import type { MessageLayout } from './message.ts';
import type { Choice, Line } from './message-chain.ts';

/** Translations differ between versions of Windows: a label that no dictionary has still stands in its place. */
export interface FilledGaps {
  readonly chain: readonly Choice[];
  readonly byPosition: readonly string[];
  readonly unread: readonly string[];
}

const INDENTED = /^[ \t]([^\s:：-][^:：\t]{0,60})[:：](?:\s|$)/;
const FLUSH = /^([^\s:：-][^:：\t]{0,60})[:：](?:\s|$)/;
const HEAD = /^([^\s:：-][^:：\t]{0,60})[:：]\s*$/;

/** `Label: value` one step indented; not a path with a drive letter. */
export function isLabelLike(text: string): boolean {
  return INDENTED.test(text);
}

interface Unknown {
  readonly line: number;
  readonly label: string;
  readonly head: boolean;
}

/**
 * Between two neighbours of the chain lie entries that were not found and lines with unknown labels. Where they are as
 * many, and heads of sections face heads, each line is taken for the entry it faces.
 */
export function fillGaps(
  message: string,
  lines: readonly Line[],
  layout: MessageLayout,
  chain: readonly Choice[],
): FilledGaps {
  const filled: Choice[] = [];
  const byPosition: string[] = [];
  const unread: string[] = [];
  const heads = layout.entries.some(({ field }) => field === undefined);
  for (let c = 0; c <= chain.length; c++) {
    const before = chain[c - 1] ?? { line: 0, entry: -1 };
    const after = chain[c] ?? { line: lines.length, entry: layout.entries.length };
    if (before.entry >= 0) filled.push(before);
    // Whatever lines a free value holds are its own.
    if (before.entry >= 0 && layout.entries[before.entry]!.free) continue;
    if (before.entry < 0 && layout.body >= 0) continue;
    const unknown = unknownLabels(message, lines, heads, before.line + 1, after.line);
    if (unknown.length === 0) continue;
    const missing = layout.entries.slice(before.entry + 1, after.entry);
    const faces =
      missing.length === unknown.length && missing.every(({ field }, i) => (field === undefined) === unknown[i]!.head);
    unknown.forEach(({ line, label }, i) => {
      if (faces) {
        filled.push({ line, entry: before.entry + 1 + i });
        byPosition.push(label);
      } else if (!unknown[i]!.head) unread.push(label);
    });
  }
  return { chain: filled, byPosition, unread };
}

function unknownLabels(message: string, lines: readonly Line[], heads: boolean, from: number, to: number): Unknown[] {
  const unknown: Unknown[] = [];
  for (let i = from; i < to; i++) {
    const { start, end, entries } = lines[i]!;
    if (entries !== undefined) continue;
    const text = message.slice(start, end);
    // Below heads the labels are indented, and what is not is prose.
    const head = heads ? HEAD.exec(text) : null;
    const label = head ?? (heads ? INDENTED : FLUSH).exec(text);
    if (label !== null) unknown.push({ line: i, label: label[1]!, head: head !== null });
  }
  return unknown;
}
