import type { PlainEvent } from '@haetae/event';
import { materialise } from '@haetae/event';
import { makeHead } from '../../encoding/index.ts';
import { Ledger } from '../../ledger.ts';
import type { Format } from '../../source.ts';

/** What a format made of a text: for tests. */
export interface ReadText {
  readonly events: readonly PlainEvent[];
  /** `kind code: detail of the first`, in the order they came. */
  readonly notices: readonly string[];
  readonly sniffed: boolean;
}

/** Reads a text (UTF-8) or bytes in pieces of `piece` bytes. */
export async function readText(
  format: Format,
  content: string | Uint8Array,
  { piece = 65_536, timeZone = 'Asia/Seoul' } = {},
): Promise<ReadText> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const head = makeHead(bytes.subarray(0, 65_536));
  const ledger = new Ledger();
  const events: PlainEvent[] = [];
  const input = {
    path: 'test',
    size: bytes.length,
    head: head.bytes,
    async *bytes() {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    },
  };
  for await (const batch of format.read(input, head, { timeZone }, ledger))
    for (const event of batch.events) events.push(materialise(event));
  const notices = ledger.notices().map(({ kind, code, examples }) => `${kind} ${code}: ${examples[0]!.detail}`);
  return { events, notices, sniffed: format.sniff(head) };
}
