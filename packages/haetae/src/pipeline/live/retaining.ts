import type { Log } from '../../server/index.ts';
import type { Store } from '../../store/index.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;
/** Files of so many seconds are few enough to be read beside the others. */
const TIDY_MS = 15_000;

/** Removes what is too old or too much, once an hour, and keeps what is stored tidy. */
export function retaining(
  store: Pick<Store, 'upkeep'>,
  policy: () => { readonly days?: number; readonly bytes?: number },
  now: () => number,
  log: Log,
): () => void {
  const look = async (): Promise<void> => {
    const { days, bytes } = policy();
    if (days === undefined && bytes === undefined) return;
    const eventsBeforeMs = days === undefined ? undefined : now() - days * DAY_MS;
    try {
      const gone = await store.upkeep.retain({
        ...(eventsBeforeMs !== undefined && { eventsBeforeMs, findingsBeforeMs: eventsBeforeMs }),
        ...(bytes !== undefined && { maxBytes: bytes }),
      });
      if (gone.events > 0) log({ level: 'info', message: 'old events were removed', ...gone });
    } catch (error) {
      log({ level: 'error', message: 'old events could not be removed', error });
    }
  };
  let tidying = false;
  let failed = '';
  const tidy = async (): Promise<void> => {
    if (tidying) return;
    tidying = true;
    try {
      await store.upkeep.tidy();
      failed = '';
    } catch (error) {
      const { message } = error as Error;
      if (failed !== message) log({ level: 'error', message: 'files of events could not be put together', error });
      failed = message;
    }
    tidying = false;
  };
  const tidier = setInterval(tidy, TIDY_MS);
  tidier.unref();
  const first = setTimeout(look, FIRST_MS);
  const timer = setInterval(look, EVERY_MS);
  first.unref();
  timer.unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    clearInterval(tidier);
  };
}
