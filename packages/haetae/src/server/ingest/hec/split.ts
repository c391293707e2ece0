const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;

/** How many objects stand one behind the other, with blanks, commas or nothing between; or the number of the one that is none. */
export function countObjects(
  bytes: Buffer,
): { readonly kind: 'objects'; readonly count: number } | { readonly kind: 'bad'; readonly number: number } {
  let count = 0;
  let at = 0;
  for (;;) {
    while (at < bytes.length && (bytes[at]! <= 32 || bytes[at] === COMMA)) at++;
    if (at === bytes.length) return { kind: 'objects', count };
    const end = bytes[at] === OPEN ? endOf(bytes, at) : -1;
    if (end < 0) return { kind: 'bad', number: count };
    count++;
    at = end;
  }
}

/** Behind the bracket that closes the object at `at`; -1 when none does. */
function endOf(bytes: Buffer, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i);
        if (i < 0) return -1;
        break;
      case OPEN:
      case OPEN_ARRAY:
        depth++;
        break;
      case CLOSE:
      case CLOSE_ARRAY:
        if (--depth === 0) return i + 1;
        break;
    }
  }
  return -1;
}

/** The quote that ends the string which begins at `at`: the first behind an even number of backslashes. */
function endOfString(bytes: Buffer, at: number): number {
  for (let end = bytes.indexOf(QUOTE, at + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (bytes[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
