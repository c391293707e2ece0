import { shortHost } from '../../incident/index.ts';
import { isLike } from '../playbooks/match.ts';

/** What nothing is ever done to, whoever asks: names with `*`. */
export interface NeverList {
  /** Domain controllers, the server, hosts that must work when all else fails. */
  readonly hosts: readonly string[];
  readonly accounts: readonly string[];
  /** Single addresses and domains; a domain stands for all below it. */
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
}

/** How much may be done in an hour before everything further waits for people: an attacker who makes us act must not be the one who stops us working. */
export interface FleetBrake {
  readonly hosts: number;
  /** Of the enrolled hosts; the larger of the two counts. */
  readonly share: number;
}

export interface Bounds {
  readonly never: NeverList;
  readonly brake: FleetBrake;
  /** Events older than this make a plan and nothing more. */
  readonly freshMs: number;
  /** Until when an approval is waited for. */
  readonly waitMs: number;
}

/** Names that many networks have: what updates and protects the host stays reachable. */
const UPDATES = [
  'windowsupdate.com',
  'update.microsoft.com',
  'delivery.mp.microsoft.com',
  'wdcp.microsoft.com',
  'smartscreen.microsoft.com',
  'microsoftonline.com',
  'digicert.com',
  'debian.org',
  'ubuntu.com',
  'redhat.com',
];

export const DEFAULT_BOUNDS: Bounds = {
  never: { hosts: [], accounts: [], addresses: [], domains: UPDATES },
  brake: { hosts: 3, share: 0.02 },
  freshMs: 10 * 60_000,
  waitMs: 60 * 60_000,
};

export const HOUR_MS = 3_600_000;

/** How many hosts of a fleet may be acted on in an hour. */
export const brakeAt = ({ hosts, share }: FleetBrake, fleet: number): number =>
  Math.max(hosts, Math.floor(fleet * share));

export function isNever(never: NeverList, kind: 'host' | 'account' | 'address' | 'domain', value: string): boolean {
  switch (kind) {
    case 'host':
      return never.hosts.some((glob) => isLike(value, glob) || isLike(shortHost(value), glob));
    case 'account':
      return never.accounts.some((glob) => isLike(value, glob));
    case 'address':
      return never.addresses.includes(value);
    case 'domain': {
      const name = value.toLowerCase();
      return never.domains.some((one) => name === one.toLowerCase() || name.endsWith(`.${one.toLowerCase()}`));
    }
    default:
      return kind satisfies never;
  }
}
