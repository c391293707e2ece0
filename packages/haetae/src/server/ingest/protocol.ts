import type { Token } from '../../store/index.ts';
import type { Body } from '../http/body.ts';
import type { Accepted } from '../intake.ts';

/** A request of a shipper, as a protocol sees it. */
export interface IngestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  readonly address: string;
  /** Read once, inflated, within the limits. Its bytes are valid until the request is answered. */
  body(): Promise<Body>;
}

export type Shown =
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly why: string }
  /** Too many wrong ones from this address. */
  | { readonly kind: 'slow-down'; readonly retryMs: number };

/** What a protocol asks of the server. */
export interface Gate {
  /** Holds the secrets that the request shows (in `Authorization`, where no others are given) against the ingest tokens. */
  authenticate(request: IngestRequest, secrets?: readonly string[]): Promise<Shown>;
  /** Hands the frame to the intake, and waits for room up to the hold limit before it says `busy` or `full`. */
  accept(request: IngestRequest, token: Token, frame: FrameParts): Promise<Accepted>;
  /** Which version of Elasticsearch is spoken. */
  readonly elasticVersion: string;
}

export interface FrameParts {
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly items: number;
  /** The sender's own name for where the frame begins. */
  readonly position?: string;
}

/** How a request ends. `drop`: the connection is closed without an answer, which the shipper takes for a lost one and repeats. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON. */
      readonly body?: object | string | Uint8Array;
    }
  | { readonly kind: 'drop' };

/** Answers one path; `*` is one segment of any text. */
export interface IngestRoute {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly path: string;
  /** Health of the collector may be asked by anyone; everything else needs a token. */
  readonly open?: true;
  handle(request: IngestRequest, gate: Gate): Promise<Answer> | Answer;
}

/** A way for shippers to hand over events by HTTP. One folder each; the contract test covers every member. */
export interface Protocol {
  readonly name: string;
  readonly routes: readonly IngestRoute[];
}

export const answer = (
  status: number,
  body?: object | string | Uint8Array,
  headers?: Record<string, string>,
): Answer => ({
  kind: 'answer',
  status,
  ...(body !== undefined && { body }),
  ...(headers !== undefined && { headers }),
});

/** Seconds, rounded up, as Retry-After has them. */
export const retryAfter = (retryMs: number): Record<string, string> => ({
  'retry-after': String(Math.max(1, Math.ceil(retryMs / 1000))),
});
