/**
 * Text as it may be shown: whatever a log says stays text. Every renderer passes every string through here, so that no section
 * can forget it. What does not print (control characters, direction overrides, invisible characters, halves of letters) is
 * written as \u{…}; what a font does not have likewise.
 */
export function safeText(text: string, has: (codePoint: number) => boolean = () => true): string {
  const normal = text
    .normalize('NFC')
    .replace(/\r\n|[\n\r]/g, '\\n')
    .replace(/\t/g, ' ');
  return normal.replace(UNPRINTABLE, escaped).replace(NOT_ASCII, (c) => (has(c.codePointAt(0)!) ? c : escaped(c)));
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const NOT_ASCII = /[^ -~]/gu;
const escaped = (c: string): string => `\\u{${c.codePointAt(0)!.toString(16)}}`;

/** Where a long word may be broken into lines; the renderers make of it what leaves no trace in copied text. */
export const BREAK = '\u0001';

const RUN = 24;

/** What follows a dot and ends a name: `.exe` stays with it. */
const EXTENSION = /^[A-Za-z0-9]{1,5}(?![A-Za-z0-9.])/;

/** Safe text with {@link BREAK} in words that are too long for a column: behind what parts paths and addresses, and within long runs. */
export function breakable(text: string): string {
  return text.replace(/[!-~]{12,}/g, (word) =>
    word.replace(/[\\/._=\-,;:&?)}|]+|[^\\/._=\-,;:&?)}|]+/g, (part: string, at: number) =>
      part.length > RUN
        ? `${part.match(/.{1,12}/gs)!.join(BREAK)}${BREAK}`
        : /^[\\/._=\-,;:&?)}|]/.test(part) && !(part === '.' && EXTENSION.test(word.slice(at + 1)))
          ? `${part}${BREAK}`
          : part,
    ),
  );
}
