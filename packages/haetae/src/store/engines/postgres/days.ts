/** Days as partitions of events, by receipt, counted from 1970. */
export const DAY = 86_400_000;
export const dayOf = (receivedMs: number): number => Math.floor(receivedMs / DAY);

export const partitionOf = (day: number): string => `events_d${day < 0 ? `m${-day}` : day}`;

/** Makes the partition of a day that has none. */
export const makingOf = (day: number): string =>
  `CREATE TABLE IF NOT EXISTS ${partitionOf(day)} PARTITION OF events FOR VALUES FROM (${day * DAY}) TO (${(day + 1) * DAY})`;
