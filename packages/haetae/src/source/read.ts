import { destroyedText, makeHead } from './encoding/index.ts';
import { recognise } from './formats/registry.ts';
import type { Ledger, Notice } from './ledger.ts';
import type { Batch, Encoding, Format, Head, Input, ReadOptions } from './source.ts';

/** What an input turned out to be. */
export type Reading =
  | {
      readonly kind: 'log';
      readonly format: Format['name'];
      /** By its first bytes; undefined for binary formats. {@link encodingRead} tells what it came to in the end. */
      readonly encoding: Encoding | undefined;
      /** Once. */
      readonly batches: AsyncIterable<Batch>;
    }
  /** A picture, a program, a text that is no log: told in the ledger as `unknown-format`, or `empty-file`. Not an error. */
  | { readonly kind: 'not-a-log'; readonly encoding: Encoding | undefined };

/**
 * Recognises an input by its content and reads it. Nothing is read before the batches are asked for. A disk that fails
 * meanwhile ends the batches and is entered into the ledger as `read-error`.
 */
export function readInput(input: Input, options: ReadOptions, ledger: Ledger): Reading {
  if (input.head.length === 0) {
    ledger.inferred('empty-file', '0 bytes');
    return { kind: 'not-a-log', encoding: undefined };
  }
  const head = makeHead(input.head);
  const format = recognise(head);
  if (format === undefined) {
    ledger.inferred('unknown-format', describe(head));
    return { kind: 'not-a-log', encoding: head.encoding };
  }
  const encoding = format.binary === true ? undefined : head.encoding;
  const destroyed = encoding === undefined ? undefined : destroyedText(head.text, encoding);
  if (destroyed !== undefined) ledger.lost('encoding-destroyed', { kind: 'line', line: 1 }, destroyed);
  return {
    kind: 'log',
    format: format.name,
    encoding,
    batches: batchesOf(format, input, head, options, ledger),
  };
}

async function* batchesOf(
  format: Format,
  input: Input,
  head: Head,
  options: ReadOptions,
  ledger: Ledger,
): AsyncGenerator<Batch> {
  let read = 0;
  const counted: Input = {
    ...input,
    async *bytes() {
      for await (const chunk of input.bytes()) {
        read += chunk.length;
        yield chunk;
      }
    },
  };
  try {
    yield* format.read(counted, head, options, ledger);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    ledger.lost('read-error', { kind: 'offset', offset: read }, error.message);
  }
}

/** An error of the system (EIO, ENOENT, ESTALE…), not one of this program. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string';
}

/** What a person can tell an unknown content by. */
function describe(head: Head): string {
  if (head.encoding !== undefined) {
    const line = head.text
      .trimStart()
      .slice(0, 60)
      .replace(/[\u0000-\u001f\u007f].*/s, '');
    return `text that begins ${JSON.stringify(line)}`;
  }
  const first = Buffer.from(head.bytes.subarray(0, 8))
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
  return `binary, begins ${first}`;
}

/** The encoding a text was really read in: one that began as plain ASCII may have turned out to be CP949. */
export function encodingRead(atFirst: Encoding | undefined, notices: readonly Notice[]): Encoding | undefined {
  return notices.some(({ code }) => code === 'encoding-cp949') ? 'cp949' : atFirst;
}

/** The account of one input, archive or refused file: what a receipt lists. */
export interface InputReceipt {
  readonly path: string;
  readonly kind: 'log' | 'not-a-log' | 'archive' | 'refused';
  /** As they lie in the file or archive; 0 where it could not be opened. */
  readonly bytes: number;
  /** Lower-case hex; undefined where it was not asked for or could not be read. */
  readonly sha256: string | undefined;
  /** A log's format, or an archive's. */
  readonly format: string | undefined;
  readonly encoding: Encoding | undefined;
  readonly events: number;
  /** Milliseconds since 1970-01-01Z; undefined without events that tell a time. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly notices: readonly Notice[];
}

/** The receipt of what was opened, once it was read and finished. */
export function receiptOf(
  subject: {
    readonly path: string;
    readonly kind: InputReceipt['kind'];
    readonly format?: string | undefined;
    readonly encoding?: Encoding | undefined;
  },
  digest: { readonly bytes: number; readonly sha256: string | undefined },
  ledger: Ledger,
): InputReceipt {
  const notices = ledger.notices();
  return {
    path: subject.path,
    kind: subject.kind,
    bytes: digest.bytes,
    sha256: digest.sha256,
    format: subject.format,
    encoding: encodingRead(subject.encoding, notices),
    events: ledger.events,
    firstMs: Number.isFinite(ledger.firstMs) ? ledger.firstMs : undefined,
    lastMs: Number.isFinite(ledger.lastMs) ? ledger.lastMs : undefined,
    notices,
  };
}
