import { deserialize, serialize } from 'node:v8';
import type { SavedPassed } from '../fleet/sift/passed-on.ts';
import type { EngineCounts } from './counts.ts';
import type { SavedDedup } from './dedup/dedup.ts';
import type { SavedDetection } from './detection.ts';
import type { SavedFindings } from './findings.ts';
import type { SavedHosts } from './hosts.ts';
import type { Hour } from './hours.ts';
import type { InPieces, SavedStories } from './stories.ts';

/** All that the engine remembers, as it was behind the frame `seq`. */
export interface EngineState {
  readonly seq: number;
  readonly nextEvent: number;
  readonly receivedMs: number;
  readonly signalMs: number;
  readonly counts: EngineCounts;
  readonly hours: readonly Hour[];
  readonly findings: SavedFindings;
  readonly stories: SavedStories;
  /** Absent in states that are older. */
  readonly passed?: SavedPassed;
  readonly hosts: SavedHosts;
  readonly dedup: SavedDedup;
  readonly detection: SavedDetection;
}

/** Where bytes are to be written: so many, which nobody reads any more. */
export type Room = (bytes: number) => Uint8Array;

/**
 * Raised when the shape changes: a state of a later version is not read. Of 1 it was one piece; from 2 on its pieces stand one behind the other, each
 * with its length (u32, little endian) before it: the state without what incidents are made of, then those of {@link SavedStories.live}.
 */
const VERSION = 2;
/** First byte of what v8.serialize writes; of pieces, the sign that stands there instead. */
const PIECES = 0x02;
const SERIALIZED = 0xff;

export function encodeState(state: EngineState & { readonly stories: InPieces }, room: Room): Uint8Array {
  const { stories: whole, ...rest } = state;
  const { live, ...stories } = whole;
  const first = serialize({ version: VERSION, state: { ...rest, stories } });
  const pieces = [first, ...live];
  const bytes = room(pieces.reduce((sum, piece) => sum + 4 + piece.length, 1));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  bytes[0] = PIECES;
  let at = 1;
  for (const piece of pieces) {
    view.setUint32(at, piece.length, true);
    bytes.set(piece, at + 4);
    at += 4 + piece.length;
  }
  return bytes;
}

/** Throws when it is none. */
export function decodeState(bytes: Uint8Array): EngineState {
  const [first, ...live] = bytes[0] === SERIALIZED ? [bytes] : piecesOf(bytes);
  const { version, state } = deserialize(first!) as { version: number; state: EngineState };
  if (version > VERSION) throw new Error(`a state of version ${version}; this Haetae knows ${VERSION}`);
  return version === 1 ? state : { ...state, stories: { ...state.stories, live } };
}

function piecesOf(bytes: Uint8Array): Uint8Array[] {
  if (bytes[0] !== PIECES) throw new Error('this is no state of a Haetae');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  for (let at = 1; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length > bytes.length - at - 4) throw new Error('a state that is cut off');
    pieces.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pieces;
}
