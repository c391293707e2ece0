import { DASH, literal, type Part } from '../../text.ts';
import { valueModifier } from '../modifier.ts';

/** A dash or slash at the beginning of a word: no word character before it, one after it. */
const OPTION_DASH = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/gu;

export const windash = valueModifier({
  name: 'windash',
  summary: 'The dash of an option matches as -, /, en dash, em dash and horizontal bar.',
  accepts: ['text'],
  apply: (value) => ({
    ...value,
    parts: value.parts.flatMap((p) => (p.kind === 'literal' ? withDashes(p.text) : [p])),
  }),
});

function withDashes(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(OPTION_DASH)) {
    if (found.index > from) parts.push(literal(text.slice(from, found.index)));
    parts.push(DASH);
    from = found.index + 1;
  }
  if (from < text.length) parts.push(literal(text.slice(from)));
  return parts;
}
