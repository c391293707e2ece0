/** Measures of a text: one pass, no allocation. */

/** Characters that are looked at: enough to tell a command or script apart, and a bound on the cost of one event. */
export const MEASURED = 4096;

export interface TextMeasures {
  /** UTF-16 units of the whole text. */
  length: number;
  /** Shannon entropy of its characters, bits a character, to 0.1. */
  entropy: number;
  /** Neither letters, digits nor blanks; per cent, whole. */
  symbols: number;
  digits: number;
  /** Longest run without a blank or quote, in characters. */
  longestWord: number;
}

const counts = new Uint32Array(128);
const measures: TextMeasures = { length: 0, entropy: 0, symbols: 0, digits: 0, longestWord: 0 };

/** Characters beyond ASCII count as one in entropy. What is returned is overwritten by the next call. */
export function measureText(text: string): TextMeasures {
  const n = Math.min(text.length, MEASURED);
  counts.fill(0);
  let digits = 0;
  let symbols = 0;
  let run = 0;
  let longest = 0;
  for (let i = 0; i < n; i++) {
    const c = text.charCodeAt(i);
    counts[c < 128 ? c : 127]!++;
    if (c >= 48 && c <= 57) digits++;
    if (c === 32 || c === 34 || c === 39 || c === 9 || c === 10 || c === 13) {
      if (run > longest) longest = run;
      run = 0;
      if (c === 34 || c === 39) symbols++;
      continue;
    }
    run++;
    if (c < 48 || (c > 57 && c < 65) || (c > 90 && c < 97) || (c > 122 && c < 128)) symbols++;
  }
  let entropy = 0;
  for (let c = 0; c < 128; c++) {
    const k = counts[c]!;
    if (k > 0) entropy -= (k / n) * Math.log2(k / n);
  }
  measures.length = text.length;
  measures.entropy = n === 0 ? 0 : Math.round(entropy * 10) / 10 + 0;
  measures.symbols = n === 0 ? 0 : Math.round((100 * symbols) / n);
  measures.digits = n === 0 ? 0 : Math.round((100 * digits) / n);
  measures.longestWord = Math.max(longest, run);
  return measures;
}
