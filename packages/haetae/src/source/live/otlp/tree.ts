/** OTLP logs as plain values, whichever encoding they came in: opentelemetry/proto/logs/v1/logs.proto. */
export interface OtlpRecord {
  /** Nanoseconds since 1970 as decimal text; '' or '0' where not told. */
  readonly time: string;
  readonly observed: string;
  readonly severity: string;
  /** An AnyValue as JSON has it: text, number, boolean, list, object; integers beyond 2^53 are text. */
  readonly body: unknown;
  readonly attributes: Record<string, unknown>;
}

export interface OtlpResource {
  readonly attributes: Record<string, unknown>;
  readonly records: readonly OtlpRecord[];
}

/** An object that may hold any name, `__proto__` too. */
export const emptyObject = (): Record<string, unknown> => Object.create(null);
