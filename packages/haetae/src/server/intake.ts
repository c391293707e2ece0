import type { UnixMs } from '@haetae/event';

/** How what is in a frame came here: every event keeps it. */
export type Origin = 'agent' | 'shipper' | 'import' | 'lab';

/** What a shipper handed over in one go, as received. It is acknowledged once the intake has made it durable. */
export interface Frame {
  /** A name of `LIVE_FORMATS`: how its bytes are read. */
  readonly format: string;
  readonly origin: Origin;
  /** Token that its sender showed. */
  readonly token: string;
  /** Hosts whose events that token may send, with `*` and `?`; [] for any. */
  readonly hosts: readonly string[];
  /** IP address of the sender. */
  readonly address: string;
  readonly receivedMs: UnixMs;
  /** The sender's own name for where this frame begins (file hash and offset, batch id); '' where it has none. */
  readonly position: string;
  /** Events that the sender will count as delivered. */
  readonly items: number;
  readonly bytes: Uint8Array;
}

export type Accepted =
  | { readonly kind: 'durable'; readonly seq: number }
  /** Too much is under way: to be tried again. */
  | { readonly kind: 'busy'; readonly retryMs: number }
  /** Nothing can be kept now (a full disk): to be tried again after somebody has helped. */
  | { readonly kind: 'full'; readonly reason: string };

/** Where frames go: the log. Never rejects for want of room. */
export interface Intake {
  accept(frame: Frame): Promise<Accepted>;
}
