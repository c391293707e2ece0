import type { Shell } from '../atomic.ts';

/** A command as its words stand: without quotes and escapes. `>` and `>>` are one word of their own, `>`. */
export interface Command {
  readonly words: readonly string[];
  /** It only says something, to nobody who would run it. */
  readonly talks: boolean;
}

const MOST_DEEP = 4;

/**
 * Every command that a script may hold, as far as its text tells: those in quotes too (`sh -c '…'`), with variables that the
 * text itself sets put in. Rather too many than too few: what this yields is looked at for harm and never run.
 */
export function commandsOf(text: string, shell: Shell): Command[] {
  return [...inside(withVariables(joined(text, shell), shell), shell, 0)];
}

/** Lines that go on in the next, and marks that shells drop. */
function joined(text: string, shell: Shell): string {
  const plain = text.replace(/\r\n?/g, '\n');
  if (shell === 'command_prompt') return plain.replace(/\^\n/g, '').replace(/\^(.)/g, '$1');
  if (shell === 'powershell') return plain.replace(/`\n/g, ' ').replace(/`(.)/g, '$1');
  return plain.replace(/\\\n/g, '').replace(/\$\{?ifs\}?/gi, ' ');
}

/** A blank in the value of a variable, where such a value stays one word. */
const BLANK = '\u0001';
const TALKERS = /^(?:echo|printf|write-(?:host|output|error|warning|verbose|information)|logger|rem)$/i;

function withVariables(text: string, shell: Shell): string {
  const values = new Map<string, string>();
  const set =
    /(?:^|[;&|\n(]|\bexport\s|\bset\s+"?)[ \t]*\$?(\w{1,60})[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s;&|"'()]+))(?![ \t]*[+\w"'$])/gi;
  for (const [, name, a, b, c] of text.matchAll(set)) {
    const value = a ?? b ?? c ?? '';
    values.set(name!.toLowerCase(), shell === 'powershell' ? value.replaceAll(' ', BLANK) : value);
  }
  let out = text;
  // A variable may be made of others.
  for (let round = 0; round < 3; round++)
    out = out.replace(
      /\$\{(\w+)\}|\$(\w+)|%(\w+)%|!(\w+)!/g,
      (whole, a?: string, b?: string, c?: string, d?: string) => {
        const value = values.get((a ?? b ?? c ?? d)!.toLowerCase());
        return value === undefined || value.length > 500 ? whole : value;
      },
    );
  return out;
}

function* inside(text: string, shell: Shell, depth: number, said = false): Generator<Command> {
  let words: string[] = [];
  let word = '';
  let open = false;
  let within: string[] = [];
  const endWord = (): void => {
    if (open || word !== '') words.push(word.replaceAll(BLANK, ' '));
    word = '';
    open = false;
  };
  const end = function* (mark: string): Generator<Command> {
    endWord();
    const talks = said || (TALKERS.test(words[0] ?? '') && !words.includes('>') && mark !== '|');
    if (words.length > 0) yield { words, talks };
    if (depth < MOST_DEEP)
      for (const content of within) yield* inside(content.replace(/\\(["'])/g, '$1'), shell, depth + 1, talks);
    words = [];
    within = [];
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (
      char === '"' ||
      (char === "'" && shell !== 'command_prompt') ||
      (char === "'" && text.indexOf("'", i + 1) > 0)
    ) {
      const to = closing(text, i, shell);
      const content = text.slice(i + 1, to);
      if (/\s|[;&|]/.test(content.trim())) within.push(content);
      word += content;
      open = true;
      i = to;
    } else if (char === '\\' && (shell === 'sh' || shell === 'bash') && i + 1 < text.length) word += text[++i];
    else if (char === '>' || char === '<') {
      if (/^\d$/.test(word)) word = '';
      endWord();
      if (char === '>') words.push('>');
      while (text[i + 1] === '>' || text[i + 1] === '|') i++;
    } else if (char === '{' && word !== '') {
      // `/{bin,etc}`, `${name}`: of the word.
      const closes = text.indexOf('}', i);
      const to = closes < 0 || /\s/.test(text.slice(i, closes)) ? i : closes;
      word += text.slice(i, to + 1);
      i = to;
    } else if (/[\n;|&(){}`]/.test(char)) {
      yield* end(char === '|' && text[i + 1] !== '|' ? '|' : char);
      if (char === '|' && text[i + 1] === '|') i++;
    } else if (char === '#' && word === '' && !open && shell !== 'command_prompt') {
      const line = text.indexOf('\n', i);
      i = line < 0 ? text.length : line - 1;
    } else if (/[\s,]/.test(char)) endWord();
    else word += char;
  }
  yield* end('');
}

function closing(text: string, start: number, shell: Shell): number {
  const quote = text[start]!;
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\' && quote === '"' && shell !== 'powershell' && text[i + 1] === '"') i++;
    else if (text[i] === quote) return i;
  }
  return text.length;
}
