import type { Channel } from './channel.ts';
import * as all from './index.ts';

/** Every kind of channel, by the name that the file of channels writes. */
export const CHANNELS: ReadonlyMap<string, Channel> = new Map(
  Object.values(all).map((one: Channel) => [one.name, one]),
);
