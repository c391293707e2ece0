/**
 * Incidents that were told and are not stored yet: a commit may wait for the disk longer than whoever watches should. Whoever asks
 * for what was just told waits for it.
 */
export interface Ahead {
  told(id: string): void;
  stored(id: string): void;
  /** Resolves once the incident is stored; false at once when it is none of these, or after a while. */
  one(id: string): Promise<boolean>;
  /** Resolves once all that were told are stored, or after a while: lists of incidents and of findings. */
  all(): Promise<void>;
}

/** A list is not kept waiting for long: what it lacks is told when it is stored. */
const LIST_MS = 1000;
const ONE_MS = 10_000;

export function openAhead(): Ahead {
  const open = new Map<string, { readonly stored: Promise<true>; readonly settle: () => void; late: boolean }>();
  return {
    told(id) {
      if (open.has(id)) return;
      let settle = (): void => {};
      const stored = new Promise<true>((resolve) => (settle = () => resolve(true)));
      open.set(id, { stored, settle, late: false });
    },
    stored(id) {
      open.get(id)?.settle();
      open.delete(id);
    },
    async one(id) {
      const told = open.get(id);
      return told !== undefined && within(told.stored, ONE_MS);
    },
    async all() {
      const some = [...open.values()].filter(({ late }) => !late);
      if (some.length === 0 || (await within(Promise.all(some.map(({ stored }) => stored)), LIST_MS))) return;
      // One list waited for it: the next ones do not.
      for (const one of some) one.late = true;
    },
  };
}

/** Whether it came within the time. */
async function within(what: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => (timer = setTimeout(resolve, ms, false)));
  const came = await Promise.race([what.then(() => true), over]);
  clearTimeout(timer);
  return came;
}
