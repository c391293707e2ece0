import { bestChain, type Choice, type Line, valueIn } from './message-chain.ts';
import { fillGaps, isLabelLike } from './message-gaps.ts';

/**
 * Rendered messages, cut into their fields. A message is text that an attacker partly writes: a command line may hold line
 * breaks and lines that look like labels. So a message is never cut at whatever looks like `x:`, but along the known order
 * of labels of its event id; and where a label occurs more than once, along the one reading that fits the whole layout.
 */

/** What tells one value from another where a label occurs more than once. */
export type ValueShape = 'guid' | 'int' | 'hex' | 'time' | 'any';

export interface LayoutEntry {
  /** Spellings of the label, in every language known. */
  readonly labels: readonly string[];
  /** Microsoft's name of the field; undefined for the head of a section (`Subject:`), which orders what follows. */
  readonly field: string | undefined;
  /** The value may hold line breaks. */
  readonly free: boolean;
  readonly shape: ValueShape;
}

export interface LayoutParts {
  readonly entries: readonly LayoutEntry[];
  /** Names in document order, where it is not that of the entries. */
  readonly order?: readonly string[];
  /** Labels are indented and blank lines part sections; explanations follow the fields (Security). Else flat (Sysmon). */
  readonly sections: boolean;
  /** How the first paragraph of the explanations that follow the last value begins, in every language known. */
  readonly explanations?: readonly string[];
  /** Reads the values that the first line holds. */
  readonly sentence?: ReadSentence;
  /** Fields that the sentence can give. */
  readonly sentenceFields?: readonly string[];
  /** The field that takes the text before the first label, without the first line where that is a sentence. */
  readonly body?: string;
}

/** The values in a first line, `The Print Spooler service entered the running state.`; undefined when it is another one. */
export type ReadSentence = (line: string) => readonly (readonly [field: string, value: string])[] | undefined;

/** A layout made ready for cutting. */
export interface MessageLayout {
  readonly entries: readonly LayoutEntry[];
  /** Label, as spelled and in lower case → its entries, ascending. */
  readonly byLabel: ReadonlyMap<string, readonly number[]>;
  /** Names in document order, each once. */
  readonly order: readonly string[];
  /** Entry → place of its field in `order`; -1 for the head of a section. */
  readonly place: readonly number[];
  readonly sections: boolean;
  readonly explanations: readonly string[];
  readonly sentence: ReadSentence | undefined;
  /** Place of the body's field; -1 without one. */
  readonly body: number;
}

/** A label that is repeated or out of order; it stays inside the value before it. */
export interface StrayLabel {
  readonly label: string;
  /** Lines after the message's first, from 0. */
  readonly line: number;
}

export interface CutMessage {
  /** In document order. */
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly strays: readonly StrayLabel[];
  /** Labels in words not known, read by their place between known ones. */
  readonly byPosition: readonly string[];
  /** Labels in words not known that have no place: their values are in none of the fields. */
  readonly unread: readonly string[];
}

/** Of one label, units: none known is longer. */
const LONGEST_LABEL = 80;
const NO_STRAYS: readonly StrayLabel[] = [];
const NO_LABELS: readonly string[] = [];

export function makeLayout(parts: LayoutParts): MessageLayout {
  const byLabel = new Map<string, number[]>();
  parts.entries.forEach((entry, index) => {
    // As it is spelled too: most lines are found without being lower-cased.
    for (const label of new Set(entry.labels.flatMap((label) => [label, labelKey(label)]))) {
      const known = byLabel.get(label);
      if (known === undefined) byLabel.set(label, [index]);
      else known.push(index);
    }
  });
  const named = parts.entries.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const body = parts.body === undefined ? [] : [parts.body];
  const order = [...new Set([...(parts.order ?? []), ...(parts.sentenceFields ?? []), ...body, ...named])];
  const placeOf = new Map(order.map((name, index) => [name, index]));
  return {
    entries: parts.entries,
    byLabel,
    order,
    place: parts.entries.map(({ field }) => (field === undefined ? -1 : placeOf.get(field)!)),
    sections: parts.sections,
    explanations: parts.explanations ?? [],
    sentence: parts.sentence,
    body: parts.body === undefined ? -1 : placeOf.get(parts.body)!,
  };
}

