import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/** An Ed25519 key pair: who an agent is to its server, and a server to its agents, whatever stands between them. */
export interface Identity {
  readonly privateKey: KeyObject;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
  /** SHA-256 of these bytes, hex: what people compare. */
  readonly fingerprint: string;
}

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PUBLIC = /^[A-Za-z0-9_-]{43}$/;

export const newIdentity = (): Identity => identityOf(generateKeyPairSync('ed25519').privateKey);

export const identityPem = ({ privateKey }: Identity): string =>
  privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;

/** Throws when it is no Ed25519 key. */
export function readIdentity(pem: string): Identity {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`a key of the type ${privateKey.asymmetricKeyType}`);
  return identityOf(privateKey);
}

function identityOf(privateKey: KeyObject): Identity {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }) as Buffer;
  const raw = spki.subarray(SPKI.length);
  return { privateKey, publicKey: raw.toString('base64url'), fingerprint: fingerprintOf(raw.toString('base64url')) };
}

export const isPublicKey = (text: unknown): text is string => typeof text === 'string' && PUBLIC.test(text);

export const fingerprintOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');

export const newNonce = (): string => randomBytes(32).toString('base64url');

/** What each side signs: everything that makes this connection this one. */
export interface Transcript {
  readonly side: 'agent' | 'server';
  readonly agentNonce: string;
  readonly serverNonce: string;
  readonly agentKey: string;
  readonly serverKey: string;
  /** Of the TLS connection (RFC 9266), so that nobody between can pass signatures on; '' where there is none, or a proxy ends it. */
  readonly binding: string;
}

const bytesOf = ({ side, agentNonce, serverNonce, agentKey, serverKey, binding }: Transcript): Buffer =>
  Buffer.from(JSON.stringify(['haetae-agent.1', side, agentNonce, serverNonce, agentKey, serverKey, binding]), 'utf8');

export const signTranscript = (transcript: Transcript, { privateKey }: Identity): string =>
  sign(null, bytesOf(transcript), privateKey).toString('base64url');

export const signedTranscript = (transcript: Transcript, signature: string, publicKey: string): boolean =>
  holds(bytesOf(transcript), signature, publicKey);

const enrolment = (publicKey: string, secret: string): Buffer =>
  Buffer.from(
    JSON.stringify(['haetae-enrol.1', publicKey, createHash('sha256').update(secret).digest('base64url')]),
    'utf8',
  );

/** That whoever shows the enrolment token also has the private key. */
export const signEnrolment = (identity: Identity, secret: string): string =>
  sign(null, enrolment(identity.publicKey, secret), identity.privateKey).toString('base64url');

export const signedEnrolment = (publicKey: string, secret: string, signature: string): boolean =>
  holds(enrolment(publicKey, secret), signature, publicKey);

export function holds(bytes: Buffer, signature: string, publicKey: string): boolean {
  if (!isPublicKey(publicKey)) return false;
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI, Buffer.from(publicKey, 'base64url')]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, bytes, key, Buffer.from(signature, 'base64url'));
  } catch {
    // No point of the curve.
    return false;
  }
}
