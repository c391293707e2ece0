import type { api } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';
import { answered } from './over-http.ts';
import { reachable } from './reachable.ts';

const POLL_MS = 250;
/** What is between the server's own clock of a try and the answer to who asks. */
const SLACK_MS = 5000;

/** Plays one canary on the server of this data directory, and waits what becomes of it. Rejects with `locked` where no server answers. */
export async function askCanary(directory: string, within: number, signal: AbortSignal): Promise<api.CanaryTry> {
  const control = await reachable(directory);
  if (control === undefined) throw new StoreError('locked', directory);
  const played = (await answered(control, 'POST', '/api/lab/canary', { within })) as api.CanaryTry;
  const until = performance.now() + within * 1000 + SLACK_MS;
  for (;;) {
    const tries = (await answered(control, 'GET', '/api/lab/canary')) as api.CanaryTry[];
    const one = tries.find(({ id }) => id === played.id) ?? played;
    if (one.state !== 'waiting' || signal.aborted) return one;
    if (performance.now() > until) return { ...one, state: 'late' };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
