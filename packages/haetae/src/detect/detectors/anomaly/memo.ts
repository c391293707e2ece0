/** A text that keeps nothing else in memory: a value may be a slice of the stretch of log around it. */
export const ownCopy = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** What is made of a text, made once for each distinct one; forgets all once it knows `most`. */
export function memo<T>(make: (text: string) => T, most = 20_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const made = make(text);
    known.set(ownCopy(text), made);
    return made;
  };
}
