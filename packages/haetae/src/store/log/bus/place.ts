import { readFileSync } from 'node:fs';
import type { BaseOptions } from '@haetae/kafka';
import { StoreError } from '../../error.ts';

/** A cluster, and the names of what is ours in it. */
export interface BusPlace {
  readonly brokers: readonly string[];
  /** Before the names of all topics. */
  readonly prefix: string;
  /** Copies of each record, where the topics are made by us; undefined for three, or as many as there are brokers. */
  readonly replicas: number | undefined;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl: { readonly mechanism: Mechanism; readonly username: string; readonly password: string } | undefined;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
type Mechanism = (typeof MECHANISMS)[number];
const SETTINGS = ['tls', 'ca', 'cert', 'key', 'sasl', 'replicas'];
const FORM =
  'kafka://[user:password@]host:port[,host:port…][/prefix][?tls=on&ca=FILE&cert=FILE&key=FILE&sasl=scram-sha-512&replicas=3]';
const URL_OF_KAFKA = /^kafka:\/\/(?:([^:@/]+):([^@/]+)@)?([^/?@]+)(?:\/([^/?]*))?(?:\?(.*))?$/;

/** What a URL says; throws `invalid`. Files that it names are read. */
export function busPlaceOf(text: string): BusPlace {
  const bad = (why: string): StoreError =>
    new StoreError('invalid', `the URL of the bus cannot be used: ${why}. Its form: ${FORM}`);
  const match = URL_OF_KAFKA.exec(text);
  if (match === null) throw bad('it is none of Kafka');
  const [, user, password, hosts, prefix = '', query = ''] = match;
  const brokers = hosts!.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:9092`));
  if (!brokers.every((broker) => /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(broker)))
    throw bad(`“${hosts}” are no addresses`);
  if (!/^[\w.-]{0,100}$/.test(prefix)) throw bad(`“${prefix}” is no beginning of a topic's name`);
  const settings = new URLSearchParams(query);
  for (const name of settings.keys()) if (!SETTINGS.includes(name)) throw bad(`“${name}” is no setting`);
  const file = (name: string): Record<string, string> => {
    const path = settings.get(name);
    if (path === null) return {};
    try {
      return { [name]: readFileSync(path, 'utf8') };
    } catch (error) {
      throw bad((error as Error).message);
    }
  };
  const files = { ...file('ca'), ...file('cert'), ...file('key') };
  const mechanism = (settings.get('sasl') ?? 'scram-sha-512').toUpperCase() as Mechanism;
  if (!MECHANISMS.includes(mechanism))
    throw bad(`“${settings.get('sasl')}” is none of ${MECHANISMS.join(', ').toLowerCase()}`);
  if (settings.has('sasl') && user === undefined) throw bad('sasl needs a user and a password');
  const replicas = settings.get('replicas');
  if (replicas !== null && !/^[1-9]\d?$/.test(replicas)) throw bad(`“${replicas}” is no number of replicas`);
  return {
    brokers,
    prefix: prefix === '' ? 'haetae' : prefix,
    replicas: replicas === null ? undefined : Number(replicas),
    tls: settings.get('tls') === 'on' || Object.keys(files).length > 0 ? files : undefined,
    sasl:
      user === undefined
        ? undefined
        : { mechanism, username: decodeURIComponent(user), password: decodeURIComponent(password!) },
  };
}

/** What every client of it is made with. */
export const clientOf = ({ brokers, tls, sasl }: BusPlace): BaseOptions => ({
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

/** Frames as they were received, in one order for all. */
export const receivedOf = ({ prefix }: BusPlace): string => `${prefix}.received`;
/** What stood among them and is no frame. */
export const deadOf = ({ prefix }: BusPlace): string => `${prefix}.dead`;

/** What went wrong, in the words that a store uses. */
export function busError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { message } = error as Error;
  const causes = ((error as AggregateError).errors ?? []).map((one: unknown) => (one as Error).message);
  return new StoreError('unreachable', `the bus: ${[message, ...new Set(causes)].join(' ')}`, { cause: error });
}

/** All that a driver's error says, its causes and codes too. */
export function textOf(error: unknown): string {
  const { message, apiId, errors = [] } = error as AggregateError & { apiId?: string };
  return [message, apiId, ...errors.map(textOf)].join(' ');
}
