import type { Event } from '@haetae/event';
import { createLiveScorer, DETECTORS, type Detector, readBaseline, type Signal } from '../../../detect/index.ts';
import { type FrameHead, Ledger, LIVE_FORMATS, type PassedFrom, readFrameHead } from '../../../source/index.ts';
import { EventBatchBuilder, type Frame, type Json } from '../../../store/index.ts';
import { markOf, type SiftingSetup } from './mark.ts';
import { encodeSifted, SIFTED, type SiftedTold } from './sifted.ts';

/** A frame as it is passed on. */
export interface Passed {
  readonly head: Json;
  readonly body: Uint8Array;
  /** Events in it; 0 for one that is passed on as it came. */
  readonly events: number;
}

/** Bytes of a body that is sifted, and of what is made of it: longer ones are passed on as they came. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_SIFTED = 32 * 1024 * 1024;
/** What others have to know: what agents say, and what time it is. */
const WHOLE: ReadonlySet<string> = new Set(['agent', 'clock']);

/**
 * What can be done with a frame by whoever has it, without knowing any other: its events are read, held against the rules of one
 * event and made rows. Nothing is remembered from one frame to the next, so that any server may sift any frame.
 */
export class Sifter {
  readonly #timeZone: string;
  readonly #builder = new EventBatchBuilder(1024);
  #rules!: Detector;
  #score: ReturnType<typeof createLiveScorer> | undefined;
  #mark = '';

  constructor(setup: SiftingSetup, timeZone: string) {
    this.#timeZone = timeZone;
    this.setRules(setup);
  }

  setRules(setup: SiftingSetup): void {
    this.#rules = DETECTORS.get('sigma')!.create(setup.rules);
    this.#score = setup.baseline === undefined ? undefined : createLiveScorer(readBaseline(setup.baseline));
    this.#mark = markOf(setup);
  }

  /** `from`: which frame of which partition it is. */
  sift(frame: Frame, from: PassedFrom): Passed {
    const known = { ...(frame.head as object), from: { ...from } };
    const whole: Passed = { head: known as Json, body: frame.body, events: 0 };
    const head = readFrameHead(frame.head);
    const format = head === undefined ? undefined : LIVE_FORMATS.get(head.format);
    if (head === undefined || format === undefined || WHOLE.has(head.format) || frame.body.length > MOST_BYTES)
      return whole;
    const ledger = new Ledger();
    const body = Buffer.from(frame.body.buffer, frame.body.byteOffset, frame.body.byteLength);
    const ids: string[] = [];
    const told = { found: [] as SiftedTold['found'][number][], later: [] as number[] };
    const { receivedMs } = frame;
    let failed: string | undefined;
    try {
      for (const { event, id } of format.read(body, { ledger, timeZone: this.#timeZone, receivedMs })) {
        this.#event(event, ids.length, head, receivedMs, told);
        ids.push(id);
      }
    } catch (error) {
      failed = (error as Error).stack ?? String(error);
    }
    const lost = ledger.notices().flatMap(({ kind, code, count }) => (kind === 'lost' ? { code, count } : []));
    const bytes = encodeSifted(this.#builder.take(), {
      ...{ mark: this.#mark, ...told, lost },
      ...(ids.some((id) => id !== '') && { ids }),
      ...(failed !== undefined && { failed }),
    });
    if (bytes.length > MOST_SIFTED) return whole;
    return { head: { ...known, format: SIFTED } as Json, body: bytes, events: ids.length };
  }

  #event(
    event: Event,
    row: number,
    head: FrameHead,
    receivedMs: number,
    { found, later }: { readonly found: SiftedTold['found'][number][]; readonly later: number[] },
  ): void {
    let decoded = '';
    // The parts of a script are judged together, where they come together.
    if (event.eventId === 4104 && event.get('MessageTotal') !== '1') later.push(row);
    else {
      const signals: Signal[] = [];
      const findings = this.#rules.detect(event, (signal) => signals.push(signal));
      const unusual = this.#score?.(event);
      const score = unusual === undefined ? undefined : { about: unusual.about, finding: unusual.finding() };
      if (findings.length > 0 || signals.length > 0 || score !== undefined)
        found.push({ row, findings, signals, ...(score !== undefined && { unusual: score }) });
      decoded = this.#rules.hidden!(event)
        .map(({ text }) => text)
        .join('\n');
    }
    this.#builder.add(event, {
      ...{ id: 0, seq: 0, receivedMs, host: event.computer, flags: 0, decoded },
      origin: head.token === '' ? head.origin : head.token,
    });
  }
}
