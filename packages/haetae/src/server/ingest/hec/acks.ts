/**
 * Numbers of acknowledgement by token and channel, from 0. A request is answered only when its events are durable, so that a
 * number that was given out is true; it is remembered how many were, until so many channels have come that the oldest is forgotten.
 */
const given = new Map<string, number>();
const MOST_CHANNELS = 10_000;

export function newAck(token: string, channel: string): number {
  const key = `${token} ${channel}`;
  const id = given.get(key) ?? 0;
  given.delete(key);
  if (given.size >= MOST_CHANNELS) given.delete(given.keys().next().value!);
  given.set(key, id + 1);
  return id;
}

export const acknowledged = (token: string, channel: string, id: number): boolean =>
  id >= 0 && id < (given.get(`${token} ${channel}`) ?? 0);
