import { readFileSync } from 'node:fs';
import type { BaseOptions } from '@haetae/kafka';
import { StoreError } from '../../error.ts';

/** Where brokers are, and who one is to them. */
export interface Cluster {
  readonly brokers: readonly string[];
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl: { readonly mechanism: Mechanism; readonly username: string; readonly password: string } | undefined;
}

/** A cluster, and the names of what is ours in it. */
export interface BusPlace extends Cluster {
  /** Before the names of all topics. */
  readonly prefix: string;
  /** Copies of each record, where the topics are made by us; undefined for three, or as many as there are brokers. */
  readonly replicas: number | undefined;
  /** Of the topic of frames. With several, servers that detect share them, and a second topic joins what they make of them. */
  readonly partitions: number;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
type Mechanism = (typeof MECHANISMS)[number];
const SETTINGS = ['tls', 'ca', 'cert', 'key', 'sasl'];
const MOST_PARTITIONS = 64;
const FORM =
  'kafka://[user:password@]host:port[,host:port…][/prefix][?tls=on&ca=FILE&cert=FILE&key=FILE&sasl=scram-sha-512&replicas=3&partitions=8]';
const URL_OF_KAFKA = /^kafka:\/\/(?:([^:@/]+):([^@/]+)@)?([^/?@]+)(?:\/([^/?]*))?(?:\?(.*))?$/;

/** What a URL of Kafka says, with settings of `more` names beside those of every cluster. Files that it names are read. */
export function clusterOf(
  text: string,
  more: readonly string[],
  bad: (why: string) => StoreError,
): { readonly cluster: Cluster; readonly path: string; readonly settings: URLSearchParams } {
  const match = URL_OF_KAFKA.exec(text);
  if (match === null) throw bad('it is none of Kafka');
  const [, user, password, hosts, path = '', query = ''] = match;
  const brokers = hosts!.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:9092`));
  if (!brokers.every((broker) => /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(broker)))
    throw bad(`“${hosts}” are no addresses`);
  const settings = new URLSearchParams(query);
  for (const name of settings.keys())
    if (!SETTINGS.includes(name) && !more.includes(name)) throw bad(`“${name}” is no setting`);
  const tls = settings.get('tls');
  if (tls !== null && tls !== 'on' && tls !== 'off') throw bad(`tls is on or off, not “${tls}”`);
  const file = (name: string): Record<string, string> => {
    const at = settings.get(name);
    if (at === null) return {};
    try {
      return { [name]: readFileSync(at, 'utf8') };
    } catch (error) {
      throw bad((error as Error).message);
    }
  };
  const files = { ...file('ca'), ...file('cert'), ...file('key') };
  if (settings.has('cert') !== settings.has('key')) throw bad('cert and key need each other');
  if (tls === 'off' && Object.keys(files).length > 0) throw bad('ca, cert and key are of TLS, which is off');
  const mechanism = (settings.get('sasl') ?? 'scram-sha-512').toUpperCase() as Mechanism;
  if (!MECHANISMS.includes(mechanism))
    throw bad(`“${settings.get('sasl')}” is none of ${MECHANISMS.join(', ').toLowerCase()}`);
  if (settings.has('sasl') && user === undefined) throw bad('sasl needs a user and a password');
  const cluster = {
    brokers,
    tls: tls === 'on' || Object.keys(files).length > 0 ? files : undefined,
    sasl:
      user === undefined
        ? undefined
        : { mechanism, username: decodeURIComponent(user), password: decodeURIComponent(password!) },
  };
  return { cluster, path, settings };
}

/** What the URL of a bus says; throws `invalid`. */
export function busPlaceOf(text: string): BusPlace {
  const bad = (why: string): StoreError =>
    new StoreError('invalid', `the URL of the bus cannot be used: ${why}. Its form: ${FORM}`);
  const { cluster, path: prefix, settings } = clusterOf(text, ['replicas', 'partitions'], bad);
  if (!/^[\w.-]{0,100}$/.test(prefix)) throw bad(`“${prefix}” is no beginning of a topic's name`);
  const replicas = settings.get('replicas');
  if (replicas !== null && !/^[1-9]\d?$/.test(replicas)) throw bad(`“${replicas}” is no number of replicas`);
  const partitions = settings.get('partitions') ?? '1';
  if (!/^[1-9]\d?$/.test(partitions) || Number(partitions) > MOST_PARTITIONS)
    throw bad(`“${partitions}” is no number of partitions from 1 to ${MOST_PARTITIONS}`);
  return {
    ...cluster,
    prefix: prefix === '' ? 'haetae' : prefix,
    replicas: replicas === null ? undefined : Number(replicas),
    partitions: Number(partitions),
  };
}

/** What every client of it is made with. */
export const clientOf = ({ brokers, tls, sasl }: Cluster): BaseOptions => ({
  clientId: 'haetae',
  bootstrapBrokers: [...brokers],
  connectTimeout: 5000,
  ...(tls !== undefined && { tls: { ...tls } }),
  ...(sasl !== undefined && { sasl: { ...sasl } }),
});

/** The driver is an optional package: it is looked for here, and only when there is a bus. */
export async function kafka(): Promise<typeof import('@haetae/kafka')> {
  try {
    return await import('@haetae/kafka');
  } catch (error) {
    throw new StoreError('missing', 'a bus in Kafka needs the package @haetae/kafka: npm install @haetae/kafka', {
      cause: error,
    });
  }
}

/** What a driver promises may never come where the broker is away: it is waited for so long, and no longer. */
export async function within<T>(ms: number, what: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreError('unreachable', `the bus does not answer within ${ms / 1000} s`)),
      ms,
    );
  });
  what.catch(() => {});
  try {
    return await Promise.race([what, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a client, whatever it still waits for. */
export async function leave(client: { close(): unknown } | undefined): Promise<void> {
  try {
    await client?.close();
  } catch {
    // It is gone either way.
  }
}

/** Ends a client that something is still asked of: it may connect again for that, and is ended once more when it is over. */
export function abandon(client: { close(): unknown } | undefined, asked: Promise<unknown> | undefined): void {
  void leave(client);
  void asked?.catch(() => {}).then(() => leave(client));
}

/** Frames as they were received: in one order for all where it has one partition. */
export const receivedOf = ({ prefix }: BusPlace): string => `${prefix}.received`;
/** What those who share its partitions made of them, in one order for all. */
export const siftedOf = ({ prefix }: BusPlace): string => `${prefix}.sifted`;
/** Whether servers that detect share the work. */
export const isShared = ({ partitions }: BusPlace): boolean => partitions > 1;
/** The topic that the one reads who finds. */
export const joinedOf = (place: BusPlace): string => (isShared(place) ? siftedOf(place) : receivedOf(place));
/** What stood among them and is no frame. */
export const deadOf = ({ prefix }: BusPlace): string => `${prefix}.dead`;

/** What went wrong, in the words that a store uses, and what is to be done where that can be told. */
export function busError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const roots = [...new Map(rootsOf(error).map((root) => [root.message, root])).values()];
  const said = roots.map(({ message }) => message).join('; ');
  const hints = new Set(roots.map(hintOf).filter((hint) => hint !== ''));
  return new StoreError('unreachable', `the bus: ${[said, ...hints].join('. ')}`, { cause: error });
}

interface Root {
  readonly message: string;
  readonly code?: string;
  /** Codes of what it caused. */
  readonly above: readonly string[];
}

/** A driver tells what happened as a tree, whose trunk says no more than that it was tried. */
function rootsOf(error: unknown, above: readonly string[] = []): Root[] {
  const { message, code, cause, errors = [] } = error as AggregateError & { code?: string };
  const below = [...errors, ...(cause === undefined ? [] : [cause])];
  if (below.length > 0 && above.length < 8)
    return below.flatMap((one) => rootsOf(one, [...above, ...(code === undefined ? [] : [code])]));
  return [{ message, above, ...(code !== undefined && { code }) }];
}

const CERTIFICATE = /^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS_CERT)/;

function hintOf({ message, code = '', above }: Root): string {
  if (above.includes('PLT_KFK_AUTHENTICATION')) return 'The broker refuses the user or the password of the URL';
  if (CERTIFICATE.test(code))
    return "The broker's certificate is not vouched for under that name: ca=FILE names the certificate of who signed it";
  if (message.includes('before secure TLS')) return 'The broker speaks no TLS at that port, or wants none of ours';
  if (message === 'Connection closed')
    return 'The broker ended the connection: it may want TLS (tls=on), a user and a password, or a certificate of ours (cert=FILE, key=FILE)';
  return '';
}

/** All that a driver's error says, its causes and codes too. */
export function textOf(error: unknown): string {
  const { message, apiId, errors = [] } = error as AggregateError & { apiId?: string };
  return [message, apiId, ...errors.map(textOf)].join(' ');
}
