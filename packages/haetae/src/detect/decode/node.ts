import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/**
 * Unpacks a gzip, zlib or bare deflate stream to at most `maxOutput` bytes; a stream that was cut gives what it still
 * holds. Undefined when it is none, or is larger. zlib reports both by throwing, so this is the one place that catches.
 */
export function inflate(
  bytes: Uint8Array,
  format: 'gzip' | 'zlib' | 'deflate',
  maxOutput: number,
): Uint8Array | undefined {
  const options = { maxOutputLength: maxOutput, finishFlush: constants.Z_SYNC_FLUSH };
  const unpack = format === 'gzip' ? gunzipSync : format === 'zlib' ? inflateSync : inflateRawSync;
  try {
    return unpack(bytes, options);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
