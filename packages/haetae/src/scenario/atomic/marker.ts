import { createHmac, randomBytes } from 'node:crypto';

/** Says which host a step runs on, which step it is and when it began; good for that step alone. */
export interface Marked {
  readonly host: string;
  /** Guid of the test, or the id of the campaign's step. */
  readonly step: string;
  readonly startedMs: number;
  /** Of this very start. */
  readonly once: string;
}

export const newOnce = (): string => randomBytes(6).toString('hex');

/**
 * What a step carries in its command line: `haetae-lab:<once>:<proof>`. The proof is made with the lab's own secret, so that nobody
 * else can have his events called a drill: a label is given only where it holds for that host and that time, and it takes nothing
 * away: findings on labelled events are made, kept and told like all others.
 */
export function markerOf(secret: string, { host, step, startedMs, once }: Marked): string {
  const proof = createHmac('sha256', secret)
    .update(JSON.stringify([host.toLowerCase(), step, startedMs, once]))
    .digest('hex');
  return `haetae-lab:${once}:${proof.slice(0, 20)}`;
}

export const MARKER = /\bhaetae-lab:([0-9a-f]{12}):([0-9a-f]{20})\b/;

/** How long after a step's end its events may still be written, in milliseconds. */
export const GRACE_MS = 60_000;

/** Whether the marker in a text is that step's, on that host, in its time. */
export function isMarkedBy(
  text: string,
  event: { readonly host: string; readonly timeMs: number },
  secret: string,
  step: Marked & { readonly endedMs: number },
): boolean {
  const found = MARKER.exec(text);
  if (found === null || found[0] !== markerOf(secret, step)) return false;
  const short = (host: string): string => host.toLowerCase().split('.', 1)[0]!;
  if (short(event.host) !== short(step.host)) return false;
  return event.timeMs >= step.startedMs - 1000 && event.timeMs <= step.endedMs + GRACE_MS;
}
