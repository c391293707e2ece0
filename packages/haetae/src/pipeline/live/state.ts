import { deserialize, serialize } from 'node:v8';
import type { SavedPassed } from '../fleet/sift/passed-on.ts';
import type { EngineCounts } from './counts.ts';
import type { SavedDedup } from './dedup/dedup.ts';
import type { SavedDetection } from './detection.ts';
import type { SavedFindings } from './findings.ts';
import type { SavedHosts } from './hosts.ts';
import type { Hour } from './hours.ts';
import type { SavedStories } from './stories.ts';

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

/** Raised when the shape changes: a state of another version is not read. */
const VERSION = 1;

export const encodeState = (state: EngineState): Uint8Array => serialize({ version: VERSION, state });

/** Throws when it is none. */
export function decodeState(bytes: Uint8Array): EngineState {
  const { version, state } = deserialize(bytes) as { version: number; state: EngineState };
  if (version !== VERSION) throw new Error(`a state of version ${version}; this Haetae knows ${VERSION}`);
  return state;
}
