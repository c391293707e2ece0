import type { PlannedAction } from '../plan.ts';
import { type Bounds, brakeAt, HOUR_MS } from './bounds.ts';

/** Where the events of a finding came from. */
export interface Provenance {
  /** Of the token with which they came: an agent's own connection, or anything else. */
  readonly by: 'agent' | 'other';
  /** Id of that agent; '' for none. */
  readonly agent: string;
  /** Of the newest event, by its own clock and by the server's receipt. */
  readonly eventMs: number;
  readonly receivedMs: number;
  /** Marked: it is not the host for which the sender may speak, or its time is ahead, or it came before. */
  readonly doubtful: boolean;
}

/** Something that was done, or is being done. */
export interface Deed {
  readonly host: string;
  readonly playbooks: readonly string[];
  readonly atMs: number;
}

export interface Surroundings {
  readonly nowMs: number;
  /** The enrolled agent of the host that would be acted on; undefined where there is none. */
  readonly agent: string | undefined;
  /** Of the findings that pulled the trigger. */
  readonly provenance: readonly Provenance[];
  /** Of the last hour, any order. */
  readonly deeds: readonly Deed[];
  /** Enrolled hosts. */
  readonly fleet: number;
  /** Of the playbooks that ask for it, by id. */
  readonly limits: ReadonlyMap<string, { readonly perHostHour: number; readonly perHour: number }>;
}

/** Why an action waits for people. */
export type Because =
  | 'asked'
  | 'policy'
  /** Not told by the enrolled agent of the very host. */
  | 'provenance'
  | 'stale'
  | 'no-agent'
  | 'host-limit'
  | 'hour-limit'
  | 'fleet-brake';

export type Verdict =
  | { readonly kind: 'automatic' }
  | { readonly kind: 'asks'; readonly persons: 1 | 2; readonly because: readonly Because[] };

/** Whether an action may run by itself. What speaks against it is all told; with nothing against it, it runs. */
export function decide(action: PlannedAction, bounds: Bounds, around: Surroundings): Verdict {
  const because: Because[] = [];
  const since = around.nowMs - HOUR_MS;
  const deeds = around.deeds.filter(({ atMs }) => atMs > since);
  if (action.playbooks.length === 0) because.push('asked');
  if (action.persons > 0) because.push('policy');
  if (around.agent === undefined) because.push('no-agent');
  const own =
    around.provenance.length > 0 &&
    around.provenance.every((one) => one.by === 'agent' && one.agent === around.agent && !one.doubtful);
  if (!own) because.push('provenance');
  const isFresh = around.provenance.every(
    ({ eventMs, receivedMs }) => around.nowMs - eventMs < bounds.freshMs && around.nowMs - receivedMs < bounds.freshMs,
  );
  if (!isFresh) because.push('stale');
  for (const id of action.playbooks) {
    const limits = around.limits.get(id);
    const done = deeds.filter(({ playbooks }) => playbooks.includes(id));
    const onHost = done.filter(({ host }) => host === action.host).length;
    if (limits === undefined || onHost >= limits.perHostHour) because.push('host-limit');
    if (limits === undefined || done.length >= limits.perHour) because.push('hour-limit');
  }
  const hosts = new Set(deeds.map(({ host }) => host));
  hosts.add(action.host);
  if (hosts.size > brakeAt(bounds.brake, around.fleet)) because.push('fleet-brake');
  if (because.length === 0) return { kind: 'automatic' };
  return { kind: 'asks', persons: action.persons === 2 ? 2 : 1, because: [...new Set(because)] };
}

/** Who agreed, by account. */
export interface Vote {
  readonly account: string;
  readonly atMs: number;
}

/** Whether enough different accounts agreed. A playbook's persons and a session's second click are none. */
export const isApproved = (persons: number, votes: readonly Vote[]): boolean =>
  new Set(votes.map(({ account }) => account)).size >= persons;
