import { createHash, randomBytes } from 'node:crypto';

/** What a lab machine is asked; the shell answers for the real one, tests for theirs. */
export interface Machine {
  readonly system: 'windows' | 'linux' | 'macos';
  readonly host: string;
  /** Told by the system, the same until it is installed anew; '' where it tells none. */
  readonly id: string;
  readonly domain: Domain;
}

/** A domain member is somebody's work: nothing runs there, nor where it is not known. */
export type Domain =
  | { readonly kind: 'none' }
  | { readonly kind: 'member'; readonly of: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Says that somebody gave this machine to the lab. */
export interface LabToken {
  readonly haetae: 'lab.1';
  readonly host: string;
  /** Hash of the machine's id: a copied token is none. */
  readonly machine: string;
  /** Makes markers. */
  readonly secret: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export type NoLab =
  | 'no-token'
  | 'broken-token'
  | 'other-machine'
  | 'expired'
  | 'domain-member'
  | 'domain-unknown'
  | 'no-machine-id';

const machineHash = ({ id, system }: Machine): string =>
  createHash('sha256').update(`haetae-lab ${system} ${id}`).digest('hex');

export function whyNoToken({ domain, id }: Machine): NoLab | undefined {
  if (domain.kind === 'member') return 'domain-member';
  if (domain.kind === 'unknown') return 'domain-unknown';
  return id === '' ? 'no-machine-id' : undefined;
}

export const newToken = (machine: Machine, nowMs: number, days: number): LabToken => ({
  haetae: 'lab.1',
  host: machine.host,
  machine: machineHash(machine),
  secret: randomBytes(32).toString('hex'),
  createdMs: nowMs,
  expiresMs: nowMs + days * 86_400_000,
});

/** The token, where it is one for this machine, now; else why not. */
export function tokenFor(text: string | undefined, machine: Machine, nowMs: number): LabToken | NoLab {
  if (text === undefined) return 'no-token';
  const because = whyNoToken(machine);
  if (because !== undefined) return because;
  let token: Partial<LabToken> | null;
  try {
    token = JSON.parse(text) as Partial<LabToken> | null;
  } catch {
    return 'broken-token';
  }
  const { haetae, secret, expiresMs, host } = token ?? {};
  if (
    haetae !== 'lab.1' ||
    !/^[0-9a-f]{64}$/.test(secret ?? '') ||
    typeof expiresMs !== 'number' ||
    typeof host !== 'string'
  )
    return 'broken-token';
  if (token?.machine !== machineHash(machine)) return 'other-machine';
  return nowMs >= expiresMs ? 'expired' : (token as LabToken);
}
