import * as all from './index.ts';
import type { LiveFormat } from './live.ts';

/** Everything a frame can be, by its name. A new one is a folder and a line in index.ts; the contract test covers it then. */
export const LIVE_FORMATS: ReadonlyMap<string, LiveFormat> = new Map(
  Object.values(all).map((format) => [format.name, format]),
);

const TOPIC = 'topic-';
/** How records of somebody else's topic can be read, as people name it. */
export const TOPIC_FORMATS: readonly string[] = [...LIVE_FORMATS.keys()]
  .filter((name) => name.startsWith(TOPIC))
  .map((name) => name.slice(TOPIC.length));
