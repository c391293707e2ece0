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

/** Where senders wait for nobody. */
export const NO_BACKLOG: Backlog = { add: () => {}, items: 0, bytes: 0 };

/** Bytes behind which detection is late by nearly a second. */
const MUCH_BYTES = 16 * 1024 * 1024;
/** How long an acknowledgement is held back at most. */
const HELD_MS = 2000;
const LOOK_MS = 20;

/**
 * Waits while much is behind: senders wait for their acknowledgements before they send more, and what they do not send leaves the
 * machine to detection. There is always something to do meanwhile, so that what comes in settles at what can be stored.
 */
export async function holdBack(behind: Pick<Backlog, 'bytes'>): Promise<void> {
  for (let waited = 0; waited < HELD_MS && behind.bytes > MUCH_BYTES; waited += LOOK_MS)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
