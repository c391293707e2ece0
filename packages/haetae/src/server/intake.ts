import type { UnixMs } from '@haetae/event';
import type { FrameHead } from '../source/index.ts';

/** What a shipper handed over in one go, as received. It is acknowledged once the intake has made it durable. */
export interface Frame extends FrameHead {
  readonly receivedMs: UnixMs;
  /** Valid until it is accepted: an intake copies what it keeps. */
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
