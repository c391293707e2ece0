import type { LayerKind } from './layer.ts';

/**
 * Spellings that a shell reads as if they were not there. Each step gives the whole text without its trick, or undefined
 * when the trick is not in it; they are applied one after the other, so that a caret inside a split word is found too.
 */
export interface Spelling {
  readonly kind: LayerKind;
  /** Linear in the length of the text. */
  apply(text: string): string | undefined;
}

const count = (text: string, pattern: RegExp): number => {
  let n = 0;
  for (const _ of text.matchAll(pattern)) n++;
  return n;
};

/** cmd.exe drops a caret before any character; one before `&|<>` alone is an ordinary escape. */
const caret: Spelling = {
  kind: 'caret',
  apply: (text) => (/[\w.:/\\-]\^[\w.:/\\-]/.test(text) ? text.replace(/\^(?=[^^\r\n])/g, '') : undefined),
};

/** PowerShell drops a backtick before a letter that is no escape: `` Inv`oke ``. `` `n `` and its like in strings are escapes. */
const backtick: Spelling = {
  kind: 'backtick',
  apply: (text) => {
    if (!text.includes('`')) return undefined;
    const inWord = count(text, /[A-Za-z]`[A-Za-z]/g);
    if (inWord === 0 || (inWord < 3 && !/[A-Za-z]`[^\W\d_abefnrtv]/.test(text))) return undefined;
    return text.replace(/(?<=[\w-])`(?=[\w-])/g, '');
  },
};

/** cmd.exe drops quotes within a word: `po""wer"sh"ell`. */
const quotes: Spelling = {
  kind: 'quotes',
  apply: (text) => {
    if (!text.includes('"')) return undefined;
    const plain = text.replace(/(?<=[a-z])""(?=[a-z])/gi, '').replace(/(?<=[a-z])"([a-z]{1,12})"(?=[a-z])/gi, '$1');
    return plain === text ? undefined : plain;
  },
};

const CHAR = /\[char\]\s{0,4}(?:\(\s{0,4}(0x[0-9a-f]{1,4}|\d{1,5})\s{0,4}\)|(0x[0-9a-f]{1,4}|\d{1,5}))/gi;

/** `[char]73+[char]0x45` → `'I'+'E'`. A quote is left as it is: in a literal it would end it. */
const chars: Spelling = {
  kind: 'chars',
  apply: (text) => {
    if (!/\[char\]/i.test(text) || count(text, CHAR) < 2) return undefined;
    const plain = text.replace(CHAR, (all, inside: string | undefined, after: string | undefined) => {
      const code = Number(inside ?? after);
      return code >= 0x20 && code < 0xd800 && code !== 0x27 ? `'${String.fromCharCode(code)}'` : all;
    });
    return plain === text ? undefined : plain;
  },
};

/** `'po'+'' + "wer"` → `'power"`: only what is read matters, not that the quotes still pair. */
const concat: Spelling = {
  kind: 'concat',
  apply: (text) => {
    if (!text.includes('+')) return undefined;
    const plain = text
      .replace(/(?<=[+(,=]\s{0,8})(["'])\1\s{0,8}\+\s{0,8}(?=["'])/g, '')
      .replace(/["']\s{0,8}\+\s{0,8}["']/g, '');
    return plain === text ? undefined : plain;
  },
};

const FORMAT = /(["'])((?:\{\d{1,2}\}|[^"'{}\r\n]){2,400})\1\s{0,8}-f\s{0,8}(?=["'])/gi;
const ARGUMENT = /(?:"([^"\r\n]{0,400})"|'([^'\r\n]{0,400})')\s{0,8}(,\s{0,8})?/y;

/** `"{1}{0}" -f 'll','she'` → `'shell'`, where every argument is a literal and the places count up to theirs. */
const format: Spelling = {
  kind: 'format',
  apply: (text) => {
    if (!/\}["']\s{0,8}-f/i.test(text)) return undefined;
    let plain = '';
    let done = 0;
    for (const match of text.matchAll(FORMAT)) {
      if (match.index < done) continue;
      const words: string[] = [];
      ARGUMENT.lastIndex = match.index + match[0].length;
      let end = ARGUMENT.lastIndex;
      for (let more = true; more && words.length < 100; ) {
        const argument = ARGUMENT.exec(text);
        if (argument === null) break;
        words.push(argument[1] ?? argument[2] ?? '');
        end = ARGUMENT.lastIndex;
        more = argument[3] !== undefined;
      }
      const template = match[2]!;
      if (count(template, /\{\d/g) < 2 && words.length < 2) continue;
      if ([...template.matchAll(/\{(\d+)\}/g)].some((place) => Number(place[1]) >= words.length)) continue;
      plain += `${text.slice(done, match.index)}'${template.replace(/\{(\d+)\}/g, (_, place: string) => words[Number(place)]!)}'`;
      done = end;
    }
    return done === 0 ? undefined : plain + text.slice(done);
  },
};

export const SPELLINGS: readonly Spelling[] = [caret, backtick, quotes, chars, concat, format];
