/**
 * The cursor: one view that is set on record after record. It has the shape of an event, reads values when they are asked for, and
 * is valid until the reader moves on.
 */
import { EvtxError } from '../error.ts';
import type { Chunk } from './chunk.ts';
import * as buffer from './chunk-buffer.ts';
import type { Layout } from './fast/layout.ts';
import { loaded, loadRecord } from './fast/load.ts';
import { mentions } from './fast/mentions.ts';
import type { Plan } from './fast/plan.ts';
import * as planned from './fast/plan.ts';
import * as slotTable from './fast/slots.ts';
import { enterChunk } from './fast/templates.ts';
import { slotInteger, slotText, slotTime, slotValue } from './fast/text.ts';
import { CORE_SYSTEM, eventElement, type Field, leaves, systemMembers } from './plain/event.ts';
import { canonicalLine, documentLine, idDigits, sevenDigits } from './plain/lines.ts';
import { recordJson, recordXml } from './plain/render.ts';
import { parseTime, type Time } from './plain/time.ts';
import type { Element } from './plain/tree.ts';
import type { Value } from './plain/value.ts';
import * as valueType from './value-type.ts';

// the module's own: see chunk-buffer.ts
const { isHeldBy, VIEW } = buffer;
const { ABSENT, CHANNEL, COMPUTER, CORE, EVENT_ID, PROVIDER, RECORD_ID, TIME } = planned;
const { slotAt, slotSize, slotType } = slotTable;
const { TYPE } = valueType;

const EPOCH_MS = 11_644_473_600_000;
/** High words from which a FILETIME does not fit the exact arithmetic below. */
const HIGH_FILETIME = 0x24c85a5e;

const NOTHING: readonly never[] = [];

/** What the plain path reads of a record. */
type Tree = {
  readonly event: Element;
  readonly fields: readonly Field[];
  readonly system: ReadonlyMap<string, string>;
};

/** [start, end) of `view`, in UTF-16. */
export interface RawText {
  readonly notation: 'utf-16';
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

const idNumber = (digits: string): number | bigint => {
  const value = BigInt(digits);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);
};

export class EvtxRecord {
  /** Found by its signature, not as one of a chunk's records. */
  carved = false;
  /** It takes the plain path, which is slower. */
  get isPlain(): boolean {
    return this.#plan === undefined;
  }

  /** Where in the file the record begins. */
  offset = 0;
  #chunk: Chunk | undefined;
  #always: boolean;
  readonly #raw = { notation: 'utf-16' as const, view: VIEW, start: 0, end: 0 };
  #at = 0;
  #size = 0;
  #plan: Plan | undefined;
  #layout: Layout | undefined;
  /** Of records without a plan, and of others where something asks for it. */
  #tree: Tree | undefined;

  constructor(alwaysPlain: boolean) {
    this.#always = alwaysPlain;
  }

  /** For readers of this package: the records that follow lie in `chunk`, whose bytes are in the buffer. */
  enter(chunk: Chunk): void {
    this.#chunk = chunk;
    this.#plan = undefined;
    this.#tree = undefined;
    enterChunk();
  }

  /** For readers of this package: from now on this is the record at a chunk offset. The answer is why it cannot be. */
  load(at: number, size: number, carved: boolean): EvtxError | undefined {
    this.#at = at;
    this.#size = size;
    this.carved = carved;
    this.offset = this.#chunk!.offset + at;
    this.#tree = undefined;
    this.#plan = this.#always ? undefined : loadRecord(at + 24, at + size - 4);
    if (this.#plan !== undefined) {
      this.#layout = loaded.layout;
      return undefined;
    }
    try {
      this.#plainly();
      return undefined;
    } catch (error) {
      if (error instanceof EvtxError) return error;
      throw error;
    }
  }

