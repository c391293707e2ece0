/** Events and bytes between what is durable and what is detected and stored. */
export interface Backlog {
  /** A frame that became durable. */
  add(seq: number, items: number, bytes: number): void;
  readonly items: number;
  readonly bytes: number;
}

/** `stored`: the last frame that is. Frames of before this start are not counted. */
export function backlog(stored: () => number): Backlog {
  const waiting: { readonly seq: number; readonly items: number; readonly bytes: number }[] = [];
  let head = 0;
  let items = 0;
  let bytes = 0;
  const settle = (): void => {
    const seq = stored();
    // Frames become durable in order of their numbers.
    while (head < waiting.length && waiting[head]!.seq <= seq) {
      items -= waiting[head]!.items;
      bytes -= waiting[head++]!.bytes;
    }
    if (head > 4096 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
  };
  return {
    add(seq, some, size) {
      waiting.push({ seq, items: some, bytes: size });
      items += some;
      bytes += size;
      if (waiting.length % 256 === 0) settle();
    },
    get items() {
      settle();
      return items;
    },
    get bytes() {
      settle();
      return bytes;
    },
  };
}
