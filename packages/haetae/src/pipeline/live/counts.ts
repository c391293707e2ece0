/** What became of what came, since the data directory was made. */
export interface EngineCounts {
  /** Events kept. */
  events: number;
  findings: number;
  /** Events that came before, and were not kept a second time. */
  known: number;
  /** Kept though they look like one that came: neither record id nor sender tells. */
  repeated: number;
  /** Their clock ran ahead of ours. */
  ahead: number;
  /** Of a host that their sender may not speak for. */
  foreign: number;
  /** Entries that could not be read. */
  lost: number;
  /** Frames that could not be read, or not to their end. */
  unread: number;
  /** Events that senders count as delivered. */
  items: number;
  /** That were matched again, since others had matched them by other rules. */
  redone: number;
}

export const noCounts = (): EngineCounts => ({
  events: 0,
  findings: 0,
  known: 0,
  repeated: 0,
  ahead: 0,
  foreign: 0,
  lost: 0,
  unread: 0,
  items: 0,
  redone: 0,
});
