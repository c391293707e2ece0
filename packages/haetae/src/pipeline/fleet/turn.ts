import { randomUUID } from 'node:crypto';
import type { Log } from '../../server/index.ts';
import type { Store, Term } from '../../store/index.ts';

/**
 * The turn is good for so long without a word, is renewed as often, and asked for as often by who waits for it. Of a process that is gone
 * the store knows sooner.
 */
const HOLD_MS = 10_000;
const RENEW_MS = 1000;
const ASK_MS = 500;

/** Which of several servers does what one alone may do. Whoever had the turn and lost it stores nothing any more. */
export interface Turn {
  /** The turn, if nobody has it. */
  now(): Promise<Term | undefined>;
  /** The turn, once nobody else has it; undefined when closed before. */
  wait(): Promise<Term | undefined>;
  /** Gives it back. */
  close(): Promise<void>;
}

/** `lost` is told once, when another server has taken over. */
export function turnOf(duty: string, { duties }: Pick<Store, 'duties'>, log: Log, lost: () => void): Turn {
  const holder = randomUUID();
  let mine: Term | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => {};
  let closed = false;
  let trouble = '';

  async function ask(): Promise<number | undefined | 'unreachable'> {
    try {
      const term = await duties.hold(duty, holder, HOLD_MS);
      trouble = '';
      return term;
    } catch (error) {
      const { message } = error as Error;
      if (message !== trouble && !closed)
        log({ level: 'warn', message: 'the turn cannot be asked for', duty, reason: message });
      trouble = message;
      return 'unreachable';
    }
  }
  async function renew(): Promise<void> {
    const term = await ask();
    // Where the store cannot be reached nobody else reaches it either, or the term tells.
    if (closed || term === 'unreachable' || term === mine?.term) return;
    clearInterval(timer);
    lost();
  }
  async function now(): Promise<Term | undefined> {
    const term = await ask();
    if (term === undefined || term === 'unreachable') return undefined;
    mine = { duty, term };
    timer = setInterval(() => void renew(), RENEW_MS);
    return mine;
  }
  return {
    now,
    async wait() {
      while (!closed) {
        const term = await now();
        if (term !== undefined) return term;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, ASK_MS);
        });
      }
      return undefined;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      wake();
      if (mine !== undefined) await duties.leave(duty, holder).catch(() => {});
    },
  };
}

/** Begins at once where nobody has the turn; else says so, and begins when it is this server's. */
export async function inTurn<T>(
  turn: Turn,
  begin: (term: Term, waited: boolean) => Promise<T>,
  {
    ends,
    log,
    failed,
    shares,
  }: {
    readonly ends: (() => unknown)[];
    readonly log: Log;
    readonly failed: (why: string) => void;
    /** It has a share of the work while it waits. */
    readonly shares: boolean;
  },
): Promise<T | 'elsewhere' | 'shared'> {
  ends.push(() => turn.close());
  const term = await turn.now();
  if (term !== undefined) return begin(term, false);
  const waits = shares
    ? 'another server joins what is found; this one has a share'
    : 'another server detects; this one stands by';
  log({ level: 'info', message: waits });
  const later = turn.wait().then(async (next) => {
    if (next === undefined) return;
    log({ level: 'info', message: 'this server detects now', term: next.term });
    await begin(next, true);
  });
  later.catch((error: Error) => failed(error.message));
  ends.push(async () => {
    await turn.close();
    await later.catch(() => {});
  });
  return shares ? 'shared' : 'elsewhere';
}
