/** Longer than any that is kept; also bounds what 20,000 of them take. */
const LONGEST = 1024;
const bytes = Buffer.allocUnsafe(2 * LONGEST);

/** A text that keeps nothing else in memory: a value may be a slice of the stretch of log around it. */
export function ownCopy(text: string): string {
  const copy = bytes.toString('latin1', 0, bytes.write(text, 'latin1'));
  return copy === text ? copy : bytes.toString('utf16le', 0, bytes.write(text, 'utf16le'));
}

/** What is made of a text, made once for each distinct one; forgets all once it knows `most`. */
export function memo<T>(make: (text: string) => T, most = 20_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (text.length > LONGEST) return made;
    if (known.size >= most) known.clear();
    known.set(ownCopy(text), made);
    return made;
  };
}
