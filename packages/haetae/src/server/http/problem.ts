import { storeProblem } from '../../locale/index.ts';
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
  unreachable: 503,
  closed: 503,
};

/** The language that a request prefers of those we speak; English where it says nothing. */
export function languageOf(acceptLanguage: string | undefined): 'ko' | 'en' {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const q = rest.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { language: tag.slice(0, 2).toLowerCase(), q: q === undefined ? 1 : Number(q) };
    })
    .filter(({ language, q }) => (language === 'ko' || language === 'en') && q > 0)
    .sort((a, b) => b.q - a.q);
  return wanted[0]?.language === 'ko' ? 'ko' : 'en';
}

/** The problem that an error of the rooms below is to the one who asked; undefined for one of this program. */
export function problemOf(error: unknown, language: 'ko' | 'en' = 'en'): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof StoreError) {
    const { code, message } = error;
    return new HttpProblem(STATUS[code], code, language === 'en' ? message : storeProblem(code, message, language));
  }
  // hono's own: malformed JSON, a body beyond the limit.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500)
    return new HttpProblem(
      error.status,
      'invalid',
      error.message === '' ? 'the request makes no sense' : error.message,
    );
  return undefined;
}
