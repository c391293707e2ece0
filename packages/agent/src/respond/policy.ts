import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTION_NAMES, type ActionName, isPublicKey } from '../protocol/index.ts';
import { COLLECTED, type Collected } from './hands.ts';

/**
 * What this host lets be done to it. It stands in a file of the host's own, which no server can write, send or change: whoever has the
 * server, and its key, has no more than this.
 */
export interface ResponsePolicy {
  readonly allow: readonly ActionName[];
  /** Public keys whose commands are taken; [] for the one that the server told at enrolment. */
  readonly keys: readonly string[];
  /** Public keys whose scripts are run. */
  readonly scriptKeys: readonly string[];
  readonly collect: readonly Collected[];
  /** What an isolated host must not reach, `address:port`: the self-test asks it. '' for its resolver. */
  readonly probe: string;
  /** Longest isolation, whatever is ordered. */
  readonly isolationMinutes: number;
}

/** Without a file: event logs may be collected, and nothing else is done. */
export const DEFAULT_POLICY: ResponsePolicy = {
  allow: ['collect-triage'],
  keys: [],
  scriptKeys: [],
  collect: ['event-logs'],
  probe: '',
  isolationMinutes: 24 * 60,
};

export const POLICY_FILE = 'respond.json';

export type ReadPolicy =
  | { readonly kind: 'policy'; readonly policy: ResponsePolicy }
  | { readonly kind: 'fault'; readonly at: string; readonly why: string };

const PROBE = /^(?:(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:]+\]):\d{1,5}$/i;

/** What the text of a policy says. Members that nobody knows are faults: a misspelt one would be without effect. */
export function readPolicy(value: unknown): ReadPolicy {
  const fault = (at: string, why: string): ReadPolicy => ({ kind: 'fault', at, why });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'not a JSON object');
  let policy = DEFAULT_POLICY;
  for (const [name, one] of Object.entries(value)) {
    const list = (test: (item: unknown) => boolean): boolean =>
      Array.isArray(one) && one.length <= 100 && one.every(test);
    switch (name) {
      case 'allow':
        if (!list((item) => ACTION_NAMES.includes(item as ActionName)))
          return fault(name, `not a list of actions; there are ${ACTION_NAMES.join(', ')}`);
        break;
      case 'keys':
      case 'scriptKeys':
        if (!list(isPublicKey)) return fault(name, 'not a list of public keys');
        break;
      case 'collect':
        if (!list((item) => COLLECTED.includes(item as Collected)))
          return fault(name, `not a list of ${COLLECTED.join(', ')}`);
        break;
      case 'probe':
        if (typeof one !== 'string' || !PROBE.test(one)) return fault(name, 'not address:port');
        break;
      case 'isolationMinutes':
        if (!Number.isSafeInteger(one) || one < 1 || one > 7 * 24 * 60)
          return fault(name, 'not a whole number from 1 to 10080');
        break;
      default:
        return fault(name, 'there is no such setting');
    }
    policy = { ...policy, [name]: one };
  }
  return { kind: 'policy', policy };
}

/** The policy of an agent's folder. A file that others may write, or that makes no sense, is a fault: nothing at all is done then. */
export function policyIn(folder: string): ReadPolicy {
  const path = join(folder, POLICY_FILE);
  try {
    const stat = lstatSync(path);
    if (!stat.isFile()) return { kind: 'fault', at: '', why: 'no plain file' };
    if (process.platform !== 'win32') {
      if ((stat.mode & 0o022) !== 0) return { kind: 'fault', at: '', why: 'others may write it' };
      if (stat.uid !== 0 && stat.uid !== process.getuid!())
        return { kind: 'fault', at: '', why: 'it belongs to another account' };
    }
    return readPolicy(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'policy', policy: DEFAULT_POLICY };
    return { kind: 'fault', at: '', why: (error as Error).message };
  }
}
