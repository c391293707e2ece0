import type { Incident } from '../../packages/haetae/src/server/api.ts';
import { pause } from '../chaos/serve.ts';
import { all, ask, type Door } from '../lab/campaign.ts';

/** Longer than incidents wait for more of what they are made of. */
const QUIET_MS = 7000;
const STORED_MS = 300_000;

/** What is sent at once. */
export interface Body {
  /** How the sender calls it, so that it is known when it comes again. */
  readonly position: string;
  readonly lines: number;
  readonly text: string;
}
/** Recorded events, read when it is their turn. */
export type Recorded = () => Promise<readonly Body[]>;

export interface PlayOptions {
  readonly what: string;
  /** Called while a set is sent; gives the name of what it did. */
  during?(at: { readonly set: number; readonly day: number; readonly isFirst: boolean }): Promise<string | undefined>;
  /** Called with that name when the next day begins; waited for at that day's end. */
  behind?(trouble: string): Promise<void>;
}

/**
 * Sends days of recorded logs, set by set, of which no event is in two. A set waits until the one before is stored, and a day until nothing more is told of the one
 * before: in the logs weeks lie between, in which all of that would have been over.
 */
export async function play(
  days: readonly (readonly Recorded[])[],
  ingest: readonly string[],
  door: Door,
  { what, during, behind }: PlayOptions,
): Promise<number> {
  const began = performance.now();
  let [lines, turn, again, set] = [0, 0, 0, 0];
  let troubles: string[] = [];
  for (const [day, sets] of days.entries()) {
    const heard = troubles.map((trouble) => behind?.(trouble));
    troubles = [];
    for (const [i, read] of sets.entries()) {
      const bodies = await read();
      let disturbed: Promise<string | undefined> | undefined;
      for (const [n, body] of bodies.entries()) {
        if (n === Math.floor(bodies.length / 2)) disturbed = during?.({ set, day, isFirst: i === 0 });
        again += await send(ingest, turn++, door.shipper, body);
        lines += body.lines;
      }
      const trouble = await disturbed;
      if (trouble !== undefined) troubles.push(trouble);
      await stored(door, lines);
      set++;
    }
    await settled(door);
    await Promise.all(heard);
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${what}: ${lines} lines in ${turn} bodies, ${again} sent again; ${seconds} s`);
  return lines;
}

/** As shippers do: again until it is acknowledged, by whoever answers. Gives how often it was sent again. */
async function send(urls: readonly string[], turn: number, token: string, { position, text }: Body): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'x-haetae-position': position };
  for (let again = 0; ; again++) {
    const url = `${urls[(turn + again) % urls.length]}/ingest/ndjson`;
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(url, { method: 'POST', headers, body: text, signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return again;
    if (answer !== undefined && answer.status !== 429 && answer.status !== 503)
      throw new Error(`the server answered ${answer.status}`);
    await pause(100);
  }
}

async function stored(door: Door, events: number): Promise<void> {
  const began = performance.now();
  for (;;) {
    const stats = await ask<{ events: number }>(door, '/api/stats').catch(() => undefined);
    if (stats !== undefined && stats.events >= events) return;
    if (performance.now() - began > STORED_MS) throw new Error(`${stats?.events} of ${events} events are stored`);
    await pause(50);
  }
}

/** Until nothing that is told of incidents changes any more. */
async function settled(door: Door): Promise<void> {
  for (let [before, since] = ['', performance.now()]; performance.now() - since < QUIET_MS; await pause(500)) {
    const incidents = await all<Incident>(door, '/api/incidents?').catch(() => undefined);
    const now = JSON.stringify(incidents?.map(({ id, version, findings }) => [id, version, findings]));
    if (now === before && incidents !== undefined) continue;
    [before, since] = [now, performance.now()];
  }
}
