import type { Happening } from '../incident.ts';
import type { ProcessTrace, Trace } from '../trace/trace.ts';

/** A process of the lineage: what all traces and findings tell of it. */
export interface Node {
  readonly key: string;
  readonly host: string;
  readonly guid: string;
  pid: number | null;
  image: string;
  commandLine: string;
  /** In which it started; '' when not told. */
  folder: string;
  user: string;
  logonId: string;
  integrity: string;
  hashes: string;
  startMs: number | null;
  startFrom: 'event' | 'guid' | null;
  /** What lookups by process id take for the start. */
  since: number;
  endMs: number | null;
  lastMs: number;
  started: Happening | null;
  /** The same start as the other log tells it (Security beside Sysmon). */
  also: Happening | null;
  parent: Node | undefined;
  children: number;
  /** When another process with findings started a thread in it: from then on, what it starts is not started for whoever asks. */
  hijackedMs: number;
  readonly traces: { readonly of: ProcessTrace; readonly trace: Trace }[];
}

export function newNode(key: string, host: string, guid: string, pid: number | null): Node {
  return {
    key,
    host,
    guid,
    pid,
    image: '',
    commandLine: '',
    folder: '',
    user: '',
    logonId: '',
    integrity: '',
    hashes: '',
    startMs: null,
    startFrom: null,
    since: Number.NaN,
    endMs: null,
    lastMs: Number.NaN,
    started: null,
    also: null,
    parent: undefined,
    children: 0,
    hijackedMs: Number.POSITIVE_INFINITY,
    traces: [],
  };
}
