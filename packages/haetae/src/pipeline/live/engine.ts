import type { Event } from '@haetae/event';
import type { LiveIncidents } from '../../incident/index.ts';
import {
  type FrameHead,
  Ledger,
  LIVE_FORMATS,
  mayName,
  positionOf,
  readFrameHead,
  type Where,
} from '../../source/index.ts';
import { type EngineIncident, EVENT_FLAGS, EventBatchBuilder, type Frame } from '../../store/index.ts';
import { PassedOn } from '../fleet/sift/passed-on.ts';
import { SIFTED, Sifted } from '../fleet/sift/sifted.ts';
import { type EngineCounts, noCounts } from './counts.ts';
import { Dedup, type Sent, sentOf, type Verdict } from './dedup/dedup.ts';
import { Detection, type DetectionSetup, type Found, type Told } from './detection.ts';
import { Findings } from './findings.ts';
import { type Host, HostBook } from './hosts.ts';
import { Hours } from './hours.ts';
import { type Cut, emptyCut, type Notice } from './output.ts';
import { decodeState, type EngineState, encodeState, type Room } from './state.ts';
import { Stories } from './stories.ts';

/** Events whose time is further ahead of their receipt move no window. */
export const AHEAD_MS = 5 * 60_000;
export interface EngineSetup {
  readonly detection: DetectionSetup;
  /** In which local times without an offset are read. */
  readonly timeZone: string;
  /** What is stored already: rows up to there are not made again, and no id is given twice. */
  readonly stored: { readonly seq: number; readonly eventId: number; readonly findingId: number };
  /** Events become rows; else they are detected and counted only. Default true. */
  readonly keep?: boolean;
  /** Weights of hosts. */
  readonly assets?: ReadonlyMap<string, number>;
  /** What {@link LiveEngine.save} gave. */
  readonly saved?: Uint8Array;
}

/**
 * Frames in, rows out: a function of what was saved and the frames behind it. Nothing here looks at a clock, a disk or another
 * thread; time passes by the frames' own times of receipt.
 */
export class LiveEngine {
  readonly #timeZone: string;
  readonly #stored: EngineSetup['stored'];
  readonly #keep: boolean;
  readonly #latenessMs: number;
  #detection: Detection;
  readonly #hosts: HostBook;
  readonly #dedup: Dedup;
  readonly #findings: Findings;
  readonly #stories: Stories;
  readonly #hours: Hours;
  readonly #passed: PassedOn;
  readonly #builder = new EventBatchBuilder(4096);
  readonly #told: Told[] = [];
  readonly #origin = { id: 0, seq: 0, receivedMs: 0, host: '', origin: '', flags: 0, decoded: '' };
  readonly #tellHost = (computer: string): string => this.#hosts.of(computer).name;
  readonly counts: EngineCounts;
  #notices: Notice[] = [];
  #nextEvent: number;
  #seq: number;
  #receivedMs: number;
  /** When, by receipt, something last came that may be waited for. */
  #signalMs: number;

  constructor(setup: EngineSetup) {
    const state = setup.saved === undefined ? undefined : decodeState(setup.saved);
    this.#timeZone = setup.timeZone;
    this.#stored = setup.stored;
    this.#keep = setup.keep ?? true;
    this.#latenessMs = setup.detection.latenessMs;
    this.#detection = new Detection(setup.detection, state?.detection);
    this.#hosts = state === undefined ? new HostBook() : HostBook.restore(state.hosts);
    this.#dedup = new Dedup(undefined, state?.dedup);
    this.#hours = new Hours(state?.hours);
    this.#passed = new PassedOn(state?.passed);
    this.#findings = new Findings(state?.findings);
    this.#stories = new Stories(state?.stories, setup.assets);
    this.counts = state === undefined ? noCounts() : { ...noCounts(), ...state.counts };
    this.#nextEvent = state?.nextEvent ?? 1;
    this.#seq = state?.seq ?? 0;
    this.#receivedMs = state?.receivedMs ?? 0;
    this.#signalMs = state?.signalMs ?? Number.NEGATIVE_INFINITY;
  }

  get seq(): number {
    return this.#seq;
  }
  get detection(): Detection {
    return this.#detection;
  }
  /** Rows that wait to be taken. */
  get rows(): number {
    return this.#builder.rows + this.#findings.rows;
  }
  /** What is kept of incidents' hosts, and what is not. */
  get incidents(): LiveIncidents['counts'] {
    return this.#stories.counts;
  }
  /** Incidents changed since the last cut. */
  get hasNews(): boolean {
    return this.#stories.hasNews;
  }
  get hosts(): number {
    return this.#hosts.size;
  }
  get hours(): Hours {
    return this.#hours;
  }

  /** Other rules from the next frame on; what correlations that are the same had seen is kept. */
  setRules(setup: DetectionSetup): void {
    this.#detection = new Detection(setup, this.#detection.save());
  }

