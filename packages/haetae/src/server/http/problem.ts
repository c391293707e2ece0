import { StoreError, type StoreErrorCode } from '../../store/index.ts';

/** Why a request cannot be answered as asked. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly at: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly at?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.at = more.at;
    this.headers = more.headers ?? {};
  }

  get response(): Response {
    const error = { code: this.code, message: this.message, ...(this.at !== undefined && { at: this.at }) };
    return Response.json({ error }, { status: this.status, headers: this.headers });
  }
}

const STATUS: Readonly<Record<StoreErrorCode, number>> = {
  taken: 409,
  conflict: 409,
  missing: 404,
  invalid: 400,
  cancelled: 400,
  timeout: 408,
  full: 507,
  locked: 503,
  'newer-schema': 503,
  damaged: 503,
  closed: 503,
};

/** The problem that an error of the rooms below is to the one who asked; undefined for one of this program. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof StoreError) return new HttpProblem(STATUS[error.code], error.code, error.message);
  // hono's own: malformed JSON, a body beyond the limit.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500)
    return new HttpProblem(
      error.status,
      'invalid',
      error.message === '' ? 'the request makes no sense' : error.message,
    );
  return undefined;
}
