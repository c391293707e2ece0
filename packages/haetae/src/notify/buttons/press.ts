import type { UnixMs } from '@haetae/event';
import type { Role, Store, Triage, User } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import { readButton } from './sign.ts';

/** A press, as it came from outside. Nothing in it is believed but what we signed. */
export interface Press {
  /** Of our file of channels. */
  readonly channel: string;
  readonly value: string;
  /** Who pressed, as Slack names them. */
  readonly user: string;
}
export type PressOutcome =
  | 'done'
  /** Somebody did so before. */
  | 'already'
  | 'expired'
  | 'forged'
  /** No account is named for this user of Slack. */
  | 'unknown'
  /** The account may not. */
  | 'role'
  | 'missing'
  | 'failed';

export interface PressParts {
  readonly store: Pick<Store, 'users' | 'incidents' | 'audit'>;
  readonly key: Uint8Array;
  readonly people: ReadonlyMap<string, string>;
  readonly now: () => number;
  /** The incident was changed. */
  readonly changed: () => void;
}

const MAY: readonly Role[] = ['analyst', 'responder', 'admin'];
const TRIES = 3;

/** Does what a button says, in the name of the account that the file of channels gives to who pressed it; each press is written down. */
export async function press(parts: PressParts, { channel, value, user: slackUser }: Press): Promise<PressOutcome> {
  const { store, key, people, now } = parts;
  const read = readButton(key, value, channel, now());
  const name = people.get(slackUser);
  const account = name === undefined ? undefined : await store.users.byName(name);
  const audit = (outcome: PressOutcome, object: string, detail: Record<string, string>): Promise<unknown> =>
    store.audit.append({
      timeMs: now() as UnixMs,
      actor: account?.id ?? '',
      actorName: account?.name ?? '',
      action: `slack.${outcome}`,
      object,
      address: '',
      detail: { channel, slackUser: slackUser.slice(0, 40), ...detail },
    });
  const refuse = async (outcome: PressOutcome, object = ''): Promise<PressOutcome> => {
    await audit(outcome, object, {});
    return outcome;
  };
  if (read.kind !== 'good') return refuse(read.kind);
  const { action, incident } = read;
  if (account === undefined) return refuse('unknown', incident);
  if (!isActive(account) || !MAY.includes(account.role)) return refuse('role', incident);
  const change: Partial<Triage> =
    action === 'acknowledge' ? { status: 'open', assignee: account.id } : { status: 'closed', verdict: 'benign' };
  for (let i = 0; i < TRIES; i++) {
    const found = await store.incidents.get(incident);
    if (found === undefined) return refuse('missing', incident);
    if (found.status === 'closed' || (action === 'acknowledge' && found.assignee !== null && found.status === 'open'))
      return 'already';
    try {
      await store.incidents.triage(incident, found.version, change, account.id, now() as UnixMs);
      await audit('done', incident, { button: action });
      parts.changed();
      return 'done';
    } catch (error) {
      // Somebody, or the reader, changed it in between: looked at again.
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
    }
  }
  return 'failed';
}

const isActive = (user: User): boolean => !user.disabled;
