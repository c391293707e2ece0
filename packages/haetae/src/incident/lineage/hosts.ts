/**
 * One name for each host. Logs of one host name it in full (`SRV1.corp.example`) and in short (`SRV1`, before it joined the
 * domain, or by another channel): a short name is the full one where only one full name begins so.
 */
export function hostNames(names: Iterable<string>): (name: string) => string {
  const spelled = new Map<string, string>();
  const full = new Map<string, Set<string>>();
  for (const name of [...new Set(names)].sort()) {
    const key = name.toLowerCase();
    if (!spelled.has(key)) spelled.set(key, name);
    const dot = key.indexOf('.');
    if (dot > 0) {
      const short = key.slice(0, dot);
      full.set(short, (full.get(short) ?? new Set()).add(key));
    }
  }
  const known = new Map<string, string>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      const key = name.toLowerCase();
      const longer = full.get(key);
      found = longer?.size === 1 ? spelled.get([...longer][0]!)! : (spelled.get(key) ?? name);
      known.set(name, found);
    }
    return found;
  };
}

/** `SRV1.corp.example` → `srv1`. */
export function shortName(host: string): string {
  const key = host.toLowerCase();
  const dot = key.indexOf('.');
  return dot > 0 && !/^[\d.]+$/.test(key) ? key.slice(0, dot) : key;
}
