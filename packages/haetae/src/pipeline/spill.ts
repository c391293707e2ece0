import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, type TextStore } from '../detect/index.ts';

/** Kept in memory before a file is made. */
const IN_MEMORY = 16_000_000;

/** A store whose bytes go to a temporary file once there are many. Call {@link Spill.dispose} afterwards, whatever happened. */
export class Spill implements TextStore {
  readonly #memory = memoryStore();
  readonly #limit: number;
  #inMemory = 0;
  #folder: string | undefined;
  #fd = -1;
  #size = 0;

  constructor(inMemory = IN_MEMORY) {
    this.#limit = inMemory;
  }

  append(bytes: Uint8Array): number {
    if (this.#fd < 0 && this.#inMemory + bytes.length <= this.#limit) {
      this.#inMemory += bytes.length;
      return this.#memory.append(bytes);
    }
    if (this.#fd < 0) {
      this.#folder = mkdtempSync(join(tmpdir(), 'haetae-spill-'));
      this.#fd = openSync(join(this.#folder, 'bytes'), 'wx+', 0o600);
    }
    const at = this.#inMemory + this.#size;
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done);
    this.#size += bytes.length;
    return at;
  }

  read(at: number, length: number): Uint8Array {
    if (at < this.#inMemory) return this.#memory.read(at, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const n = readSync(this.#fd, bytes, done, length - done, at - this.#inMemory + done);
      if (n === 0) throw new RangeError(`nothing was put aside at ${at}, length ${length}`);
      done += n;
    }
    return bytes;
  }

  dispose(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#fd = -1;
    this.#folder = undefined;
  }
}
