/**
 * The text of a rule as parts: what stands there literally, and what stands for something else. Modifiers add and change
 * parts, never characters of the rule's text: `\` and `*` put together as characters would be an escape that nobody wrote.
 */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  /** `*`: any characters, also none, line ends too. */
  | { readonly kind: 'star' }
  /** `?`: exactly one character (code point), a line end too. */
  | { readonly kind: 'one' }
  /** A dash of a command line option in any of the spellings that Windows takes, see {@link DASHES}. */
  | { readonly kind: 'dash' };

export const STAR: Part = { kind: 'star' };
export const ONE: Part = { kind: 'one' };
export const DASH: Part = { kind: 'dash' };
export const literal = (text: string): Part => ({ kind: 'literal', text });

/** Hyphen, slash, en dash, em dash, horizontal bar: the `windash` modifier of the Sigma specification. */
export const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;

/**
 * Reads wildcards and escapes: `*` and `?` are wildcards, `\*`, `\?` and `\\` are the plain characters, every other
 * backslash is a backslash. Source: Sigma specification, "Escaping".
 */
export function parseText(text: string): Part[] {
  const parts: Part[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const next = text[i + 1];
    if (c === '\\' && (next === '\\' || next === '*' || next === '?')) {
      plain += next;
      i++;
    } else if (c === '*' || c === '?') {
      if (plain !== '') parts.push(literal(plain));
      plain = '';
      parts.push(c === '*' ? STAR : ONE);
    } else plain += c;
  }
  if (plain !== '') parts.push(literal(plain));
  return parts;
}

/** The parts as a rule would write them, for messages and explanations: a plain `*` is `\*`, a dash part is `-`. */
export function showText(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'literal') text += part.text.replace(/[*?]/g, '\\$&');
    else text += part.kind === 'star' ? '*' : part.kind === 'one' ? '?' : '-';
  }
  return text;
}

/** Every spelling of the dashes as literal text; undefined when there are more than `most`. */
export function spellings(parts: readonly Part[], most: number): Part[][] | undefined {
  let made: Part[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'dash') {
      if (made.length * DASHES.length > most) return undefined;
      made = made.flatMap((head) => DASHES.map((dash) => append(head, dash)));
    } else if (part.kind === 'literal') made = made.map((head) => append(head, part.text));
    else made = made.map((head) => [...head, part]);
  }
  return made;
}

function append(head: readonly Part[], text: string): Part[] {
  const last = head[head.length - 1];
  return last?.kind === 'literal' ? [...head.slice(0, -1), literal(last.text + text)] : [...head, literal(text)];
}
