/** A pair of particles: the one behind a closed syllable, then the one behind an open one. */
export type Josa = '이/가' | '을/를' | '은/는' | '과/와' | '으로/로' | '이라는/라는' | '이며/며' | '이었/였';

type Ending = 'closed' | 'rieul' | 'open' | 'unknown';

/**
 * `text` with the particle that its last sound asks for: `powershell.exe가`, `SRV-FILE01이`, `해태(Haetae)가`. What is read in
 * two ways or in none that is known gets both: `★을(를)`.
 */
export function josa(text: string, pair: Josa): string {
  return text + particle(text, pair);
}

/** The particle alone, for text that is shown in another way than it is read. */
export function particle(text: string, pair: Josa): string {
  const [closed, open] = pair.split('/') as [string, string];
  const ending = endingOf(text);
  switch (ending) {
    case 'closed':
      return closed;
    case 'rieul':
      return pair === '으로/로' ? open : closed;
    case 'open':
      return open;
    case 'unknown':
      return pair === '으로/로'
        ? '(으)로'
        : pair.startsWith('이') && pair !== '이/가'
          ? `(이)${open}`
          : `${closed}(${open})`;
    default:
      return ending satisfies never;
  }
}

function endingOf(text: string): Ending {
  const read = unbracketed(text.normalize('NFC')).replace(/[\s"'’”»›`.,:;!?…\]}]+$/u, '');
  const last = read.at(-1);
  if (last === undefined) return 'unknown';
  const code = last.charCodeAt(0);
  if (code >= 0xac00 && code <= 0xd7a3) return syllable(code);
  if (last >= '0' && last <= '9') return DIGITS[Number(last)]!;
  if (/[a-z]/i.test(last)) return latin(read);
  return SIGNS[last] ?? 'unknown';
}

/** 국립국어원: a particle goes by the word before the brackets, not by what stands in them. */
function unbracketed(text: string): string {
  const trimmed = text.trimEnd();
  if (!trimmed.endsWith(')')) return trimmed;
  let depth = 0;
  for (let i = trimmed.length - 1; i >= 0; i--) {
    if (trimmed[i] === ')') depth++;
    else if (trimmed[i] === '(' && --depth === 0) {
      const before = trimmed.slice(0, i).trimEnd();
      return before === '' ? trimmed.slice(i + 1, -1) : before;
    }
  }
  return trimmed.slice(0, -1);
}

function syllable(code: number): Ending {
  const final = (code - 0xac00) % 28;
  return final === 0 ? 'open' : final === 8 ? 'rieul' : 'closed';
}

/** 영 일 이 삼 사 오 육 칠 팔 구; what ends in 0 is 영, 십, 백, 천, 만: all closed. */
const DIGITS: readonly Ending[] = [
  ...(['closed', 'rieul', 'open', 'closed', 'open', 'open', 'closed', 'rieul', 'rieul', 'open'] as const),
];

const SIGNS: Readonly<Record<string, Ending>> = { '%': 'open', $: 'open', '+': 'open', '#': 'closed', '℃': 'open' };

/** Letters by their names: 엘, 엠, 엔, 알 are closed. */
const letter = (c: string): Ending => (c === 'l' || c === 'r' ? 'rieul' : c === 'm' || c === 'n' ? 'closed' : 'open');

/** Endings of file and host names that are not read letter by letter: 집, 닷넷, 닷컴. */
const SUFFIXES: Readonly<Record<string, Ending>> = { zip: 'closed', net: 'closed', com: 'closed', bin: 'closed' };

function latin(text: string): Ending {
  const word = /[a-z]+$/i.exec(text)![0];
  const lower = word.toLowerCase();
  const before = text[text.length - word.length - 1];
  if (before === '.' && word.length <= 4) return SUFFIXES[lower] ?? letter(lower.at(-1)!);
  // An abbreviation is read letter by letter: short, or without vowels, or capitals that make no word.
  const spelt = word.length < 3 || !/[aeiouy]/.test(lower) || (word === word.toUpperCase() && word.length < 5);
  return spelt ? letter(lower.at(-1)!) : spoken(lower);
}

/** English words as Korean writes them: 서버, 크롬, 파일, 백업, 에이전트. */
function spoken(word: string): Ending {
  if (/(?:l|ll|[^aeiou]le|[aeiou]le)$/.test(word)) return 'rieul';
  if (/(?:m|n|ng|me|ne)$/.test(word)) return 'closed';
  if (/ck$|pp$/.test(word)) return 'closed';
  // One short vowel before the stop: 넷, 웹, 앱, 백업; two of them make it long: 루트, 부트.
  if (/(?:^|[^aeiou])[aeiou][bckpt]$/.test(word)) return 'closed';
  if (/oo[kp]$/.test(word)) return 'closed';
  return 'open';
}
