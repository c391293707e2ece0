import { readFileSync } from 'node:fs';
import { StoreError } from '../store/index.ts';

/** An OpenSearch, and what of it is ours. */
export interface SinkPlace {
  /** Without user and password. */
  readonly node: string;
  readonly auth: { readonly username: string; readonly password: string } | undefined;
  readonly ca: string | undefined;
  /** Before the names of all indices. */
  readonly prefix: string;
  /** What is stored already is written too. */
  readonly all: boolean;
  /** The template of the indices is made by us. */
  readonly template: boolean;
}

const FORM = 'https://[user:password@]host[:port][/prefix][?ca=FILE&from=all|new&template=on|off]';

/** What the URL of an OpenSearch says; throws `invalid`, without what is secret. The file that it names is read. */
export function sinkPlaceOf(text: string): SinkPlace {
  const bad = (why: string): StoreError =>
    new StoreError('invalid', `the URL of OpenSearch cannot be used: ${why}. Its form: ${FORM}`);
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw bad('it is none of http or https');
  const url = new URL(text);
  const prefix = url.pathname.replace(/^\/|\/$/g, '') || 'haetae';
  // The names of indices: lower case, and nothing of which a pattern is made.
  if (!/^[a-z\d][a-z\d._-]{0,99}$/.test(prefix)) throw bad(`“${prefix}” is no beginning of an index's name`);
  const settings = url.searchParams;
  const one = <T extends string>(name: string, ...of: readonly [T, ...T[]]): T => {
    const value = settings.get(name) ?? of[0];
    if (!of.includes(value as T)) throw bad(`${name} is ${of.join(' or ')}, not “${value}”`);
    return value as T;
  };
  for (const name of settings.keys())
    if (!['ca', 'from', 'template'].includes(name)) throw bad(`“${name}” is no setting`);
  const ca = settings.get('ca');
  if (ca !== null && url.protocol !== 'https:') throw bad('ca is of TLS: https://…');
  let decoded: readonly [string, string];
  try {
    decoded = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  } catch {
    throw bad('what is special in user and password is written as %XX');
  }
  return {
    node: url.origin,
    auth: url.username === '' ? undefined : { username: decoded[0], password: decoded[1] },
    ca: ca === null ? undefined : readCa(ca, bad),
    prefix,
    all: one('from', 'all', 'new') === 'all',
    template: one('template', 'on', 'off') === 'on',
  };
}

function readCa(path: string, bad: (why: string) => StoreError): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw bad((error as Error).message);
  }
}
