import { type FSWatcher, statSync, watch } from 'node:fs';

/** Hears when something below these paths changes, a moment after it did: editors write a file in several steps. */
export interface RuleWatch {
  close(): void;
}

const SETTLE_MS = 300;
/** Where the system tells of no change (a network folder), a look at the given paths themselves. */
const LOOK_MS = 10_000;

export function watchRules(paths: readonly string[], changed: () => void): RuleWatch {
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const stamps = new Map(paths.map((path) => [path, stampOf(path)]));
  for (const path of paths) {
    try {
      const watcher = watch(path, { recursive: statSync(path).isDirectory(), persistent: false }, heard);
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // Not there now: the look below finds it once it is.
    }
  }
  const looking = setInterval(() => {
    for (const path of paths) {
      const stamp = stampOf(path);
      if (stamp === stamps.get(path)) continue;
      stamps.set(path, stamp);
      heard();
    }
  }, LOOK_MS);
  looking.unref();
  return {
    close() {
      clearTimeout(timer);
      clearInterval(looking);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
