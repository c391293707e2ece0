/** Python's escapes for classes of characters. */
export type ClassEscape = 'w' | 'W' | 's' | 'S' | 'd' | 'D';

export type Member =
  /** Code points, both ends included. */
  { readonly lo: number; readonly hi: number } | { readonly escape: ClassEscape };

/** What one character may be. */
export interface CharSet {
  readonly members: readonly Member[];
  readonly negated: boolean;
  /** Upper and lower case are the same (Unicode simple case folding). */
  readonly fold: boolean;
}

/** \w and \s of Python: letters, digits and spaces of all scripts. As members of a class of RegExp with the flag u. */
const WORD = '\\p{L}\\p{N}_';
const NOT_WORD =
  '\\p{M}\\p{S}\\p{Z}\\p{C}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f';
const SPACE = '\\t\\n\\x0b\\f\\r\\x1c-\\x1f\\x85\\p{Z}';
const NOT_SPACE =
  '\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}';
const ESCAPES: Readonly<Record<ClassEscape, string>> = {
  w: WORD,
  W: NOT_WORD,
  s: SPACE,
  S: NOT_SPACE,
  d: '\\p{Nd}',
  D: '\\P{Nd}',
};

/** Of a string pattern with the flag `a`. */
export const ASCII_ESCAPES: Readonly<Record<'w' | 's' | 'd', readonly Member[]>> = {
  w: [range('0', '9'), range('A', 'Z'), range('_', '_'), range('a', 'z')],
  s: [
    { lo: 9, hi: 13 },
    { lo: 32, hi: 32 },
  ],
  d: [range('0', '9')],
};

export const WORD_SET: CharSet = { members: [{ escape: 'w' }], negated: false, fold: false };
export const ASCII_WORD_SET: CharSet = { members: ASCII_ESCAPES.w, negated: false, fold: false };
export const NEWLINE_SET: CharSet = { members: [{ lo: 10, hi: 10 }], negated: false, fold: false };

function range(from: string, to: string): Member {
  return { lo: from.charCodeAt(0), hi: to.charCodeAt(0) };
}

/** The set in the notation of RegExp (flag u), case not looked at. */
export function setSource({ members, negated }: CharSet): string {
  const [only] = members;
  if (!negated && members.length === 1 && only !== undefined && 'lo' in only && only.lo === only.hi)
    return plain(only.lo);
  let text = '';
  for (const m of members)
    text += 'escape' in m ? ESCAPES[m.escape] : m.lo === m.hi ? plain(m.lo) : `${plain(m.lo)}-${plain(m.hi)}`;
  return `[${negated ? '^' : ''}${text}]`;
}

/** Classes of all scripts take RegExp a millisecond to compile, and patterns share them. */
const TESTS = new Map<string, (character: string) => boolean>();
const MOST_TESTS = 1000;

/** Whether a character (one code point as text) belongs to the set. */
export function setTest(set: CharSet): (character: string) => boolean {
  const source = setSource(set);
  const flags = set.fold ? 'iu' : 'u';
  const key = flags + source;
  const known = TESTS.get(key);
  if (known !== undefined) return known;
  const regex = new RegExp(`^${source}$`, flags);
  const test = (character: string): boolean => regex.test(character);
  if (TESTS.size >= MOST_TESTS) TESTS.clear();
  TESTS.set(key, test);
  return test;
}

/** The same set with its case written out, where all its letters are ASCII; undefined where they are not. */
export function unfolded(set: CharSet): CharSet | undefined {
  if (!set.fold) return set;
  if (set.members.some((m) => 'lo' in m && m.hi > 127)) return undefined;
  return { members: [...set.members, ...otherCase(set.members, true)], negated: set.negated, fold: false };
}

/** The ASCII letters of these members in the other case, and the two letters elsewhere that are equal to an ASCII one. */
export function otherCase(members: readonly Member[], unicode: boolean): Member[] {
  const made: Member[] = [];
  for (const m of members) {
    if (!('lo' in m)) continue;
    for (const [from, to, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      const lo = Math.max(m.lo, from);
      const hi = Math.min(m.hi, to);
      if (lo <= hi) made.push({ lo: lo + shift, hi: hi + shift });
    }
    const has = (letter: string): boolean => m.lo <= letter.charCodeAt(0) && letter.charCodeAt(0) <= m.hi;
    if (unicode && (has('k') || has('K'))) made.push({ lo: 0x212a, hi: 0x212a });
    if (unicode && (has('s') || has('S'))) made.push({ lo: 0x17f, hi: 0x17f });
  }
  return made;
}

/** One character for RegExp (flag u), inside or outside of a class. */
export function plain(point: number): string {
  const character = String.fromCodePoint(point);
  if (/[0-9A-Za-z_]/.test(character)) return character;
  if ('\\^$.*+?()[]{}|/'.includes(character)) return `\\${character}`;
  if (point < 128) return `\\x${point.toString(16).padStart(2, '0')}`;
  return point >= 0xd800 && point <= 0xdfff ? `\\u${point.toString(16)}` : character;
}
