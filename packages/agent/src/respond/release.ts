import { join } from 'node:path';
import type { Clock } from '../sources/source.ts';
import { Bell } from '../uplink/bell.ts';
import { RespondDesk } from './desk.ts';
import type { MakeHands } from './hands.ts';
import { IsolationFile } from './isolation.ts';
import { policyIn } from './policy.ts';

export interface ReleaseOptions {
  /** The agent's. */
  readonly folder: string;
  readonly platform: string;
  readonly clock: Clock;
  readonly hands: MakeHands;
  readonly signal: AbortSignal;
}

/** The agent that enforces an isolation looks every second; one that does not run looks never. */
const WAIT_MS = 5_000;
const LOOK_MS = 200;

/** Ends an isolation at the host itself: by the agent, which tells the server of it, or, where none runs, right here. Rejects with why it goes on. */
export async function release(options: ReleaseOptions): Promise<'none' | 'released'> {
  const { folder, platform, clock, hands, signal } = options;
  const own = join(folder, 'respond');
  const file = new IsolationFile(own);
  if (file.read() === undefined) return 'none';
  file.askRelease();
  for (let waited = 0; waited < WAIT_MS && !signal.aborted; waited += LOOK_MS) {
    if (file.read() === undefined) return 'released';
    await clock.sleep(LOOK_MS, signal);
  }
  const desk = new RespondDesk({
    ...{ folder: own, agent: '', serverKey: undefined, hands, clock, news: new Bell() },
    system: platform === 'win32' ? 'windows' : 'linux',
    policy: () => policyIn(folder),
    reach: async () => false,
    isOwn: () => false,
    log: () => {},
  });
  try {
    await desk.release();
  } finally {
    desk.close();
  }
  return 'released';
}
