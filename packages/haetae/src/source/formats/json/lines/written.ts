import type { WrittenFields } from '@haetae/event';
import { ESCAPED, endOf, isUnusual, startOf } from './members.ts';
import type { Into } from './own-fields.ts';
import * as window from './window.ts';

const LEAST = 64;

/** Fields by the bytes of their values in the window. */
export class Written implements WrittenFields, Into {
  readonly bytes = window.BYTES;
  readonly names: string[] = [];
  readonly texts: (string | undefined)[] = [];
  starts = new Int32Array(LEAST);
  ends = new Int32Array(LEAST);
  escaped = new Uint8Array(LEAST);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(name: string, value: string): void {
    const i = this.#next();
    this.names[i] = name;
    this.texts[i] = value;
  }

  member(name: string, number: number, kind: number): void {
    if (kind === ESCAPED && isUnusual(number)) {
      this.add(name, JSON.parse(window.BUFFER.utf8Slice(startOf(number) - 1, endOf(number) + 1)) as string);
      return;
    }
    const i = this.#next();
    this.names[i] = name;
    this.texts[i] = undefined;
    this.starts[i] = startOf(number);
    this.ends[i] = endOf(number);
    this.escaped[i] = kind === ESCAPED ? 1 : 0;
  }

  #next(): number {
    if (this.count === this.starts.length) {
      const room = this.count * 2;
      const [starts, ends, escaped] = [new Int32Array(room), new Int32Array(room), new Uint8Array(room)];
      starts.set(this.starts);
      ends.set(this.ends);
      escaped.set(this.escaped);
      [this.starts, this.ends, this.escaped] = [starts, ends, escaped];
    }
    return this.count++;
  }
}
