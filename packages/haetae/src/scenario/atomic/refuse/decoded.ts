const MOST_DEEP = 3;
const MOST_TEXTS = 100;

/** What a script holds in base64 (of UTF-8 or UTF-16) or in hexadecimal, and what is in that again. */
export function decodedIn(text: string, depth = 0): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/]{12,}={0,2}|\b(?:[0-9a-f]{2}){8,}\b/gi)) {
    const bytes = [Buffer.from(run, 'base64')];
    if (/^[0-9a-f]+$/i.test(run)) bytes.push(Buffer.from(run, 'hex'));
    for (const one of bytes.flatMap((b) => [b.toString('utf8'), b.toString('utf16le')]))
      if (isText(one)) found.push(one);
    if (found.length >= MOST_TEXTS) break;
  }
  return depth < MOST_DEEP ? [...found, ...found.flatMap((one) => decodedIn(one, depth + 1))] : found;
}

const isText = (text: string): boolean => text.length > 3 && /^[\t\n\r -~]*$/.test(text);
