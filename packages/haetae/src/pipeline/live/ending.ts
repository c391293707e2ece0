/** What is to be ended, in the order in which it was opened. */
export type Closers = (() => unknown)[];

const PATIENCE_MS = 2000;
/** Of each that is left, once the database is known to be away. */
const LITTLE_MS = 250;

/**
 * Ends all, the last first: `whole`. What waits for a database that does not answer is left behind, and with it its threads: `left`.
 * Nothing is lost by it: what was received is in the log and is stored from there by whoever detects next. `away`: whether it does not answer.
 */
export async function endAll(closers: Closers, away: () => Promise<boolean>): Promise<'whole' | 'left'> {
  let gone = false;
  for (let one = closers.pop(); one !== undefined; one = closers.pop()) {
    const ended = settled(one);
    let result = await within(gone ? LITTLE_MS : PATIENCE_MS, ended);
    while (result === undefined || (!gone && result.error !== undefined)) {
      gone ||= await away();
      if (gone) break;
      if (result?.error !== undefined) throw result.error;
      result = await within(PATIENCE_MS, ended);
    }
  }
  return gone ? 'left' : 'whole';
}

/** Whether the task gets no answer in good time. */
export async function isAway(task: () => Promise<unknown>): Promise<boolean> {
  const result = await within(PATIENCE_MS, settled(task));
  return result === undefined || result.error !== undefined;
}

const settled = async (task: () => unknown): Promise<{ readonly error?: unknown }> => {
  try {
    await task();
    return {};
  } catch (error) {
    return { error };
  }
};

async function within<T>(ms: number, task: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([task, over]);
  } finally {
    clearTimeout(timer);
  }
}