  /** Takes one frame whole. */
  take(frame: Frame): void {
    const { seq, receivedMs } = frame;
    this.#seq = seq;
    if (receivedMs > this.#receivedMs) this.#receivedMs = receivedMs;
    this.#passStored(seq);
    this.#detection.clock(receivedMs);
    const head = readFrameHead(frame.head);
    if (head?.from !== undefined) {
      const passed = this.#passed.take(head.from);
      if (passed === 'known') return;
      const { partition, after } = head.from;
      if (passed === 'gap')
        this.#notices.push({ seq, code: 'gap', detail: `partition ${partition}, frame ${after} and before`, count: 1 });
    }
    if (head?.format === SIFTED) this.#readSifted(frame, head);
    else if (head?.format !== CLOCK) this.#read(frame, head);
    this.#settle(seq, receivedMs);
  }

  #read(frame: Frame, head: FrameHead | undefined): void {
    const format = head === undefined ? undefined : LIVE_FORMATS.get(head.format);
    const { seq, receivedMs } = frame;
    this.#hours.add(receivedMs, 0, 0);
    if (head === undefined || format === undefined) {
      this.counts.unread++;
      this.#notices.push({ seq, code: 'frame', detail: head?.format ?? 'no head', count: 1 });
      return;
    }
    const ledger = new Ledger();
    const sent = sentOf(head);
    const body = Buffer.from(frame.body.buffer, frame.body.byteOffset, frame.body.byteLength);
    let index = 0;
    try {
      for (const { event, id, record } of format.read(body, { ledger, timeZone: this.#timeZone, receivedMs }))
        this.#event(event, id, record ?? index++, sent, seq, receivedMs);
    } catch (error) {
      this.counts.unread++;
      this.#notices.push({ seq, code: 'failed', detail: (error as Error).stack ?? String(error), count: 1 });
    }
    this.#dedup.took(sent, format.records ? head.items : index);
    this.counts.items += head.items;
    for (const { kind, code, count, examples } of ledger.notices()) {
      if (kind !== 'lost') continue;
      this.counts.lost += count;
      const places = format.records ? examples.map(({ where, detail }) => ` ${recordOf(head, where)}: ${detail}`) : [];
      this.#notices.push({ seq, code, detail: `${head.token}${places.join(';')}`, count });
    }
  }

  /** What others have read and matched; by other rules, it is matched again. */
  #readSifted({ seq, receivedMs, body }: Frame, head: FrameHead): void {
    this.#hours.add(receivedMs, 0, 0);
    const sifted = new Sifted(body);
    const { lost, failed, mark } = sifted.told;
    const { rows } = sifted.batch;
    const isOurs = mark === this.#detection.mark;
    if (!isOurs) this.counts.redone += rows;
    const sent = sentOf(head);
    const base = this.#keep && seq > this.#stored.seq ? this.#builder.adopt(sifted.batch) : 0;
    for (let row = 0; row < rows; row++) {
      const found = isOurs ? sifted.found(row) : undefined;
      this.#event(sifted.event(row), sifted.id(row), row, sent, seq, receivedMs, { sifted, base, found });
    }
    this.#dedup.took(sent, rows);
    this.counts.items += head.items;
    if (failed !== undefined) {
      this.counts.unread++;
      this.#notices.push({ seq, code: 'failed', detail: failed, count: 1 });
    }
    for (const { code, count } of lost) {
      this.counts.lost += count;
      this.#notices.push({ seq, code, detail: head.token, count });
    }
  }

  #event(
    event: Event,
    id: string,
    index: number,
    sent: Sent,
    seq: number,
    receivedMs: number,
    row?: { readonly sifted: Sifted; readonly base: number; readonly found: Found | undefined },
  ): void {
    const host = this.#hosts.of(event.computer);
    const verdict = this.#verdict(host, event, id, index, sent);
    if (verdict === 'known') {
      this.counts.known++;
      return;
    }
    const ahead = event.timeMs > receivedMs + AHEAD_MS;
    this.#hosts.saw(host, event, receivedMs, ahead);
    const foreign = !mayName(sent.head.hosts, event.computer);
    const flags =
      (ahead ? EVENT_FLAGS.ahead : 0) |
      (verdict === 'repeated' ? EVENT_FLAGS.repeated : 0) |
      (foreign ? EVENT_FLAGS.foreignHost : 0);
    if (flags !== 0) {
      if (ahead) this.counts.ahead++;
      if (verdict === 'repeated') this.counts.repeated++;
      if (foreign) this.counts.foreign++;
    }
    this.counts.events++;
    const eventId = this.#nextEvent++;
    const timeMs = ahead || Number.isNaN(event.timeMs) ? receivedMs : event.timeMs;
    const told = this.#told;
    this.#stories.see(event, eventId);
    if (row?.found === undefined) this.#detection.detect(event, eventId, timeMs, told);
    else this.#detection.accept(row.found, event, eventId, timeMs, told);
    // Only our own front writes frames of this form, and for its host alone an agent speaks.
    if (sent.head.format === AGENT && !foreign) this.#detection.hear(event, sent.head.token, eventId, receivedMs, told);
    if (this.#keep && seq > this.#stored.seq) {
      const hidden = row?.found === undefined ? this.#detection.hidden(event) : [];
      const origin = this.#origin;
      origin.id = eventId;
      origin.seq = seq;
      origin.receivedMs = receivedMs;
      origin.host = host.name;
      origin.origin = sent.head.token === '' ? sent.head.origin : sent.head.token;
      origin.flags = flags;
      origin.decoded = hidden.length === 0 ? '' : hidden.map(({ text }) => text).join('\n');
      if (row === undefined) this.#builder.add(event, origin);
      else this.#builder.addRow(row.sifted.batch, index, row.base, origin);
    }
    this.#hours.add(receivedMs, 1, 0);
    if (told.length > 0) this.#tell(seq, receivedMs);
  }

  #verdict(host: Host, event: Event, id: string, index: number, sent: Sent): Verdict {
    const record = event.eventRecordId;
    if (record === 0 || event.channel === '') return this.#dedup.bySender(sent, index, id, event);
    const known = host.logs.get(event.channel);
    const log =
      known !== undefined && this.#dedup.knows(known)
        ? known
        : this.#hosts.keepLog(host, event.channel, this.#dedup.log(host.name, event.channel));
    return this.#dedup.byRecord(log, record, event.timeMs);
  }

