import type { Event } from '@haetae/event';
import type { FrameHead } from '../../../source/index.ts';
import { Positions, type SavedPositions } from './positions.ts';
import { hashOn, RecentTexts, type SavedTexts } from './recent.ts';
import { type LogIds, RECORD_ID_LIMITS, type RecordIdLimits, RecordIds, type SavedRecordIds } from './record-ids.ts';

export interface DedupLimits {
  readonly records: RecordIdLimits;
  /** Names that senders give. */
  readonly positions: number;
  /** Ids that senders give, and events with neither, of which at least so many are remembered. */
  readonly recent: number;
}

export const DEDUP_LIMITS: DedupLimits = { records: RECORD_ID_LIMITS, positions: 50_000, recent: 100_000 };

/** `repeated`: it looks like one that came, but nothing proves it: it is kept and marked. */
export type Verdict = 'new' | 'known' | 'repeated';

/** Where an event comes from, as far as the frame tells. */
export interface Sent {
  readonly head: FrameHead;
  /** The sender's name for the place of the frame and the number of its first event; '' for none. */
  readonly position: string;
  readonly first: number;
}

const POSITION = /^(.*):(\d{1,15})$/s;

export function sentOf(head: FrameHead): Sent {
  if (head.position === '') return { head, position: '', first: 0 };
  const match = POSITION.exec(head.position);
  const name = match === null ? head.position : match[1]!;
  return { head, position: `${head.token}\0${name}`, first: match === null ? 0 : Number(match[2]) };
}

/** Tells events that came before: by host, channel, record id and time; else by what their sender calls them. */
export class Dedup {
  readonly #records: RecordIds;
  readonly #positions: Positions;
  readonly #ids: RecentTexts;
  readonly #texts: RecentTexts;

  constructor(limits: DedupLimits = DEDUP_LIMITS, saved?: SavedDedup) {
    this.#records = new RecordIds(limits.records, saved?.records);
    this.#positions = new Positions(limits.positions, saved?.positions);
    this.#ids = new RecentTexts(limits.recent, saved?.ids);
    this.#texts = new RecentTexts(limits.recent, saved?.texts);
  }

  /** The log of a host's channel; one that was handed out is good while {@link knows} says so. */
  log(host: string, channel: string): LogIds {
    return this.#records.log(`${host}\0${channel.toLowerCase()}`);
  }
  knows(log: LogIds): boolean {
    return this.#records.knows(log);
  }

  byRecord(log: LogIds, id: number | bigint, timeMs: number): Verdict {
    return this.#records.seen(log, Number(id), timeMs) ? 'known' : 'new';
  }

  /** An event without a record id: number `index` of its frame, which its sender calls `id`. */
  bySender(sent: Sent, index: number, id: string, event: Event): Verdict {
    if (id !== '') return this.#ids.seen(hashOn(hashOn(0, sent.head.token), id)) ? 'known' : 'new';
    if (sent.position !== '') return this.#positions.has(sent.position, sent.first + index) ? 'known' : 'new';
    return this.#texts.seen(hashOf(event)) ? 'repeated' : 'new';
  }

  /** All events of a frame are through: a frame that comes again is known. */
  took(sent: Sent, events: number): void {
    if (sent.position !== '') this.#positions.add(sent.position, sent.first, sent.first + events);
  }

  save(): SavedDedup {
    return {
      records: this.#records.save(),
      positions: this.#positions.save(),
      ids: this.#ids.save(),
      texts: this.#texts.save(),
    };
  }
}

export interface SavedDedup {
  readonly records: SavedRecordIds;
  readonly positions: SavedPositions;
  readonly ids: SavedTexts;
  readonly texts: SavedTexts;
}

function hashOf(event: Event): number {
  let hash = hashOn(0, event.computer);
  hash = hashOn(hash, event.channel);
  hash = hashOn(hash, `${event.timeMs}.${event.timeTicks} ${event.eventId}`);
  for (const [name, value] of event.fields()) hash = hashOn(hashOn(hash, name), value);
  return hash;
}
