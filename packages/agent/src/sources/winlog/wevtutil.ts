import { execFile } from 'node:child_process';
import { type Start, type Subscription, type WevtApi, WevtError } from './api.ts';

/** Runs a program of Windows to its end. Rejects with a WevtError that has its exit status. */
export type Run = (program: string, args: readonly string[]) => Promise<string>;

const MOST_BYTES = 64 * 1024 * 1024;
const POLL_MS = 1_000;

export const runProgram: Run = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { encoding: 'utf8', maxBuffer: MOST_BYTES, windowsHide: true, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new WevtError(Number(error.code ?? -1), `${program}: ${stderr.trim().slice(0, 300) || error.message}`),
          );
      },
    );
  });

/**
 * Where koffi is not installed: `wevtutil qe` asks again and again for what lies behind a record. It knows no strict bookmarks: whether the
 * record itself is still there is asked before.
 */
export function wevtutil(run: Run, program = 'wevtutil.exe', sleep = later): WevtApi {
  const query = async (channel: string, where: string, most: number, isNewestFirst = false): Promise<string[]> => {
    const args = ['qe', channel, `/q:${where}`, '/f:xml', '/e:Events', `/c:${most}`, `/rd:${isNewestFirst}`];
    return eventsIn(await run(program, args));
  };
  return {
    name: 'wevtutil',
    async subscribe(channel, asked, start): Promise<Subscription> {
      let last = await first(channel, start);
      return {
        async next(most, waitMs, signal) {
          const until = Date.now() + waitMs;
          for (;;) {
            const found = await query(channel, joined(asked, last), most);
            const record = found.length === 0 ? undefined : recordOf(found.at(-1)!);
            if (record !== undefined) last = record;
            if (found.length > 0 || signal.aborted || Date.now() >= until) return found;
            await sleep(Math.min(POLL_MS, Math.max(0, until - Date.now())), signal);
          }
        },
        close() {},
      };
    },
  };

  /** The record behind which to read; 0 for all. */
  async function first(channel: string, start: Start): Promise<bigint> {
    switch (start.kind) {
      case 'oldest':
        return 0n;
      case 'future': {
        const [newest] = await query(channel, '*', 1, true);
        return newest === undefined ? 0n : (recordOf(newest) ?? 0n);
      }
      case 'after': {
        const own = await query(channel, `*[System[EventRecordID=${start.recordId}]]`, 1);
        if (own.length === 0) throw new WevtError(1168, `record ${start.recordId} of ${channel}`);
        return start.recordId;
      }
      default:
        return start satisfies never;
    }
  }
}

/** The XPath of the configuration (`*[…]`), of what lies behind the record. */
function joined(asked: string, last: bigint): string {
  if (asked === '*') return `*[System[EventRecordID>${last}]]`;
  const own = /^\*\[(.*)\]$/s.exec(asked.trim());
  if (own === null) throw new WevtError(15001, `without koffi a query must have the form *[…]: ${asked}`);
  return `*[(${own[1]}) and System[EventRecordID>${last}]]`;
}

/** Events of a document, as they stand in it. An event's own text has no unescaped end tag. */
export function eventsIn(document: string): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    const start = document.indexOf('<Event ', at);
    if (start < 0) return found;
    const end = document.indexOf('</Event>', start);
    if (end < 0) return found;
    at = end + '</Event>'.length;
    found.push(document.slice(start, at));
  }
}

const recordOf = (text: string): bigint | undefined => {
  const match = /<EventRecordID>(\d{1,20})<\/EventRecordID>/.exec(text);
  return match === null ? undefined : BigInt(match[1]!);
};

const later = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
