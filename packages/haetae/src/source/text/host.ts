import { processGuid } from '@haetae/event';
import type { Ledger } from '../ledger.ts';

/** Domains of accounts that every Windows has; they tell nothing of the host. */
const BUILT_IN: ReadonlySet<string> = new Set(
  [
    '',
    '-',
    'NT AUTHORITY',
    'NT-AUTORITÄT',
    'AUTORITE NT',
    'NT SERVICE',
    'NT VIRTUAL MACHINE',
    'WINDOW MANAGER',
    'FONT DRIVER HOST',
    'IIS APPPOOL',
    'BUILTIN',
    'AZUREAD',
    'MICROSOFTACCOUNT',
    'WORKGROUP',
    'APPLICATION PACKAGE AUTHORITY',
  ].map((name) => name.toUpperCase()),
);
/** Names that Windows setup gives to machines. */
const GIVEN_BY_SETUP = /^(?:DESKTOP|LAPTOP|WIN|MININT)-[A-Z0-9]{7,11}$/i;
const USER_FIELDS: ReadonlySet<string> = new Set(['User', 'ParentUser', 'SourceUser', 'TargetUser']);
const GUID_FIELDS: ReadonlySet<string> = new Set(['ProcessGuid', 'SourceProcessGuid', 'SourceProcessGUID']);

/** Names and ids come from the log; so many different ones are no help. */
const MOST_NAMES = 64;
const MOST_HOSTS = 256;

interface Host {
  /** Candidate names and how often each was seen, by why. */
  readonly machines: Map<string, number>;
  readonly domains: Map<string, number>;
}

/**
 * The host of rows that have no column for it, from what the events say: the machine's own account (`PC$`), a domain of
 * accounts that is a machine's name. Sysmon's process ids tell the hosts of one file apart, but are no names.
 */
export class HostFinder {
  readonly #ledger: Ledger;
  readonly #hosts = new Map<string, Host>();
  /** Names given once are kept: one host must not change its name within a file. */
  readonly #given = new Map<string, string>();
  #asked = false;
  #lastId = '';

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Learns from an event's fields. Gives the host's id in Sysmon's GUIDs, '' where there is none. */
  see(names: readonly string[], values: readonly string[]): string {
    let id = '';
    for (let i = 0; i < names.length && id === ''; i++) if (GUID_FIELDS.has(names[i]!)) id = this.#hostIdOf(values[i]!);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (USER_FIELDS.has(name)) this.#account(id, values[i]!);
      else if (name === 'SubjectUserName' && isSystem(values[names.indexOf('SubjectUserSid')])) {
        const account = values[i]!;
        if (account.endsWith('$') && account.length > 1) count(this.#host(id).machines, account.slice(0, -1));
      }
    }
    if (id !== '') this.#host(id);
    return id;
  }

  /** The name of the host with this id, '' when nothing tells it. */
  nameOf(id: string): string {
    this.#asked = true;
    let name = this.#given.get(id);
    if (name !== undefined) return name;
    name = this.#nameOf(id);
    if (name !== '' && this.#given.size < MOST_HOSTS) this.#given.set(id, name);
    return name;
  }

  /** Says what was concluded; once, at the end of the file. */
  finish(): void {
    if (!this.#asked) return;
    const ids = [...this.#hosts.keys()].filter((id) => id !== '');
    const told = new Map<string, string>();
    for (const id of ids.length === 0 ? [''] : ids) {
      const name = this.#nameOf(id);
      if (name === '')
        told.set(id, id === '' ? 'not told by the log' : `not told by the log; its processes' id is ${id}`);
      else told.set(name, `${name}, from ${this.#because(id, name)}`);
    }
    for (const detail of told.values()) this.#ledger.inferred('host', detail);
  }

  #hostIdOf(guid: string): string {
    if (this.#lastId !== '' && guid.length === 38 && guid.startsWith(this.#lastId, 1)) return this.#lastId;
    const parts = processGuid(guid);
    if (parts.ok) this.#lastId = parts.hostId;
    return parts.ok ? parts.hostId : '';
  }

  #account(id: string, user: string): void {
    const slash = user.indexOf('\\');
    if (slash < 1) return;
    const domain = user.slice(0, slash);
    if (BUILT_IN.has(domain.toUpperCase()) || domain.startsWith('S-1-')) return;
    count(this.#host(id).domains, domain);
  }

  #host(id: string): Host {
    let host = this.#hosts.get(id);
    if (host === undefined && this.#hosts.size >= MOST_HOSTS) return { machines: new Map(), domains: new Map() };
    if (host === undefined) {
      host = { machines: new Map(), domains: new Map() };
      this.#hosts.set(id, host);
    }
    return host;
  }

  #nameOf(id: string): string {
    const own = this.#hosts.get(id);
    const name = own === undefined ? '' : bestName(own);
    if (name !== '') return name;
    // Rows without an id belong to the one host of the file, where there is one.
    if (id !== '' && this.#hosts.size > (this.#hosts.has('') ? 2 : 1)) return '';
    const names = new Set([...this.#hosts.values()].map(bestName).filter((other) => other !== ''));
    return names.size === 1 ? [...names][0]! : '';
  }

  #because(id: string, name: string): string {
    for (const host of [this.#hosts.get(id), ...this.#hosts.values()]) {
      if (host?.machines.has(name)) return 'the account of the machine';
      if (host?.domains.has(name))
        return GIVEN_BY_SETUP.test(name) ? 'User' : 'User; it is a domain, should the machine belong to one';
    }
    return 'other rows';
  }
}

function bestName({ machines, domains }: Host): string {
  if (machines.size > 0) return mostFrequent(machines);
  const given = new Map([...domains].filter(([name]) => GIVEN_BY_SETUP.test(name)));
  return mostFrequent(given.size > 0 ? given : domains);
}

function mostFrequent(names: ReadonlyMap<string, number>): string {
  let best = '';
  let most = 0;
  for (const [name, times] of names) if (times > most) [best, most] = [name, times];
  return best;
}

function count(names: Map<string, number>, name: string): void {
  const times = names.get(name);
  if (times !== undefined) names.set(name, times + 1);
  else if (names.size < MOST_NAMES) names.set(name, 1);
}

function isSystem(sid: string | undefined): boolean {
  return sid === undefined || sid === 'S-1-5-18' || /(?:^|\\)(?:SYSTEM|시스템|システム)$/i.test(sid);
}
