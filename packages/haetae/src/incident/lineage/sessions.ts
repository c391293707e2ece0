import { baseName, compare } from '../text.ts';
import type { Mark, SessionTrace, Trace } from '../trace/trace.ts';
import type { Node } from './node.ts';

/** A logon session of one host, between two starts of it: Windows counts its ids anew at each. */
export interface Session {
  readonly key: string;
  readonly host: string;
  readonly logonId: string;
  /** Windows logon type; NaN when no 4624 tells it. */
  type: number;
  user: string;
  address: string;
  port: string;
  workstation: string;
  logonGuid: string;
  fromMs: number;
  /** A desktop runs in it: it holds all that a person does all day. */
  desktop: boolean;
  /** A shell of Windows Remote Management runs in it. */
  remoteShell: boolean;
}

/** Of the machine itself: local system, local service, network service, and the anonymous logon. */
const WELL_KNOWN: ReadonlySet<string> = new Set(['0x3e7', '0x3e4', '0x3e5', '0x3e3', '0x3e6']);
/** Whether it is a session of an account, and not the machine's own. */
export const isOwnSession = (logonId: string): boolean => logonId !== '' && !WELL_KNOWN.has(logonId);

/** Two signs of one start (Kernel-General 12, EventLog 6005) lie no farther apart. */
const ONE_BOOT_MS = 5 * 60_000;
const DESKTOP: ReadonlySet<string> = new Set([
  'explorer.exe',
  'userinit.exe',
  'sihost.exe',
  'taskhostw.exe',
  'dwm.exe',
]);

export class Sessions {
  readonly #byKey = new Map<string, Session>();
  /** A split token has two ids; both are the session of the one that was told first. */
  readonly #linked = new Map<string, string>();
  readonly #boots = new Map<string, number[]>();
  readonly #hostOf: (name: string) => string;

  constructor(traces: readonly Trace[], hostOf: (name: string) => string) {
    this.#hostOf = hostOf;
    for (const { marks } of traces) for (const mark of marks) this.#boot(mark);
    for (const times of this.#boots.values()) times.sort((a, b) => a - b);
    const told = traces.flatMap(({ sessions }) => sessions);
    told.sort((a, b) => a.timeMs - b.timeMs || compare(a.host, b.host) || compare(a.logonId, b.logonId));
    for (const session of told) this.#logon(session);
  }

  get all(): Iterable<Session> {
    return this.#byKey.values();
  }

  /** What runs in a session says what kind it is, where its logon is not in the logs. */
  note(node: Node): void {
    const name = baseName(node.image);
    if (name !== 'wsmprovhost.exe' && !DESKTOP.has(name)) return;
    const session = this.of(node.host, node.logonId, node.since);
    if (session === undefined) return;
    if (name === 'wsmprovhost.exe') session.remoteShell = true;
    else session.desktop = true;
  }

  /** undefined without an id, and for the sessions of the machine itself, which join nothing. */
  of(host: string, logonId: string, timeMs: number): Session | undefined {
    if (!isOwnSession(logonId)) return undefined;
    return this.#get(host, logonId, timeMs);
  }

  #get(host: string, logonId: string, timeMs: number): Session {
    const own = `${host}|${this.#bootAt(host, timeMs)}|${logonId}`;
    const key = this.#linked.get(own) ?? own;
    let session = this.#byKey.get(key);
    if (session === undefined) {
      session = {
        ...{ key, host, logonId, type: Number.NaN, user: '', address: '', port: '', workstation: '', logonGuid: '' },
        ...{ fromMs: timeMs, desktop: false, remoteShell: false },
      };
      this.#byKey.set(key, session);
    }
    return session;
  }

  #boot({ kind, host, timeMs }: Mark): void {
    if (kind !== 'boot' || Number.isNaN(timeMs)) return;
    const name = this.#hostOf(host);
    const times = this.#boots.get(name);
    if (times === undefined) this.#boots.set(name, [timeMs]);
    else times.push(timeMs);
  }

  #bootAt(host: string, timeMs: number): number {
    let n = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const at of this.#boots.get(host) ?? []) {
      if (at > timeMs) break;
      if (at - last > ONE_BOOT_MS) n++;
      last = at;
    }
    return n;
  }

  #logon(told: SessionTrace): void {
    const host = this.#hostOf(told.host);
    if (WELL_KNOWN.has(told.logonId)) return;
    if (told.linkedId !== '') {
      const boot = this.#bootAt(host, told.timeMs);
      const other = `${host}|${boot}|${told.linkedId}`;
      if (this.#byKey.has(other)) this.#linked.set(`${host}|${boot}|${told.logonId}`, this.#linked.get(other) ?? other);
    }
    const session = this.#get(host, told.logonId, told.timeMs);
    if (!Number.isNaN(session.type)) return;
    session.type = told.type;
    session.user = told.user;
    session.address = told.address;
    session.port = told.port;
    session.workstation = told.workstation;
    session.logonGuid = told.logonGuid;
    session.fromMs = told.timeMs;
  }
}

/** Network, batch job, clear-text network, other credentials: made for one purpose. */
const SHORT: ReadonlySet<number> = new Set([3, 4, 8, 9]);

/** Whether all that a session holds serves one purpose, so that two findings in it belong together. */
export function joins({ type, desktop, remoteShell }: Session): boolean {
  if (Number.isNaN(type)) return remoteShell && !desktop;
  return SHORT.has(type) && !desktop;
}

/** Whether it came from another host. Windows Remote Management tells no address. */
export function isRemote({ address, remoteShell }: Pick<Session, 'address' | 'remoteShell'>): boolean {
  return remoteShell || !/^(127\.|::1$|$|0\.0\.0\.0$)/.test(address);
}
