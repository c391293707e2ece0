import type { UnixMs } from './event.ts';

/** What a Sysmon ProcessGuid says. */
export interface ProcessGuidParts {
  /** The host: 8 lower-case hex digits, the same for every process Sysmon saw on it (taken from the machine's GUID or SID). */
  readonly hostId: string;
  /** When the process started, in whole seconds. */
  readonly startTime: UnixMs;
  /** The rest, 16 lower-case hex digits: it tells processes of one second apart (a token id, or a count in newer Sysmon). */
  readonly token: string;
}

export type ProcessGuidResult =
  | ({ readonly ok: true } & ProcessGuidParts)
  | { readonly ok: false; readonly error: 'malformed' | 'empty' | 'implausible'; readonly message: string };

/** Sysmon 1 appeared in August 2014; a start before 2000 or after 2100 is no time. */
const EARLIEST = Date.UTC(2000, 0, 1) / 1000;
const LATEST = Date.UTC(2100, 0, 1) / 1000;
const GUID = /^\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?$/i;

/**
 * Host and start time out of a Sysmon ProcessGuid, `{c00189fc-4636-6859-a85a-000000006900}`: the first group is the host,
 * the third the high and the second the low half of the start in seconds since 1970 (0x68594636 = 2025-06-23T12:19:02Z).
 * The null GUID, which Sysmon writes where it knows no process, is an error of its own.
 */
export function processGuid(guid: string): ProcessGuidResult {
  const match = GUID.exec(guid.trim());
  if (match === null) return { ok: false, error: 'malformed', message: `not a GUID: ${guid.slice(0, 60)}` };
  const [, host, low, high, rest, end] = match as unknown as [string, string, string, string, string, string];
  if (/^[0-]+$/.test(guid.replace(/[{}\s]/g, ''))) {
    return { ok: false, error: 'empty', message: 'the null GUID names no process' };
  }
  const seconds = Number.parseInt(high + low, 16);
  if (seconds < EARLIEST || seconds >= LATEST) {
    return {
      ok: false,
      error: 'implausible',
      message: `start time ${seconds} s is before 2000 or after 2100: ${guid}`,
    };
  }
  return {
    ok: true,
    hostId: host.toLowerCase(),
    startTime: (seconds * 1000) as UnixMs,
    token: (rest + end).toLowerCase(),
  };
}
