/** Bounds of what a stranger can make the server do. Bytes and milliseconds. */
export interface HttpLimits {
  /** Body of an ingest request as it comes over the wire, and inflated. */
  readonly ingestBody: number;
  readonly ingestInflated: number;
  /** Body of an API request. */
  readonly apiBody: number;
  /** Objects and arrays within each other in the body of an API request. */
  readonly apiDepth: number;
  /** All ingest bodies in memory at once; further ones wait unread. */
  readonly inFlight: number;
  /** How long a request waits for room before it is told to come again. */
  readonly hold: number;
  /** A client has so long for its headers, for a whole request, and between two requests. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  readonly connections: number;
  /** Bytes of all headers together. */
  readonly headerSize: number;
}

export const HTTP_LIMITS: HttpLimits = {
  ingestBody: 32 * 1024 * 1024,
  ingestInflated: 64 * 1024 * 1024,
  apiBody: 1024 * 1024,
  apiDepth: 32,
  inFlight: 256 * 1024 * 1024,
  hold: 15_000,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  connections: 5_000,
  headerSize: 16 * 1024,
};
