/** What the command line says of exceptions: findings that somebody vouches for. */
export const enExceptions = {
  noPath: (path: string) => `--exceptions ${path}: no such file or folder.`,
  keys: { owner: 'owner', reason: 'reason', expires: 'expires (a day, 2026-12-31)' },
  hid: (n: string, inForce: string) => `hidden by exceptions (${inForce} in force): ${n} findings`,
  hidNothing: (inForce: string) => `exceptions: ${inForce} in force; none hid anything`,
  hidBy: (title: string, n: string, owner: string, expires: string) => `${title}: ${n} (${owner}, until ${expires})`,
  withheld: (n: string) => `${n} matches kept from rules over several events`,
  notInForce: (n: string) => `exceptions not in force (${n})`,
  expired: (day: string, owner: string) => `expired on ${day}; owner ${owner}`,
  lacks: (keys: string) => `its haetae: lacks ${keys}`,
  problems: (n: string) => `exception files with errors (${n})`,
};

export type ExceptionWords = typeof enExceptions;