  #plainly(): Tree {
    if (this.#tree !== undefined) return this.#tree;
    if (this.#size === 0) throw new EvtxError('cursor', 'the cursor is not on a record');
    const event = eventElement(this.#chunk!.trees.read(this.#at + 24, this.#at + this.#size - 4));
    if (event === undefined) throw new EvtxError('token', 'record: it has no element', this.offset);
    this.#tree = { event, fields: leaves(event), system: systemMembers(event) };
    return this.#tree;
  }

  /** The plan, after the buffer was taken back if another reader had it; undefined for a record of the plain path. */
  #ready(): Plan | undefined {
    if (!isHeldBy(this.#chunk)) this.#retake();
    return this.#plan;
  }

  #retake(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) throw new EvtxError('cursor', 'the cursor is not on a record');
    chunk.reclaim();
    enterChunk();
    if (this.#plan === undefined) return;
    this.#plan = loadRecord(this.#at + 24, this.#at + this.#size - 4);
    this.#layout = loaded.layout;
    if (this.#plan === undefined) this.#plainly();
  }

  /** Text of a core member of System, '' where absent. */
  #core(index: number): string {
    const plan = this.#ready();
    if (plan === undefined) return this.#plainly().system.get(CORE[index]!) ?? '';
    const ref = plan.core[index]!;
    return ref >= 0 ? slotText(ref) : ref === ABSENT ? '' : plan.literals[-2 - ref]!;
  }

  /** Number in the record's header, unique within a file; a bigint beyond 2^53. */
  get record(): number | bigint {
    this.#ready();
    const high = VIEW.getUint32(this.#at + 12, true);
    if (high < 0x200000) return high * 0x1_0000_0000 + VIEW.getUint32(this.#at + 8, true);
    return VIEW.getBigUint64(this.#at + 8, true);
  }

  /** FILETIME at which the record was written, from its header. */
  get written(): bigint {
    this.#ready();
    return VIEW.getBigUint64(this.#at + 16, true);
  }

  get position(): { readonly kind: 'record'; readonly record: number } {
    return { kind: 'record', record: Number(this.record) };
  }

  get channel(): string {
    return this.#core(CHANNEL);
  }

  get provider(): string {
    return this.#core(PROVIDER);
  }

  get computer(): string {
    return this.#core(COMPUTER);
  }

  /** 0 where absent. */
  get eventId(): number {
    const ref = this.#ready()?.core[EVENT_ID] ?? ABSENT;
    return (ref >= 0 ? slotInteger(ref) : undefined) ?? Number(idDigits(this.#core(EVENT_ID)));
  }

  /** 0 where absent; a bigint only beyond 2^53. */
  get eventRecordId(): number | bigint {
    const ref = this.#ready()?.core[RECORD_ID] ?? ABSENT;
    return (ref >= 0 ? slotInteger(ref) : undefined) ?? idNumber(idDigits(this.#core(RECORD_ID)));
  }

  /** Slot of the event's time if that is a FILETIME within ten thousand years, else -1. */
  #timeSlot(): number {
    const ref = this.#ready()?.core[TIME] ?? ABSENT;
    if (ref < 0 || slotType[ref] !== TYPE.filetime) return -1;
    return VIEW.getUint32(slotAt[ref]! + 4, true) < HIGH_FILETIME ? ref : -1;
  }

  #textTime(): Time {
    const ref = this.#plan?.core[TIME] ?? ABSENT;
    return (ref >= 0 ? slotTime(ref) : undefined) ?? parseTime(this.#core(TIME));
  }

  /** Unix milliseconds, an integer; NaN when the record tells no time. */
  get timeMs(): number {
    const slot = this.#timeSlot();
    if (slot < 0) return this.#textTime().ms;
    // 2^32 = 429496 × 10^4 + 7296
    const at = slotAt[slot]!;
    const high = VIEW.getUint32(at + 4, true);
    return high * 429496 + Math.floor((high * 7296 + VIEW.getUint32(at, true)) / 1e4) - EPOCH_MS;
  }

  /** The 100 ns ticks within that millisecond. */
  get timeTicks(): number {
    const slot = this.#timeSlot();
    if (slot < 0) return this.#textTime().ticks;
    const at = slotAt[slot]!;
    return (VIEW.getUint32(at + 4, true) * 7296 + VIEW.getUint32(at, true)) % 1e4;
  }

  /** `YYYY-MM-DDTHH:MM:SS.fffffffZ`; '' where absent. */
  get time(): string {
    return sevenDigits(this.#core(TIME));
  }

  #leaf(layout: Layout, index: number): string {
    const slot = layout.slots[index]!;
    return slot < 0 ? layout.literals[index]! : slotText(slot);
  }

  /** First value of a data field; undefined when there is no such field. */
  get(name: string): string | undefined {
    if (this.#ready() === undefined) return this.#plainly().fields.find((f) => f.name === name)?.text;
    const index = this.#layout!.first(name);
    return index < 0 ? undefined : this.#leaf(this.#layout!, index);
  }

  /** Every value of a data field in document order. */
  getAll(name: string): readonly string[] {
    if (this.#ready() === undefined) {
      return this.#plainly()
        .fields.filter((f) => f.name === name)
        .map((f) => f.text);
    }
    const indexes = this.#layout!.indexes(name);
    return indexes.length === 0 ? NOTHING : indexes.map((i) => this.#leaf(this.#layout!, i));
  }

  /** Whether the name of a data field has a blank in it. */
  get hasBlankNames(): boolean {
    if (this.#ready() === undefined) return this.#plainly().fields.some((f) => f.name.includes(' '));
    return this.#layout!.hasBlankNames;
  }

  /**
   * The text of a data field as it lies in the log, for whoever remembers what came of equal bytes; undefined unless the field
   * is there once and its value is a string. Valid until it is asked again.
   */
  raw(name: string): RawText | undefined {
    if (this.#ready() === undefined) return undefined;
    const indexes = this.#layout!.indexes(name);
    if (indexes.length !== 1) return undefined;
    const slot = this.#layout!.slots[indexes[0]!]!;
    if (slot < 0 || slotType[slot] !== TYPE.string) return undefined;
    this.#raw.start = slotAt[slot]!;
    this.#raw.end = slotAt[slot]! + (slotSize[slot]! & ~1);
    return this.#raw;
  }

  /**
   * Whether one of these words, ASCII and in lower case, may stand in some value, in any case of its letters: a quick search, which
   * says true where it does not know. Lists are known by their identity.
   */
  mentions(words: readonly string[]): boolean {
    const plan = this.#ready();
    return plan === undefined || mentions(words, plan, this.#layout!, this.#at + 24, this.#at + this.#size);
  }

  /** About how many characters its values have. */
  get extent(): number {
    return this.#size >> 1;
  }

  /** The typed value of the first data field of that name. */
  value(name: string): Value | undefined {
    if (this.#ready() === undefined) return this.#plainly().fields.find((f) => f.name === name)?.value;
    const index = this.#layout!.first(name);
    if (index < 0) return undefined;
    const slot = this.#layout!.slots[index]!;
    if (slot >= 0) return slotValue(slot);
    const literal = this.#layout!.literals[index]!;
    return literal === '' ? { kind: 'null' } : { kind: 'string', value: literal };
  }

  /** The data fields in document order, repeated names repeated. */
  *fields(): Generator<readonly [name: string, value: string], void, undefined> {
    if (this.#ready() === undefined) {
      for (const { name, text } of this.#plainly().fields) yield [name, text];
      return;
    }
    const { names } = this.#layout!;
    for (let i = 0; i < names.length; i++) {
      this.#ready();
      yield [names[i]!, this.#leaf(this.#layout!, i)];
    }
  }

  /** Another member of System (Level, Task, Opcode, Keywords, Provider_Guid, Execution_ProcessID …); undefined when absent or empty. */
  system(name: string): string | undefined {
    const plan = this.#ready();
    if (CORE_SYSTEM.has(name)) return undefined;
    if (plan === undefined) return this.#plainly().system.get(name);
    const i = plan.systemNames.indexOf(name);
    return i < 0 ? undefined : this.#member(plan, i);
  }

  #member(plan: Plan, index: number): string | undefined {
    const ref = plan.systemRefs[index]!;
    const text = ref >= 0 ? slotText(ref) : plan.literals[-2 - ref]!;
    return text === '' ? undefined : text;
  }

  *systemFields(): Generator<readonly [name: string, value: string], void, undefined> {
    const plan = this.#ready();
    if (plan === undefined) {
      for (const member of this.#plainly().system) if (!CORE_SYSTEM.has(member[0])) yield member;
      return;
    }
    for (let i = 0; i < plan.systemNames.length; i++) {
      this.#ready();
      const text = this.#member(plan, i);
      if (text !== undefined) yield [plan.systemNames[i]!, text];
    }
  }

  /** The record's elements with their typed values, read the plain way. Throws {@link EvtxError} only for a forged record. */
  get element(): Element {
    this.#ready();
    return this.#plainly().event;
  }

  /** One `<Event>`, as `wevtutil /f:xml` prints it; no line end. */
  toXml(): string {
    return recordXml(this.element);
  }

  /** `{"Event":{…}}` in the shape of `evtx_dump -o jsonl`, values as text. */
  toJson(): string {
    return recordJson(this.element);
  }

  /** The canonical line, by way of strings. `JsonLines` writes the same bytes faster. */
  toCanonicalLine(): string {
    this.#ready();
    return canonicalLine(BigInt(this.record), this.element);
  }

  /** The document line, by way of strings. */
  toDocumentLine(prefix = ''): string {
    this.#ready();
    return documentLine(BigInt(this.record), this.element, prefix);
  }

  /** For `JsonLines`: how the record is laid out; undefined for a record of the plain path. */
  laidOut(): Layout | undefined {
    return this.#ready() === undefined ? undefined : this.#layout;
  }

  /** For `JsonLines`: chunk offset of the record. */
  get at(): number {
    return this.#at;
  }
}
