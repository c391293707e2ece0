/**
 * Records → JSON lines, as bytes. Both forms share all but the spelling of values and the order of `data`:
 * - canonical: `{"record","eventRecordId","channel","provider","eventId","time","computer","data"}`, six-digit time, GUIDs without
 *   braces, members of `data` sorted by name: the same line for whatever printer's notation a record comes from.
 * - document: the same members behind a prefix of the caller's, values as `wevtutil /f:xml` prints them, `data` in document order.
 */
import { VIEW } from './chunk-buffer.ts';
import { OUT, OUT_VIEW, RECORD_ROOM, writeDecimal, writeSlot, writeText, writeUint64 } from './fast/encode.ts';
import { type Form, KEY_VIEW } from './fast/layout.ts';
import { ABSENT, CORE, type Plan } from './fast/plan.ts';
import { slotAt, slotType } from './fast/slots.ts';
import { slotText } from './fast/text.ts';
import { canonicalText, idDigits, sevenDigits } from './plain/lines.ts';
import type { EvtxRecord } from './record.ts';
import { TYPE } from './value-type.ts';

export interface JsonLinesOptions {
  readonly form: Form;
  /** JSON text before the first member of every line, as `"file":"a.evtx",`. Document form only. */
  readonly prefix?: string;
  /** Receives the bytes, whole lines of some megabytes; they are the writer's to reuse when it returns. */
  readonly write: (bytes: Uint8Array) => void;
}

const [RECORD_ID, CHANNEL, PROVIDER, EVENT_ID, TIME, COMPUTER] = CORE.keys() as unknown as [
  number,
  number,
  number,
  number,
  number,
  number,
];

const encoder = new TextEncoder();
const RECORD_KEY = encoder.encode('"record":');
const RECORD_ID_KEY = encoder.encode(',"eventRecordId":');
const CHANNEL_KEY = encoder.encode(',"channel":"');
const PROVIDER_KEY = encoder.encode('","provider":"');
const EVENT_ID_KEY = encoder.encode('","eventId":');
const TIME_KEY = encoder.encode(',"time":"');
const COMPUTER_KEY = encoder.encode('","computer":"');
const DATA_KEY = encoder.encode('","data":{');

/** `",` as one store. */
const VALUE_END = 0x2c22;
/** `}}\n` */
const [BRACE, COMMA, LINE_END] = [0x7d, 0x2c, 0x0a];

/** Who writes to the one output buffer at the moment. */
let writer: JsonLines | undefined;

function copy(q: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) OUT[q + i] = bytes[i]!;
  return q + bytes.length;
}

export class JsonLines {
  readonly #form: Form;
  readonly #canonical: boolean;
  readonly #write: (bytes: Uint8Array) => void;
  #prefix: Uint8Array;
  #prefixText: string;
  /** Bytes in the buffer, all this writer's. */
  #used = 0;

  constructor(options: JsonLinesOptions) {
    this.#form = options.form;
    this.#canonical = options.form === 'canonical';
    this.#write = options.write;
    this.#prefixText = options.prefix ?? '';
    this.#prefix = encoder.encode(this.#prefixText);
  }

  /** For the lines that follow. */
  set prefix(text: string) {
    this.#prefixText = text;
    this.#prefix = encoder.encode(text);
  }

  /** Hands on what is in the buffer. To be called after the last record. */
  flush(): void {
    if (writer === this && this.#used > 0) this.#write(OUT.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Writes the record that the cursor is on. */
  add(record: EvtxRecord): void {
    if (writer !== this) {
      writer?.flush();
      writer = this;
      this.#used = 0;
    }
    if (this.#used > OUT.length - RECORD_ROOM - this.#prefix.length) this.flush();
    const laid = record.laidOut();
    const members = laid?.layout.members(this.#form);
    if (laid === undefined || members === null || members === undefined || this.#prefix.length > RECORD_ROOM / 4) {
      this.#addText(this.#canonical ? record.toCanonicalLine() : record.toDocumentLine(this.#prefixText));
      return;
    }
    const { plan, at } = laid;
    const canonical = this.#canonical;
    let q = this.#used;
    OUT[q++] = 0x7b;
    if (!canonical) q = copy(q, this.#prefix);
    q = writeUint64(copy(q, RECORD_KEY), at + 8);
    q = writeId(copy(q, RECORD_ID_KEY), plan, RECORD_ID);
    q = writeCore(copy(q, CHANNEL_KEY), plan, CHANNEL, canonical);
    q = writeCore(copy(q, PROVIDER_KEY), plan, PROVIDER, canonical);
    q = writeId(copy(q, EVENT_ID_KEY), plan, EVENT_ID);
    q = writeTime(copy(q, TIME_KEY), plan, canonical);
    q = writeCore(copy(q, COMPUTER_KEY), plan, COMPUTER, canonical);
    q = copy(q, DATA_KEY);
    const { count, slots, keyAt, keySize } = members;
    for (let i = 0; i < count; i++) {
      const size = keySize[i]!;
      const from = keyAt[i]!;
      // eight bytes a step, as floats: UTF-8 never makes the bytes of a NaN, so they arrive as they are
      for (let k = 0; k < size; k += 8) OUT_VIEW.setFloat64(q + k, KEY_VIEW.getFloat64(from + k, true), true);
      q += size;
      const slot = slots[i]!;
      if (slot < 0) continue; // the key held the value, too
      q = writeSlot(q, slot, canonical);
      OUT_VIEW.setUint16(q, VALUE_END, true);
      q += 2;
    }
    if (OUT[q - 1] === COMMA) q--;
    OUT[q] = BRACE;
    OUT[q + 1] = BRACE;
    OUT[q + 2] = LINE_END;
    this.#used = q + 3;
  }

  #addText(line: string): void {
    const bytes = encoder.encode(line);
    if (this.#used + bytes.length > OUT.length) this.flush();
    if (bytes.length > OUT.length) {
      this.#write(bytes);
    } else {
      OUT.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }
}

function writeCore(q: number, plan: Plan, index: number, canonical: boolean): number {
  const ref = plan.core[index]!;
  if (ref >= 0) return writeSlot(q, ref, canonical);
  if (ref === ABSENT) return q;
  const text = plan.literals[-2 - ref]!;
  return writeText(q, canonical ? canonicalText(text) : text);
}

const coreText = (plan: Plan, ref: number): string =>
  ref >= 0 ? slotText(ref) : ref === ABSENT ? '' : plan.literals[-2 - ref]!;

function writeId(q: number, plan: Plan, index: number): number {
  const ref = plan.core[index]!;
  if (ref >= 0) {
    const type = slotType[ref];
    if (type === TYPE.uint64) return writeUint64(q, slotAt[ref]!);
    if (type === TYPE.uint32) return writeDecimal(q, VIEW.getUint32(slotAt[ref]!, true));
    if (type === TYPE.uint16) return writeDecimal(q, VIEW.getUint16(slotAt[ref]!, true));
  }
  return writeText(q, idDigits(coreText(plan, ref)));
}

function writeTime(q: number, plan: Plan, canonical: boolean): number {
  const ref = plan.core[TIME]!;
  if (ref >= 0 && slotType[ref] === TYPE.filetime) return writeSlot(q, ref, canonical);
  const text = coreText(plan, ref);
  return writeText(q, canonical ? canonicalText(text) : sevenDigits(text));
}
