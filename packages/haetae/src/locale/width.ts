import stringWidth from 'string-width';

/** Columns that `text` takes on a terminal: Hangul two each, decomposed Hangul (macOS file names) as composed. */
export function width(text: string): number {
  return plainWidth(text) ?? stringWidth(text.normalize('NFC'));
}

/** The width of text that is nothing but ASCII, Hangul, kana and common Han; undefined for any other, which needs tables. */
function plainWidth(text: string): number | undefined {
  let columns = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c <= 0x7e) columns++;
    else if ((c >= 0xac00 && c <= 0xd7a3) || (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096)) columns += 2;
    else if (c >= 0x30a1 && c <= 0x30fa) columns += 2;
    else return undefined;
  }
  return columns;
}

/** `text` filled with blanks to `columns`; longer text is left as it is. */
export function padEnd(text: string, columns: number): string {
  const missing = columns - width(text);
  return missing > 0 ? text + ' '.repeat(missing) : text;
}

/** `text` cut to at most `columns`, the cut shown by `…`; never through the middle of a letter. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let out = '';
  let used = 0;
  for (const { segment } of SEGMENTS.segment(text.slice(0, columns * 8).normalize('NFC'))) {
    const w = width(segment);
    if (used + w > columns - 1) break;
    out += segment;
    used += w;
  }
  return `${out}…`;
}

/** `text` folded into lines of at most `columns`, broken at blanks where there are any. Line breaks in it are kept. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let used = 0;
    for (const word of paragraph.split(/(?<= )/)) {
      for (const piece of pieces(word, columns)) {
        const w = width(piece);
        if (used + width(piece.trimEnd()) > columns && used > 0) {
          lines.push(line.trimEnd());
          line = '';
          used = 0;
        }
        line += piece;
        used += w;
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/**
 * Log text made safe for a terminal: control characters (ESC above all) are shown as \xNN, bidirectional overrides as
 * \u{…}, so that a log line can neither move the cursor nor hide what it says.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.codePointAt(0)!;
    if (c === '\n') return '\\n';
    if (c === '\r') return '\\r';
    if (c === '\t') return ' ';
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SEGMENTS = new Intl.Segmenter();

function pieces(word: string, columns: number): string[] {
  if (width(word.trimEnd()) <= columns) return [word];
  const out: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of SEGMENTS.segment(word)) {
    const w = width(segment);
    if (used + w > columns) {
      out.push(piece);
      piece = '';
      used = 0;
    }
    piece += segment;
    used += w;
  }
  if (piece !== '') out.push(piece);
  return out;
}
