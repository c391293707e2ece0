/**
 * As much of the protobuf wire format as OTLP needs (protobuf.dev/programming-guides/encoding): a message is a row of fields,
 * each behind a tag, number × 8 + wire type. Unknown fields are passed over, as the format asks.
 */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(`0x${offset.toString(16).padStart(8, '0')}: ${reason}`);
    this.offset = offset;
  }
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** A cursor over the fields of one message, [at, end) of the bytes. */
export class Fields {
  readonly bytes: Buffer;
  readonly end: number;
  #at: number;
  /** The field under the cursor. */
  number = 0;
  wire = 0;
  /** Where the content lies, for BYTES, FIXED32 and FIXED64. */
  from = 0;
  to = 0;
  /** Content of a VARINT, as its 64 bits. */
  #value = 0n;
  #small = 0;
  #isSmall = true;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#at = at;
    this.end = end;
  }

  /** Moves on to the next field; false behind the last. */
  next(): boolean {
    if (this.#at >= this.end) return false;
    const start = this.#at;
    this.#varint('a tag');
    if (!this.#isSmall || this.#small < 8 || this.#small > 0xffff_ffff)
      throw new ProtobufError(start, 'no field number');
    this.number = Math.floor(this.#small / 8);
    this.wire = this.#small & 7;
    switch (this.wire) {
      case VARINT:
        this.#varint(`field ${this.number}`);
        break;
      case FIXED64:
        this.#take(8);
        break;
      case FIXED32:
        this.#take(4);
        break;
      case BYTES:
        this.#varint(`the length of field ${this.number}`);
        this.#take(this.#isSmall ? this.#small : Number.POSITIVE_INFINITY);
        break;
      default:
        throw new ProtobufError(start, `field ${this.number} has wire type ${this.wire}, which logs know none of`);
    }
    return true;
  }

  /** The field's message. */
  message(): Fields {
    return new Fields(this.bytes, this.from, this.to);
  }

  text(): string {
    return this.bytes.toString('utf8', this.from, this.to);
  }

  double(): number {
    return this.bytes.readDoubleLE(this.from);
  }

  /** A fixed64, unsigned, in decimal. */
  fixed64(): string {
    return String(this.bytes.readBigUInt64LE(this.from));
  }

  /** An int64: a number where it is exact, else text. */
  int64(): number | string {
    if (this.#isSmall) return this.#small;
    const signed = BigInt.asIntN(64, this.#value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : String(signed);
  }

  #take(length: number): void {
    if (this.#at + length > this.end)
      throw new ProtobufError(this.#at, `field ${this.number} needs ${length} bytes, has ${this.end - this.#at}`);
    this.from = this.#at;
    this.to = this.#at = this.#at + length;
  }

  #varint(what: string): void {
    const start = this.#at;
    let small = 0;
    let scale = 1;
    // Seven groups of seven bits are exact in a double.
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte(start, what);
      small += (byte & 127) * scale;
      if (byte < 128) {
        this.#small = small;
        this.#isSmall = true;
        return;
      }
      scale *= 128;
    }
    let value = BigInt(small);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte(start, what);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        this.#value = BigInt.asUintN(64, value);
        this.#isSmall = false;
        return;
      }
    }
    throw new ProtobufError(start, `${what} is longer than ten bytes`);
  }

  #byte(start: number, what: string): number {
    if (this.#at >= this.end) throw new ProtobufError(start, `${what} does not end`);
    return this.bytes[this.#at++]!;
  }
}
