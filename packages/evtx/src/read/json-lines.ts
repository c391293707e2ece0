/**
 * Records → JSON lines, as bytes. Both forms share all but the spelling of values and the order of `data`:
 * - canonical: `{"record","eventRecordId","channel","provider","eventId","time","computer","data"}`, six-digit time, GUIDs without
 *   braces, members of `data` sorted by name: the same line for whatever printer's notation a record comes from.
 * - document: the same members behind a prefix of the caller's, values as `wevtutil /f:xml` prints them, `data` in document order.
 */
import { output, RECORD_ROOM, writeDecimal, writeSlot, writeText, writeUint64 } from './fast/encode.ts';
import type { Form, Script } from './fast/layout.ts';
import * as layouts from './fast/layout.ts';
import { madeUpLog, REHEARSALS } from './fast/made-up-log.ts';
import * as slotTable from './fast/slots.ts';
import { slotInteger, slotText } from './fast/text.ts';
import { idDigits, sevenDigits } from './plain/lines.ts';
import { readEvtx } from './read.ts';
import type { EvtxRecord } from './record.ts';
import * as valueType from './value-type.ts';

// the module's own: see chunk-buffer.ts
const { slotAt, slotType } = slotTable;
const { TYPE } = valueType;
const { OUT, OUT_VIEW } = output;
const { KEY_VIEW, STEP } = layouts;

export interface JsonLinesOptions {
  readonly form: Form;
  /** JSON text before the first member of every line, as `"file":"a.evtx",`. Document form only. */
  readonly prefix?: string;
  /** Receives the bytes, whole lines of some megabytes; they are the writer's to reuse when it returns. */
  readonly write: (bytes: Uint8Array) => void;
}

const encoder = new TextEncoder();
/** A longer beginning of every line goes by way of strings. */
const MOST_BEGIN = 1 << 16;

/** Who writes to the one output buffer at the moment. */
let writer: JsonLines | undefined;

/** Records after which a longer log is likely, and a rehearsal pays (see `fast/made-up-log.ts`). */
const WARM = 64;
let added = 0;

function rehearse(form: Form): void {
  const log = madeUpLog();
  for (let round = 0; round < REHEARSALS; round++) {
    const lines = new JsonLines({ form, write: () => {} });
    for (const record of readEvtx(log)) lines.add(record);
    lines.flush();
  }
}

export class JsonLines {
  readonly #form: Form;
  readonly #canonical: boolean;
  readonly #write: (bytes: Uint8Array) => void;
  #prefix = '';
  /** `{`, prefix, `"record":` */
  #begin: Uint8Array = new Uint8Array(0);
  /** Bytes in the buffer, all this writer's. */
  #used = 0;

  constructor(options: JsonLinesOptions) {
    this.#form = options.form;
    this.#canonical = options.form === 'canonical';
    this.#write = options.write;
    this.prefix = options.prefix ?? '';
  }

  /** JSON text before the first member of the lines that follow; none in the canonical form. */
  set prefix(text: string) {
    this.#prefix = this.#canonical ? '' : text;
    this.#begin = encoder.encode(`{${this.#prefix}"record":`);
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
    if (++added === WARM) {
      rehearse(this.#form);
      writer = this;
    }
    const begin = this.#begin;
    if (this.#used > OUT.length - RECORD_ROOM - begin.length) this.flush();
    const script = record.laidOut()?.script(this.#form);
    if (script === undefined || script === null || begin.length > MOST_BEGIN) {
      this.#addText(this.#canonical ? record.toCanonicalLine() : record.toDocumentLine(this.#prefix));
      return;
    }
    let q = this.#used;
    for (let i = 0; i < begin.length; i++) OUT[q + i] = begin[i]!;
    q = writeUint64(q + begin.length, record.at + 8);
    this.#used = writeScript(q, script, this.#canonical);
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

/** Eight bytes a step, as floats: UTF-8 never makes the bytes of a NaN, so they arrive as they are. */
function copyKey(q: number, at: number, size: number): number {
  for (let k = 0; k < size; k += 8) OUT_VIEW.setFloat64(q + k, KEY_VIEW.getFloat64(at + k, true), true);
  return q + size;
}

function writeScript(q: number, script: Script, canonical: boolean): number {
  const { count, head, kinds, slots, keyAt, keySize } = script;
  for (let i = 0; i < head; i++) {
    q = copyKey(q, keyAt[i]!, keySize[i]!);
    const kind = kinds[i]!;
    if (kind === STEP.id) q = writeId(q, slots[i]!);
    else if (kind === STEP.time) q = writeTime(q, slots[i]!, canonical);
    else q = writeSlot(q, slots[i]!, canonical);
  }
  for (let i = head; i < count; i++) q = writeSlot(copyKey(q, keyAt[i]!, keySize[i]!), slots[i]!, canonical);
  return copyKey(q, script.endAt, script.endSize);
}

function writeId(q: number, slot: number): number {
  const value = slotInteger(slot);
  if (value !== undefined) return writeDecimal(q, value);
  if (slotType[slot] === TYPE.uint64) return writeUint64(q, slotAt[slot]!);
  return writeText(q, idDigits(slotText(slot)));
}

function writeTime(q: number, slot: number, canonical: boolean): number {
  if (canonical || slotType[slot] === TYPE.filetime) return writeSlot(q, slot, canonical);
  return writeText(q, sevenDigits(slotText(slot)));
}