function labelKey(label: string): string {
  return label.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** undefined when no label of the layout occurs: the message is of another layout or language. */
export function cutMessage(message: string, layout: MessageLayout): CutMessage | undefined {
  const lines = readLines(message, layout);
  let next = 0;
  let conflict = false;
  let chain: Choice[] = [];
  for (let i = 0; i < lines.length; i++) {
    const entries = lines[i]!.entries;
    if (entries === undefined) continue;
    const entry = entries.find((index) => index >= next);
    if (entry === undefined) conflict = true;
    else {
      chain.push({ line: i, entry });
      next = entry + 1;
    }
  }
  if (conflict) chain = bestChain(message, lines, layout);
  const gaps = layout.sections && chain.length > 0 ? fillGaps(message, lines, layout, chain) : undefined;
  const fields = collect(message, lines, layout, gaps?.chain ?? chain);
  if (fields === undefined) return undefined;
  return {
    ...fields,
    strays: conflict ? straysOf(message, lines, chain) : NO_STRAYS,
    byPosition: gaps?.byPosition ?? NO_LABELS,
    unread: gaps?.unread ?? NO_LABELS,
  };
}

function readLines(message: string, layout: MessageLayout): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= message.length; ) {
    const feed = message.indexOf('\n', start);
    const stop = feed < 0 ? message.length : feed;
    const end = stop > start && message.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
    const colon = colonIn(message, start, end);
    const entries = colon < 0 ? undefined : entriesOf(message.slice(start, colon), layout);
    lines.push({ start, end, entries, value: colon + 1 });
    start = stop + 1;
  }
  return lines;
}

function colonIn(message: string, start: number, end: number): number {
  const stop = Math.min(end, start + LONGEST_LABEL);
  for (let i = start; i < stop; i++) {
    const code = message.charCodeAt(i);
    if (code === 0x3a || code === 0xff1a) return i;
  }
  return -1;
}

/** A flat layout's labels are not indented, so that an indented one is no label there. */
function entriesOf(label: string, layout: MessageLayout): readonly number[] | undefined {
  const exact = layout.byLabel.get(layout.sections ? label.trim() : label);
  return exact ?? layout.byLabel.get(layout.sections ? labelKey(label) : label.toLowerCase());
}

function collect(
  message: string,
  lines: readonly Line[],
  layout: MessageLayout,
  chain: readonly Choice[],
): Pick<CutMessage, 'names' | 'values'> | undefined {
  const values: (string | undefined)[] = new Array(layout.order.length);
  for (let c = 0; c < chain.length; c++) {
    const { line, entry } = chain[c]!;
    const place = layout.place[entry]!;
    if (place < 0) continue;
    const until = c + 1 < chain.length ? chain[c + 1]!.line : lines.length;
    const value =
      until === line + 1
        ? valueIn(message, lines[line]!.value, lines[line]!.end)
        : longValue(message, lines, layout, line, until, layout.entries[entry]!.free);
    values[place] = value;
  }
  for (const [field, value] of layout.sentence?.(message.slice(lines[0]!.start, lines[0]!.end)) ?? []) {
    const place = layout.order.indexOf(field);
    if (place >= 0) values[place] ??= value.trim();
  }
  if (layout.body >= 0) {
    // The first line is a title only where the layout knows its sentence.
    const first = layout.sentence === undefined ? 0 : 1;
    const after = chain[0]?.line ?? lines.length;
    if (after > first) values[layout.body] = valueIn(message, lines[first]!.start, lines[after - 1]!.end);
  }
  const names: string[] = [];
  const found: string[] = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    if (value === undefined) continue;
    names.push(layout.order[place]!);
    found.push(value);
  }
  if (names.length === 0) return undefined;
  return { names, values: found };
}

/** A value that other lines follow before the next label, `until`. */
function longValue(
  message: string,
  lines: readonly Line[],
  layout: MessageLayout,
  line: number,
  until: number,
  free: boolean,
): string {
  let last = until - 1;
  if (layout.sections) {
    // A blank line ends a section; what follows the last one explains the event in words.
    if (!free) {
      last = line;
      while (last + 1 < until && goesOn(message, lines[last + 1]!)) last++;
    } else if (until === lines.length) last = beforeExplanations(message, lines, layout, line, last);
  }
  return valueIn(message, lines[line]!.value, lines[last]!.end);
}

/** A list goes on over indented lines; a blank line, a label or the head of a section ends it. */
function goesOn(message: string, line: Line): boolean {
  const text = message.slice(line.start, line.end);
  return /^\s+\S/.test(text) && !isLabelLike(text);
}

/** The last line before the explanations. Their beginning is looked for from the end: a value may hold the same words. */
function beforeExplanations(
  message: string,
  lines: readonly Line[],
  layout: MessageLayout,
  from: number,
  last: number,
): number {
  for (let i = last; i > from; i--) {
    const text = message.slice(lines[i]!.start, lines[i]!.end).trimStart();
    if (layout.explanations.some((beginning) => text.startsWith(beginning))) return i - 1;
  }
  return last;
}

function straysOf(message: string, lines: readonly Line[], chain: readonly Choice[]): StrayLabel[] {
  const chosen = new Set(chain.map(({ line }) => line));
  const strays: StrayLabel[] = [];
  lines.forEach((line, index) => {
    if (line.entries !== undefined && !chosen.has(index))
      strays.push({ label: message.slice(line.start, line.value - 1).trim(), line: index });
  });
  return strays;
}
