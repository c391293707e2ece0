import { literal, type Part, parseText } from '../../text.ts';
import { type ModifierContext, Refusal, valueModifier } from '../modifier.ts';

/** Values that one text may expand to: a rule with several long lists would multiply without bound. */
const MOST = 10_000;

export const expand = valueModifier({
  name: 'expand',
  summary: 'Placeholders %name% are replaced by the values that the caller gives for them.',
  accepts: ['text', 'regex'],
  apply: (value, context) => {
    if (value.kind === 'regex') {
      const sources = replaced(
        value.source,
        context,
        (text) => escapeRegex(text),
        (a, b) => a + b,
        '',
        (text) => text,
      );
      return sources instanceof Refusal
        ? sources
        : { kind: 'any', of: sources.map((source) => ({ ...value, source })) };
    }
    let made: Part[][] | Refusal = [[]];
    for (const part of value.parts) {
      const tails: Part[][] | Refusal =
        part.kind === 'literal'
          ? replaced<Part[]>(
              part.text,
              context,
              parseText,
              (a, b) => [...a, ...b],
              [],
              (text) => [literal(text)],
            )
          : [[part]];
      if (tails instanceof Refusal) return tails;
      made = multiply(made, tails, (a, b) => [...a, ...b]);
      if (made instanceof Refusal) return made;
    }
    return { kind: 'any', of: made.map((parts) => ({ ...value, parts })) };
  },
});

/** Every way to put the placeholders' values into `text`; `\%` is a plain per cent sign. */
function replaced<T>(
  text: string,
  context: ModifierContext,
  read: (text: string) => T,
  join: (a: T, b: T) => T,
  empty: T,
  plain: (text: string) => T,
): T[] | Refusal {
  let made: T[] | Refusal = [empty];
  let from = 0;
  const add = (to: number): void => {
    if (to > from && !(made instanceof Refusal)) {
      const piece = plain(text.slice(from, to).replaceAll('\\%', '%'));
      made = made.map((head) => join(head, piece));
    }
  };
  for (const found of text.matchAll(/(?<!\\)%([^%]+)%/g)) {
    add(found.index);
    const values = context.placeholder(found[1]!);
    if (values === undefined) {
      return new Refusal(
        `placeholder %${found[1]}% has no values; give them to compile() as placeholders`,
        'no-placeholder',
      );
    }
    made = multiply(made, values.map(read), join);
    if (made instanceof Refusal) return made;
    from = found.index + found[0].length;
  }
  add(text.length);
  return made;
}

function multiply<T>(heads: readonly T[], tails: readonly T[], join: (a: T, b: T) => T): T[] | Refusal {
  if (heads.length * tails.length > MOST) return new Refusal(`the placeholders expand to more than ${MOST} values`);
  return heads.flatMap((head) => tails.map((tail) => join(head, tail)));
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
