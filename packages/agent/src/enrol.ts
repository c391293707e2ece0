import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ENROL_PATH,
  fingerprintOf,
  type Identity,
  identityPem,
  isPublicKey,
  newIdentity,
  readIdentity,
  signEnrolment,
} from './protocol/index.ts';
import { readIfThere, writeWhole } from './spool/files.ts';
import { post, type TlsTrust } from './uplink/connect.ts';

/** What an agent knows of its server, in `enrolment.json`. */
export interface Enrolment {
  readonly server: string;
  /** The server's name for this agent. */
  readonly agent: string;
  readonly serverKey: string;
  /** Under which it enrolled: the server takes events of this host. */
  readonly host: string;
  readonly trust: TlsTrust;
  /** With which the server signs responses; absent where it did not say. */
  readonly respondKey?: string;
}

export class EnrolError extends Error {
  override readonly name = 'EnrolError';
  readonly code: 'refused' | 'wrong-server' | 'no-answer';

  constructor(code: EnrolError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const KEY = 'identity.pem';
const ENROLMENT = 'enrolment.json';

/** The key pair of this folder, made when there is none. The private key never leaves it. */
export function ownIdentity(folder: string): Identity {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') chmodSync(folder, 0o700);
  const path = join(folder, KEY);
  const pem = readIfThere(path);
  if (pem !== undefined) return readIdentity(pem);
  const identity = newIdentity();
  writeWhole(path, identityPem(identity));
  return identity;
}

/** undefined before the agent is enrolled. Throws for a file that makes no sense. */
export function readEnrolment(folder: string): Enrolment | undefined {
  const text = readIfThere(join(folder, ENROLMENT));
  if (text === undefined) return undefined;
  const value = JSON.parse(text) as Enrolment;
  if (
    typeof value.server !== 'string' ||
    !isPublicKey(value.serverKey) ||
    typeof value.agent !== 'string' ||
    typeof value.host !== 'string'
  )
    throw new Error(`${join(folder, ENROLMENT)} lacks server, serverKey, agent or host`);
  if (value.respondKey !== undefined && !isPublicKey(value.respondKey))
    throw new Error(`${join(folder, ENROLMENT)}: respondKey is no key`);
  return { ...value, trust: value.trust ?? {} };
}

/**
 * Exchanges the token for an identity of this host's own: the server learns the public key, and this side the server's. To do it again with the
 * same token after an answer was lost gives the same. Rejects with an EnrolError.
 */
export async function enrol(options: {
  readonly folder: string;
  readonly server: URL;
  readonly trust: TlsTrust;
  readonly secret: string;
  readonly host: string;
  readonly version: string;
  /** As the server's administrator reads it; undefined when nobody compares. */
  readonly serverFingerprint?: string;
}): Promise<Enrolment> {
  const { folder, server, trust, secret, host, version, serverFingerprint } = options;
  const identity = ownIdentity(folder);
  const body = { publicKey: identity.publicKey, proof: signEnrolment(identity, secret), host, version };
  let answer: Awaited<ReturnType<typeof post>>;
  try {
    answer = await post(new URL(ENROL_PATH, server), trust, { authorization: `Bearer ${secret}` }, body);
  } catch (cause) {
    throw new EnrolError('no-answer', (cause as Error).message, cause);
  }
  const said = (answer.body ?? {}) as {
    agent?: unknown;
    serverKey?: unknown;
    respondKey?: unknown;
    error?: { message?: unknown };
  };
  if (answer.status !== 201)
    throw new EnrolError('refused', `${answer.status} ${String(said.error?.message ?? '')}`.trim());
  if (typeof said.agent !== 'string' || !isPublicKey(said.serverKey))
    throw new EnrolError('wrong-server', 'the answer is not that of a Haetae server');
  if (serverFingerprint !== undefined && fingerprintOf(said.serverKey) !== serverFingerprint.toLowerCase())
    throw new EnrolError('wrong-server', `the server's key is another one: ${fingerprintOf(said.serverKey)}`);
  const enrolment: Enrolment = {
    ...{ server: server.href, agent: said.agent, serverKey: said.serverKey, host, trust },
    ...(isPublicKey(said.respondKey) && { respondKey: said.respondKey }),
  };
  writeWhole(join(folder, ENROLMENT), `${JSON.stringify(enrolment, null, 2)}\n`);
  return enrolment;
}