  /** Tells what is complete by now: what is later than this frame's newest less the lateness waits. */
  #settle(seq: number, receivedMs: number): void {
    const { signalled } = this.#detection;
    if (signalled) this.#signalMs = receivedMs;
    // Nothing came for as long as anything is waited for: what waits is told.
    const quiet = !signalled && receivedMs - this.#signalMs > this.#latenessMs;
    this.#detection.settle(quiet, this.#told);
    this.#detection.miss(receivedMs, this.#told);
    if (quiet) this.#signalMs = Number.NEGATIVE_INFINITY;
    if (this.#told.length > 0) this.#tell(seq, receivedMs);
    this.#stories.update(seq, receivedMs);
  }

  #tell(seq: number, receivedMs: number): void {
    const told = this.#told;
    for (const one of told) {
      const id = this.#findings.add(one, { seq, receivedMs }, this.#tellHost);
      if (id !== undefined) this.#stories.add(one.finding, id);
    }
    this.#hours.add(receivedMs, 0, told.length);
    this.counts.findings = this.#findings.told;
    told.length = 0;
  }

  /** The first frame that is not stored yet: no id below what the store has is given again, whatever the rules were then. */
  #passStored(seq: number): void {
    const { stored } = this.#findings;
    if (stored || seq <= this.#stored.seq) return;
    this.#nextEvent = Math.max(this.#nextEvent, this.#stored.eventId + 1);
    this.#findings.goOn(this.#stored.findingId + 1);
  }

  /** When by the clock of receipt a frame without events is wanted, so that what waits is told; undefined when nothing waits. */
  get wantsClockAt(): number | undefined {
    const signals = Number.isFinite(this.#signalMs) ? this.#signalMs + this.#latenessMs + 1 : Number.POSITIVE_INFINITY;
    const others = [this.#stories.wantsClockAt, this.#detection.wantsClockAt];
    const wanted = Math.min(signals, ...others.map((at) => at ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(wanted) ? wanted : undefined;
  }

  /** New incidents since the last call that are not stored yet: the same frames make them again, should they never be. */
  fresh(): EngineIncident[] {
    return this.#stories.fresh().filter(({ seq }) => seq > this.#stored.seq);
  }

  /** All rows since the last call. */
  cut(): Cut {
    const notices = this.#notices;
    this.#notices = [];
    if (this.#seq <= this.#stored.seq) {
      this.#stories.take(this.#seq, this.#findings.take().findings);
      return { ...emptyCut(this.#seq), notices };
    }
    const { findings, revised } = this.#findings.take();
    return {
      upTo: this.#seq,
      events: this.#builder.take(),
      ...this.#stories.take(this.#seq, findings),
      revised,
      entities: this.#hosts.rows(this.#seq, this.#receivedMs),
      notices,
    };
  }

  /** What a restart goes on from, in `room`. */
  save(room: Room = (bytes) => new Uint8Array(bytes)): Uint8Array {
    const state = {
      seq: this.#seq,
      nextEvent: this.#nextEvent,
      receivedMs: this.#receivedMs,
      signalMs: this.#signalMs,
      counts: { ...this.counts },
      hours: this.#hours.save(),
      findings: this.#findings.save(),
      stories: this.#stories.save(),
      passed: this.#passed.save(),
      hosts: this.#hosts.save(),
      dedup: this.#dedup.save(),
      detection: this.#detection.save(),
    } satisfies EngineState;
    return encodeState(state, room);
  }
}

/** What the sender calls a record in which something was lost. */
const recordOf = (head: FrameHead, where: Where): string =>
  where.kind === 'line' ? positionOf(head, where.line - 1) : head.position;

/** The format of a frame that holds nothing but its time of receipt. */
export const CLOCK = 'clock';
/** Of one that holds what an agent says. */
const AGENT = 'agent';
