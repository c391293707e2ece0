import type { Event, UnixMs } from '@haetae/event';
import type { EntityRow, Json } from '../../store/index.ts';
import type { LogIds } from './dedup/record-ids.ts';

/** A host, under whatever names its events call it. */
export interface Host {
  /** As it was first called; events are stored under it. */
  readonly name: string;
  /** Every name, as written. */
  readonly names: string[];
  machineSid: string;
  events: number;
  firstMs: number;
  /** Of its newest event that was not ahead of our clock: its watermark. */
  newestMs: number;
  receivedMs: number;
  /** By channel as written: the record ids that came. */
  readonly logs: Map<string, LogIds>;
}

const MOST_HOSTS = 100_000;
const MOST_NAMES = 20;
const ROWS_MS = 10_000;
const MOST_CHANNELS = 2000;

const shortOf = (name: string): string => {
  const dot = name.indexOf('.');
  // An address is no name with a domain.
  return dot < 0 || /^[\d.:]+$/.test(name) ? name : name.slice(0, dot);
};

/**
 * Who is who: a host's short name and its name with a domain are one, unless two domains have that short name; a renamed
 * host stays the one it was. Beyond the bound, hosts are as they call themselves and nothing is remembered of them.
 */
export class HostBook {
  readonly #byName = new Map<string, Host>();
  /** Hosts by short names in lower case. */
  readonly #byShort = new Map<string, Host[]>();
  readonly #changed = new Set<Host>();
  #count = 0;
  #met = false;
  #rowsMs = Number.NEGATIVE_INFINITY;
  #last: Host | undefined;
  #lastName = '';

  get size(): number {
    return this.#count;
  }

  of(computer: string): Host {
    if (computer === this.#lastName && this.#last !== undefined) return this.#last;
    const host = this.#byName.get(computer) ?? this.#meet(computer);
    this.#last = host;
    this.#lastName = computer;
    return host;
  }

  /** Notes an event of the host; `ahead`: its time moves nothing. */
  saw(host: Host, event: Event, receivedMs: number, ahead: boolean): void {
    host.events++;
    host.receivedMs = receivedMs;
    const timeMs = Number.isNaN(event.timeMs) ? receivedMs : event.timeMs;
    if (!ahead && timeMs > host.newestMs) host.newestMs = timeMs;
    if (timeMs < host.firstMs) host.firstMs = timeMs;
    this.#changed.add(host);
    if (event.eventId === 6011) this.#renamed(host, event);
    else if (event.eventId === 4624) learnSid(host, event);
  }

  #meet(computer: string): Host {
    const lower = computer.toLowerCase();
    const short = shortOf(lower);
    const same = this.#byShort.get(short) ?? [];
    const known =
      same.find(({ names }) => names.some((name) => name.toLowerCase() === lower)) ?? alias(same, lower, short);
    if (known !== undefined) {
      if (known.names.length < MOST_NAMES && !known.names.includes(computer)) known.names.push(computer);
      this.#remember(computer, known);
      return known;
    }
    const host: Host = {
      name: computer,
      names: [computer],
      machineSid: '',
      events: 0,
      firstMs: Number.POSITIVE_INFINITY,
      newestMs: Number.NEGATIVE_INFINITY,
      receivedMs: 0,
      logs: new Map(),
    };
    if (this.#count < MOST_HOSTS) this.#enter(host);
    this.#met = true;
    return host;
  }

  #enter(host: Host): void {
    this.#count++;
    for (const name of host.names) this.#remember(name, host);
  }

  #remember(name: string, host: Host): void {
    if (this.#byName.size < MOST_HOSTS * 4) this.#byName.set(name, host);
    const short = shortOf(name.toLowerCase());
    const same = this.#byShort.get(short);
    if (same === undefined) this.#byShort.set(short, [host]);
    else if (!same.includes(host)) same.push(host);
  }

  /** "The NetBIOS name and DNS host name of this machine have been changed from A to B": what B sends later is this host's. */
  #renamed(host: Host, event: Event): void {
    if (event.provider !== 'EventLog' && event.provider !== 'Microsoft-Windows-EventLog') return;
    const [, to] = [...event.fields()].map(([, value]) => value).filter((value) => value !== '');
    if (to === undefined || to.length > 255 || this.#byShort.has(shortOf(to.toLowerCase()))) return;
    if (host.names.length >= MOST_NAMES) return;
    host.names.push(to);
    this.#remember(to, host);
  }

  /** Keeps a channel's log at hand. */
  keepLog(host: Host, channel: string, log: LogIds): LogIds {
    if (host.logs.size >= MOST_CHANNELS) host.logs.clear();
    host.logs.set(channel, log);
    return log;
  }

  /** Rows of the hosts that changed since they were told: at once for a host that is new, else every few seconds of receipt. */
  rows(seq: number, receivedMs: number): EntityRow[] {
    const since = receivedMs - this.#rowsMs;
    if (!this.#met && since >= 0 && since < ROWS_MS) return [];
    this.#rowsMs = receivedMs;
    this.#met = false;
    const rows = [...this.#changed].map((host): EntityRow => {
      const { name, names, machineSid, events, firstMs, newestMs, receivedMs } = host;
      const lastMs = Number.isFinite(newestMs) ? newestMs : receivedMs;
      const body: Json = { names: [...names], machineSid, events, receivedMs };
      const first = Number.isFinite(firstMs) ? firstMs : receivedMs;
      return { seq, kind: 'host', key: name, firstMs: first as UnixMs, lastMs: lastMs as UnixMs, body };
    });
    this.#changed.clear();
    return rows;
  }

  save(): SavedHosts {
    return [...new Set([...this.#byShort.values()].flat())].map(({ logs: _, ...host }) => ({
      ...host,
      names: [...host.names],
    }));
  }

  static restore(saved: SavedHosts): HostBook {
    const book = new HostBook();
    for (const host of saved) book.#enter({ ...host, names: [...host.names], logs: new Map() });
    return book;
  }
}

export type SavedHosts = readonly Omit<Host, 'logs'>[];

/** A short name is the one host that has it; a long one is the host that was called by the short name only. */
function alias(same: readonly Host[], lower: string, short: string): Host | undefined {
  if (same.length !== 1) return undefined;
  const [host] = same as [Host];
  if (lower === short) return host;
  return host.names.every((name) => !name.includes('.')) ? host : undefined;
}

const ACCOUNT_SID = /^(S-1-5-21-\d+-\d+-\d+)-\d+$/;

/** A logon by an account of the machine itself tells the machine's SID. */
function learnSid(host: Host, event: Event): void {
  if (host.machineSid !== '') return;
  const domain = event.get('TargetDomainName')?.toLowerCase();
  if (domain === undefined || domain === '' || domain !== shortOf(host.name.toLowerCase())) return;
  const sid = ACCOUNT_SID.exec(event.get('TargetUserSid') ?? '');
  if (sid !== null) host.machineSid = sid[1]!;
}
