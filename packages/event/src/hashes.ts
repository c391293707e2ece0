/** The hashes Sysmon writes, by algorithm in upper case (`SHA1`, `MD5`, `SHA256`, `IMPHASH`), in the order written. */
export type Hashes = ReadonlyMap<string, string>;

export type HashesResult =
  | { readonly ok: true; readonly hashes: Hashes }
  | { readonly ok: false; readonly message: string };

/** Hex digits of each algorithm Sysmon knows. Source: learn.microsoft.com/sysinternals/downloads/sysmon, HashAlgorithms. */
const LENGTHS: Readonly<Record<string, number>> = { MD5: 32, SHA1: 40, SHA256: 64, IMPHASH: 32 };

/**
 * Reads `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` (Sysmon 1, 6, 7, 15, 23…). Values keep their spelling. '' and `-` hold no hash;
 * a part that is no `NAME=hex`, a wrong length or an algorithm told twice is an error that says which.
 */
export function parseHashes(text: string): HashesResult {
  const hashes = new Map<string, string>();
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '-') return { ok: true, hashes };
  for (const part of trimmed.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0)).trim().toUpperCase();
    const value = part.slice(at + 1).trim();
    if (at < 1 || name === '' || !/^[0-9a-f]+$/i.test(value)) {
      return { ok: false, message: `not NAME=hex: ${part.slice(0, 80)}` };
    }
    const length = LENGTHS[name];
    if (length !== undefined && value.length !== length) {
      return { ok: false, message: `${name} has ${value.length} digits, not ${length}` };
    }
    if (hashes.has(name)) return { ok: false, message: `${name} is told twice` };
    hashes.set(name, value);
  }
  return { ok: true, hashes };
}
