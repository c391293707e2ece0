/** What an archive may cost, for each file on disk (or stdin) that is one. Whatever goes beyond is refused and told. */
export interface Limits {
  /** Layers of packing, the outermost included: a tar.gz in a zip has three. */
  readonly depth: number;
  /** Members in all layers together. */
  readonly members: number;
  /** Bytes unpacked in all layers together. */
  readonly unpackedBytes: number;
  /** Bytes unpacked in all layers together, as a multiple of the packed file's size… */
  readonly ratio: number;
  /** …but so many bytes are always allowed, because small logs pack well. */
  readonly ratioFloor: number;
}

/** Real logs pack 10 to 60 times; Deflate's utmost is 1,032 times. */
export const LIMITS: Limits = {
  depth: 8,
  members: 200_000,
  unpackedBytes: 256 * 2 ** 30,
  ratio: 400,
  ratioFloor: 128 * 2 ** 20,
};

/** What is left of the limits while one file is unpacked. */
export interface Budget {
  readonly limits: Limits;
  /** Size of the packed file; undefined for stdin, which is then held by what has been read of it. */
  packed(): number;
  unpacked: number;
  members: number;
  /** Set once a limit was passed: nothing more is unpacked. */
  spent: string | undefined;
}

export function budgetOf(limits: Limits, packed: () => number): Budget {
  return { limits, packed, unpacked: 0, members: 0, spent: undefined };
}

/** Bytes that may still be unpacked. */
export function allowance(budget: Budget): number {
  const { limits } = budget;
  const byRatio = Math.max(limits.ratioFloor, limits.ratio * budget.packed());
  return Math.min(limits.unpackedBytes, byRatio) - budget.unpacked;
}

/** Enters `bytes` more; false, and the reason in `spent`, when that is too much. */
export function spend(budget: Budget, bytes: number): boolean {
  if (budget.spent !== undefined) return false;
  if (bytes <= allowance(budget)) {
    budget.unpacked += bytes;
    return true;
  }
  budget.spent = overrun(budget);
  return false;
}

/** One member more; false when that is too many. */
export function countMember(budget: Budget): boolean {
  if (budget.spent !== undefined) return false;
  if (budget.members >= budget.limits.members) {
    budget.spent = `more than ${budget.limits.members} members`;
    return false;
  }
  budget.members++;
  return true;
}

function overrun(budget: Budget): string {
  const { limits } = budget;
  const byRatio = Math.max(limits.ratioFloor, limits.ratio * budget.packed());
  return byRatio < limits.unpackedBytes
    ? `more than ${byRatio} bytes (${limits.ratio} times its size, or ${limits.ratioFloor})`
    : `more than ${limits.unpackedBytes} bytes`;
}
