/** Numbers in [0, 1) that are the same in every run (Park and Miller's generator). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const ATOMS = [
  'a',
  'b',
  'c',
  'ab',
  '.',
  '[ab]',
  '[^a]',
  '\\w',
  '\\W',
  '\\s',
  '[\\S]',
  '\\d',
  'é',
  '[b-é]',
  '\\n',
  'k',
  'S',
];
const ASSERTIONS = ['^', '$', '\\b', '\\B', '\\Z', '\\A'];

/** A pattern that has every construct of the language now and then. */
export function randomPattern(random: () => number, depth = 3): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const sequence = (left: number): string => {
    let text = '';
    for (let n = Math.floor(random() * 4) + 1; n > 0; n--) text += piece(left);
    return text;
  };
  const piece = (left: number): string => {
    const what = random();
    if (what < 0.08) return pick(ASSERTIONS);
    if (left > 0 && what < 0.16) return `(?${pick(['=', '!', '<=', '<!'])}${choice(left - 1)})`;
    let atom = pick(ATOMS);
    if (atom === 'ab') atom = '(?:ab)';
    if (left > 0 && what < 0.4) atom = `(${pick(['', '?:', '?i:', '?-i:', '?s:', '?m:'])}${choice(left - 1)})`;
    return atom + (random() < 0.35 ? pick(['*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '??']) : '');
  };
  const choice = (left: number): string => (random() < 0.25 ? `${sequence(left)}|${sequence(left)}` : sequence(left));
  return choice(depth);
}

export function randomText(random: () => number, most: number): string {
  const letters = [
    'a',
    'b',
    'c',
    'a',
    'b',
    'A',
    'B',
    '1',
    ' ',
    '\n',
    'é',
    'É',
    '☃',
    '😀',
    'k',
    '\u212a',
    's',
    '\u017f',
    '_',
  ];
  let text = '';
  for (let n = Math.floor(random() * most); n > 0; n--) text += letters[Math.floor(random() * letters.length)]!;
  return text;
}
