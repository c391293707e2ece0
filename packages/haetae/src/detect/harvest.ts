/**
 * What a detector gathered in a reading thread for what can only be said of all events together; the thread that leads is
 * handed it. `data` is plain; the buffers of `transfer` are moved, not copied.
 */
export interface Harvest {
  /** The detector that made it, and that is to be given it. */
  readonly detector: string;
  readonly data: unknown;
  readonly transfer: readonly ArrayBuffer[];
}

/** Bytes put aside, on disk where there may be many, and read again by their place. */
export interface TextStore {
  /** Where they stand. */
  append(bytes: Uint8Array): number;
  read(at: number, length: number): Uint8Array;
}

/** A store in memory, for what is small. */
export function memoryStore(): TextStore {
  const chunks: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let size = 0;
  return {
    append(bytes) {
      const at = size;
      chunks.push({ at, bytes });
      size += bytes.length;
      return at;
    },
    read(at, length) {
      let low = 0;
      let high = chunks.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (chunks[middle]!.at <= at) low = middle;
        else high = middle - 1;
      }
      const { at: begin, bytes } = chunks[low]!;
      return bytes.subarray(at - begin, at - begin + length);
    },
  };
}
