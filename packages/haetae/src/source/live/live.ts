import type { Event } from '@haetae/event';
import type { Ledger } from '../ledger.ts';

/** What is known of a frame beside its bytes. */
export interface LiveOptions {
  readonly ledger: Ledger;
  /** IANA zone or offset in which local times without a stated or inferable offset are read. */
  readonly timeZone: string;
  /** When the frame was received: the time of what tells none. Milliseconds since 1970-01-01Z. */
  readonly receivedMs: number;
}

/** One event of a frame. Object and event are valid until the next one. */
export interface LiveItem {
  event: Event;
  /** What its sender calls it, unique for that sender; '' where it has no name. */
  id: string;
  /** Where the frame holds numbered records of its sender's, the number of that in which it stands, from 0. */
  record?: number;
}

/**
 * What a shipper sends, as the server has put it into its log: the body of a request, or the messages of a connection. A
 * frame is read by itself, so that reading it again gives the same events in the same order. Nothing in it is passed over
 * in silence: what is no Windows event becomes an event of its words, what cannot be read is entered into the ledger.
 */
export interface LiveFormat {
  readonly name: string;
  /** Frames hold records that the sender numbers one by one, `items` of them: events are known by the number of theirs. */
  readonly records?: true;
  read(frame: Buffer, options: LiveOptions): Iterable<LiveItem>;
}
