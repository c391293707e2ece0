import type { Level } from '../../incident/index.ts';
import type { Language, Zone } from '../../locale/index.ts';
import type { Redaction } from '../message/message.ts';

/** Where a secret is, never what it is. */
export type SecretPlace = { readonly from: 'env' | 'file'; readonly name: string };

/** A setting of a channel, as its type's own table says. */
export type Setting = string | number | boolean | readonly string[] | SecretPlace | Readonly<Record<string, string>>;

/** Why a channel is off. */
export type Off =
  | { readonly code: 'switched-off' }
  /** Which, and where they were looked for. */
  | { readonly code: 'secret-missing'; readonly names: readonly string[] };

export interface ChannelConfig {
  readonly name: string;
  /** A name of the registry of channels. */
  readonly type: string;
  readonly on: boolean;
  readonly language: Language;
  readonly redaction: Redaction;
  /** Channel that is told instead while this one is dead; null for none. */
  readonly fallback: string | null;
  /** Through the proxy, where the file names one. */
  readonly proxy: boolean;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** A stretch of the day, by the clock of the configuration's zone; it may reach over midnight. */
export interface DayTimes {
  /** Minutes since midnight. */
  readonly from: number;
  readonly to: number;
  /** 0 Sunday … 6 Saturday, of the day on which it begins; [] for any. */
  readonly days: readonly number[];
}

export interface RouteConfig {
  readonly name: string;
  /** Names of channels, and `on-call`. */
  readonly to: readonly string[];
  readonly level: Level;
  /** Least risk, 0–100. */
  readonly risk: number;
  /** With `*` and `?`; [] for any. */
  readonly hosts: readonly string[];
  readonly tactics: readonly string[];
  /** Only then; null for always. */
  readonly when: DayTimes | null;
  /** Held back until it is over, unless it is as bad as `except`. */
  readonly quiet: (DayTimes & { readonly except: Level }) | null;
  /** Routes behind this one are not looked at when it holds. */
  readonly last: boolean;
}

/** Who is on call changes at a time of day, by turns. */
export interface OnCall {
  readonly channels: readonly string[];
  /** When the first one's first turn begins. */
  readonly startMs: number;
  readonly turnDays: number;
}

export interface NotifyConfig {
  readonly zone: Zone;
  /** Its address, or where that is; null for none. For what goes over HTTP. */
  readonly proxy: string | SecretPlace | null;
  readonly channels: readonly ChannelConfig[];
  readonly routes: readonly RouteConfig[];
  readonly onCall: OnCall | null;
  /** What was imported, replayed or simulated is told too. */
  readonly imports: boolean;
  readonly digest: {
    /** More that wait in a channel than this are told together. */
    readonly over: number;
    /** Incidents as bad as this are told one by one all the same. */
    readonly single: Level;
    /** Between two digests. */
    readonly everyMs: number;
  };
  /** A channel that failed for so long is dead. */
  readonly deadAfterMs: number;
  /** Slack user → name of an account: who may press buttons. */
  readonly people: ReadonlyMap<string, string>;
}

export type NotifyFault =
  | 'yaml'
  | 'missing'
  | 'wrong-type'
  | 'not-a-map'
  | 'not-within'
  | 'unknown-key'
  | 'no-channel-type'
  | 'no-channel'
  | 'secret-inline'
  | 'secret-missing'
  | 'no-zone'
  | 'no-time'
  | 'no-tactic'
  | 'bad-url'
  | 'plain-http'
  | 'fallback-loop'
  | 'unused-channel'
  | 'same-name';

/** Something wrong, where it stands. `about` never holds the value of a secret. */
export interface NotifyProblem {
  readonly severity: 'error' | 'warning';
  readonly line: number;
  readonly column: number;
  readonly code: NotifyFault;
  readonly about: string;
}
