import type { ChannelStatus, NotifyConfig } from '../../notify/index.ts';
import type { api, OidcSettings, Log as ServerLog, TopicSource } from '../../server/index.ts';
import type { SinkPlace } from '../../sink/index.ts';
import type { FleetOptions } from '../fleet/fleet.ts';
import type { EngineStatus } from './engine-protocol.ts';
import type { Listener, Taking } from './inputs.ts';
import type { ReportSchedule } from './reporting.ts';
import type { RespondOptions } from './responses/open.ts';
import type { RulesLoaded, RulesWanted } from './rules-load.ts';

export interface ServeOptions {
  /** Everything that is kept lies below it. */
  readonly directory: string;
  /** Of a database in which what is stored lies instead; remembered. */
  readonly storeUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly publicUrl?: string;
  /** The identity provider through which users may log in. */
  readonly oidc?: OidcSettings;
  readonly syslog: readonly Omit<Listener, 'tls'>[];
  /** Networks from which syslog may come; [] for any. */
  readonly syslogFrom: readonly string[];
  /** Folders into which logs are dropped. */
  readonly watch: readonly string[];
  /** Topics of Kafka that others write. */
  readonly topics: readonly TopicSource[];
  readonly rules: Omit<RulesWanted, 'before' | 'local'>;
  /** Files and folders of exceptions. */
  readonly exceptions: readonly string[];
  readonly baseline?: Uint8Array;
  readonly latenessMs: number;
  readonly timeZone: string;
  /** Of what it says at its start. */
  readonly language: 'ko' | 'en';
  /** How agents behave, in the words of their `agent.json`. */
  readonly agentConfig?: object;
  /** Without it responses are planned for whoever asks, and nothing is sent. */
  readonly respond?: RespondOptions;
  /** One of several servers: what it does, and where it meets the others. Its store is in a database. */
  readonly fleet?: FleetOptions;
  /** An OpenSearch into which what is stored is written too. */
  readonly sink?: SinkPlace;
  /** Off: events are detected and not stored. */
  readonly keep: boolean;
  readonly retention: { readonly days?: number; readonly bytes?: number };
  /** Reports that are written by themselves; without it none are. */
  readonly reports?: ReportSchedule;
  readonly version: string;
  readonly log: ServerLog;
  readonly now: () => number;
  /** Who is told of incidents; without it nobody ever is. The file is read again when it changes, or comes. */
  readonly notify?: { readonly path: string; readonly config: NotifyConfig | undefined };
  /** Folder of the built dashboard; without it only the API is served. */
  readonly pages?: string;
  /** What the folder holds, where it is thrown away at the end: the pages say so. */
  readonly shows?: api.Shows;
  /** Logs that are taken in at the start. */
  readonly take?: Taking;
  /** Compiled threads, where they do not lie beside this file. */
  readonly bundle?: URL;
}

export interface Detecting {
  readonly status: EngineStatus;
  readonly rules: RulesLoaded;
  readonly restored: boolean;
}

export interface Serving {
  readonly url: string;
  readonly setupUrl: string | undefined;
  readonly inputs: readonly string[];
  /** By which people are told of incidents. */
  readonly channels: readonly ChannelStatus[];
  /** Resolves once what was to be taken in at the start is: with the number of its events. */
  readonly taken: Promise<{ readonly events: number }>;
  /** Resolves once events are detected, or by which other server; rejects when that cannot be. */
  readonly detecting: Promise<Detecting | 'elsewhere' | 'shared'>;
  /** Resolves when it cannot go on, with the reason. */
  readonly failed: Promise<string>;
  /** `left`: the database did not answer, and what waits for it is left behind; the process is to end itself. */
  close(): Promise<'whole' | 'left'>;
}
