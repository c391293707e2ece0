import type { UnixMs } from '@haetae/event';
import type { Language } from '../../locale/index.ts';
import type { Role, Store, Triage, User } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';
import type { Responses } from '../responses.ts';
import { type ButtonDeed, readButton } from './sign.ts';

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
  /** The response is not what it was when the button was shown. */
  | 'changed'
  | 'expired'
  | 'forged'
  /** No account is named for this user of Slack. */
  | 'unknown'
  /** The account may not. */
  | 'role'
  /** It takes the role responder. */
  | 'responder'
  /** The response cannot be carried out now. */
  | 'away'
  | 'missing'
  | 'failed';

export interface PressParts {
  readonly store: Pick<Store, 'users' | 'incidents' | 'audit'>;
  readonly responses: Responses | undefined;
  readonly key: Uint8Array;
  readonly people: ReadonlyMap<string, string>;
  readonly language: Language;
  readonly now: () => number;
  /** The incident was changed. */
  readonly changed: () => void;
}

const MAY: Readonly<Record<ButtonDeed['action'], readonly Role[]>> = {
  acknowledge: ['analyst', 'responder', 'admin'],
  benign: ['analyst', 'responder', 'admin'],
  approve: ['responder', 'admin'],
  deny: ['responder', 'admin'],
};
const TRIES = 3;

type Audit = (action: string, object: string, detail?: Readonly<Record<string, string>>) => Promise<unknown>;

/** Does what a button says, in the name of the account that the file of channels gives to who pressed it; each press is written down. */
export async function press(parts: PressParts, { channel, value, user: slackUser }: Press): Promise<PressOutcome> {
  const { store, key, people, now } = parts;
  const read = readButton(key, value, channel, now());
  const name = people.get(slackUser);
  const account = name === undefined ? undefined : await store.users.byName(name);
  const audit: Audit = (action, object, detail = {}) =>
    store.audit.append({
      timeMs: now() as UnixMs,
      actor: account?.id ?? '',
      actorName: account?.name ?? '',
      action,
      object,
      address: '',
      detail: { channel, slackUser: slackUser.slice(0, 40), ...detail },
    });
  const deed = read.kind === 'good' ? read.deed : undefined;
  const told = async (outcome: PressOutcome): Promise<PressOutcome> => {
    const about =
      deed === undefined ? {} : { button: deed.action, ...('response' in deed && { response: deed.response }) };
    await audit(`slack.${outcome}`, deed?.incident ?? '', about);
    return outcome;
  };
  if (read.kind !== 'good' || deed === undefined) return told(read.kind === 'good' ? 'forged' : read.kind);
  if (account === undefined) return told('unknown');
  if (account.disabled || !MAY[deed.action].includes(account.role))
    return told('response' in deed && !account.disabled ? 'responder' : 'role');
  return told('response' in deed ? await vote(parts, deed, account, audit) : await triage(parts, deed, account));
}

async function triage(
  { store, now, changed }: PressParts,
  { action, incident }: Extract<ButtonDeed, { action: 'acknowledge' | 'benign' }>,
  account: User,
): Promise<PressOutcome> {
  const change: Partial<Triage> =
    action === 'acknowledge' ? { status: 'open', assignee: account.id } : { status: 'closed', verdict: 'benign' };
  for (let i = 0; i < TRIES; i++) {
    const found = await store.incidents.get(incident);
    if (found === undefined) return 'missing';
    if (found.status === 'closed' || (action === 'acknowledge' && found.assignee !== null && found.status === 'open'))
      return 'already';
    try {
      await store.incidents.triage(incident, found.version, change, account.id, now() as UnixMs);
      changed();
      return 'done';
    } catch (error) {
      // Somebody, or the reader, changed it in between: looked at again.
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
    }
  }
  return 'failed';
}

async function vote(
  { responses, language, changed }: PressParts,
  { action, incident, response, version }: Extract<ButtonDeed, { action: 'approve' | 'deny' }>,
  { id, name }: User,
  audit: Audit,
): Promise<PressOutcome> {
  const waiting = (await responses?.waiting(incident, language)) ?? [];
  const found = waiting.find((one) => one.id === response);
  if (found === undefined || (action === 'approve' && found.votes.some(({ account }) => account === id)))
    return 'already';
  if (found.version !== version) return 'changed';
  // Written down before it is done: what nobody can look up later is not done.
  await audit(`response.${action}`, response, { version: String(version) });
  try {
    await responses!.vote(found, action, { id, name }, language);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'conflict') return 'away';
    throw error;
  }
  changed();
  return 'done';
}
