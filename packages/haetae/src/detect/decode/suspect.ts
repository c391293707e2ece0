/** A quote behind which a text is joined or formatted, or that stands in the middle of a word. */
const QUOTED = /["']\s{0,8}(?:\+|-f\s{0,8}["'])|(?<=[a-z])"[a-z]{0,12}"[a-z]/i;
const WORDS = /\[char\]|base64string/i;
/** A switch that may be -EncodedCommand, with a value. */
const SWITCH = /[-\u2013\u2014\u2015/]e[a-z]{0,15}[\s:]{1,64}\\?["']?[A-Za-z0-9+/]{4}/i;

/** Letters of base64 in a row. */
const RUN = 32;
const LETTERS = new Uint8Array(128);
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') LETTERS[c.charCodeAt(0)] = 1;

/**
 * Whether a text may hide another. Every command line and script is asked, and they may be long: each pass looks for what is
 * rare, and the run of letters is sought from every 32nd character on, of which it holds one. One regular expression for all
 * of it, which is what this is tested against, takes four times as long.
 */
export function isSuspect(text: string): boolean {
  return (
    text.includes('^') ||
    text.includes('`') ||
    QUOTED.test(text) ||
    WORDS.test(text) ||
    hasRun(text) ||
    SWITCH.test(text)
  );
}

function hasRun(text: string): boolean {
  for (let i = RUN - 1; i < text.length; i += RUN) {
    if (!isLetter(text, i)) continue;
    let start = i;
    while (start > i - RUN + 1 && isLetter(text, start - 1)) start--;
    let end = i + 1;
    while (end < start + RUN && isLetter(text, end)) end++;
    if (end === start + RUN) return true;
  }
  return false;
}

/** False beyond the end. */
function isLetter(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c < 128 && LETTERS[c] === 1;
}
