/** Weights of hosts, and the lines that say none. */
export interface Assets {
  /** By name in lower case. */
  readonly weights: ReadonlyMap<string, number>;
  /** From 1, as written. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

const LINE = /^([^\s,;=]+)\s*[\s,;=]\s*(\d+(?:\.\d+)?)$/;

/**
 * Reads `host weight`, one a line, parted by a blank, comma, semicolon or `=`; `#` begins a comment. A weight is 0 (nobody
 * minds) to 2 (the domain controller); hosts that are not named weigh 1. A name without domain is meant in every domain.
 */
export function readAssets(text: string): Assets {
  const weights = new Map<string, number>();
  const problems: { line: number; text: string }[] = [];
  text.split(/\r?\n/).forEach((whole, i) => {
    const line = whole
      .replace(/^\ufeff/, '')
      .replace(/#.*$/, '')
      .trim();
    if (line === '') return;
    const match = LINE.exec(line);
    const weight = Number(match?.[2]);
    if (match === null || !(weight <= 2)) problems.push({ line: i + 1, text: line });
    else weights.set(match[1]!.toLowerCase(), weight);
  });
  return { weights, problems };
}
