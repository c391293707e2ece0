import { readdirSync } from 'node:fs';
import { arch, release, type as systemName } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Collector, type CollectorLine } from './collector.ts';
import { type AgentConfig, remoteConfig } from './config.ts';
import { distribution, sysmonForLinux } from './heartbeat/linux.ts';
import { channelState, sysmonState } from './heartbeat/windows.ts';
import type { ChannelState, Heartbeat, Identity } from './protocol/index.ts';
import { type DeskLine, RespondDesk } from './respond/desk.ts';
import type { MakeHands } from './respond/hands.ts';
import { isOwnAddress, reach } from './respond/network.ts';
import { policyIn } from './respond/policy.ts';
import { journald } from './sources/journald/journald.ts';
import type { Clock, EventSource } from './sources/source.ts';
import { tail } from './sources/tail/tail.ts';
import type { WevtApi } from './sources/winlog/api.ts';
import { type Run, runProgram } from './sources/winlog/wevtutil.ts';
import { winlog } from './sources/winlog/winlog.ts';
import { Spool } from './spool/spool.ts';
import { Bell } from './uplink/bell.ts';
import type { TlsTrust } from './uplink/connect.ts';
import { Bandwidth } from './uplink/pace.ts';
import { uplink } from './uplink/uplink.ts';

export interface AgentOptions {
  readonly folder: string;
  readonly server: URL;
  readonly trust: TlsTrust;
  readonly identity: Identity;
  readonly serverKey: string;
  readonly config: AgentConfig;
  readonly host: string;
  readonly version: string;
  readonly platform: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (line: AgentLine) => void;
  /** Of Windows; undefined elsewhere. */
  readonly wevt?: WevtApi;
  readonly run?: Run;
  readonly journalctl?: readonly string[];
  /** What carries out commands, and the key of the server's that they are signed with; undefined: none is taken. */
  readonly respond?: { readonly hands: MakeHands; readonly key: string | undefined };
  /** Told with each heartbeat: what `status` shows. */
  readonly status?: (status: AgentStatus) => void;
}

export type AgentLine =
  | CollectorLine
  | DeskLine
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly error: Error; readonly againMs: number }
  | { readonly kind: 'configured'; readonly config: AgentConfig }
  | { readonly kind: 'config-refused'; readonly why: string }
  | { readonly kind: 'spool-damaged'; readonly segment: string; readonly offset: number; readonly batches: number };

export interface AgentStatus {
  readonly atMs: number;
  readonly server: string;
  readonly connectedSinceMs: number | null;
  readonly lastError: string | null;
  readonly acked: number;
  readonly heartbeat: Heartbeat;
}

/** New files that a `*` stands for are looked for so often. */
const LOOK_MS = 30_000;

/** Runs until the signal: reads, keeps, forwards. Throws only when its folder cannot be used. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, host, log } = options;
  const startedMs = clock.now();
  let config = options.config;
  const spool = new Spool({
    folder: join(options.folder, 'spool'),
    maxBytes: config.spoolMegabytes * 1024 * 1024,
    whenFull: config.whenFull,
    now: clock.now,
  });
  const news = new Bell();
  const collector = new Collector({ host, spool, clock, random, news, said: log });
  const sources = new Sources(options, collector, signal);
  for (const { segment, offset, batches } of spool.damage) {
    log({ kind: 'spool-damaged', segment, offset, batches });
    if (batches === 0) continue;
    await collector.say(
      'agent',
      {
        reason: 'spool-damaged',
        count: null,
        fromRecord: null,
        toRecord: null,
        fromMs: null,
        toMs: startedMs,
        detail: `${batches} batches before ${segment}`,
      },
      signal,
    );
  }
  sources.follow(config);
  let connectedSinceMs: number | null = null;
  let lastError: string | null = null;
  const heartbeat = async (): Promise<Heartbeat> => {
    const beat = await heartbeatOf(options, config, collector, spool, startedMs);
    options.status?.({
      atMs: clock.now(),
      server: options.server.href,
      connectedSinceMs,
      lastError,
      acked: spool.acked,
      heartbeat: beat,
    });
    return beat;
  };
  const outcomes = new Bell();
  const desk =
    options.respond === undefined
      ? undefined
      : new RespondDesk({
          folder: join(options.folder, 'respond'),
          system: options.platform === 'win32' ? 'windows' : 'linux',
          agent: options.identity.fingerprint,
          serverKey: options.respond.key,
          policy: () => policyIn(options.folder),
          hands: options.respond.hands,
          reach,
          isOwn: isOwnAddress,
          clock,
          news: outcomes,
          log,
        });
  const link = uplink(
    {
      ...options,
      ...(desk !== undefined && {
        desk: {
          take: (signed) => desk.take(signed),
          waiting: () => desk.waiting(),
          acked: (c, n) => desk.acked(c, n),
          news: outcomes,
        },
        pinned: () => desk.pinned,
        reached: (server) => desk.connected(server),
      }),
      spool,
      news,
      // A limit of the server's takes hold when the agent is begun again, as that of the spool does.
      bandwidth: new Bandwidth(config.kilobytesPerSecond * 1024, startedMs),
      heartbeat,
      heartbeatMs: () => config.heartbeatSeconds * 1000,
      configure(value) {
        const read = remoteConfig(value, options.config);
        if (read.kind === 'fault') {
          const why = `${read.fault.at}: ${read.fault.why}`;
          log({ kind: 'config-refused', why });
          return why;
        }
        if (JSON.stringify(read.config) === JSON.stringify(config)) return undefined;
        config = read.config;
        log({ kind: 'configured', config });
        sources.follow(config);
        return undefined;
      },
      opened() {
        connectedSinceMs = clock.now();
        lastError = null;
        log({ kind: 'connected' });
      },
      lost(error, againMs) {
        connectedSinceMs = null;
        lastError = error.message;
        log({ kind: 'disconnected', error, againMs });
        void heartbeat().catch(() => {});
      },
    },
    signal,
  );
  const looking = (async () => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal);
      if (!signal.aborted) sources.follow(config);
    }
  })();
  await Promise.all([link, looking, desk?.watch(signal)]);
  desk?.close();
  await sources.ended();
  // What was read is kept: the next start sends it.
  await collector.flush(AbortSignal.timeout(5_000));
  spool.close();
}

/** The sources that a configuration names, each followed once. */
class Sources {
  readonly #options: AgentOptions;
  readonly #collector: Collector;
  readonly #signal: AbortSignal;
  readonly #running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();

  constructor(options: AgentOptions, collector: Collector, signal: AbortSignal) {
    this.#options = options;
    this.#collector = collector;
    this.#signal = signal;
  }

  follow(config: AgentConfig): void {
    const wanted = new Map(sourcesOf(config, this.#options).map((source) => [keyOf(source, config), source]));
    for (const [key, { stop }] of this.#running) if (!wanted.has(key)) stop.abort();
    for (const [key, source] of wanted) {
      if (this.#running.has(key)) continue;
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, this.#signal]);
      const done = this.#collector.follow(source, signal).finally(() => this.#running.delete(key));
      this.#running.set(key, { stop, done });
    }
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }
}

/** Another query of a channel is another source to read, under the same name. */
const keyOf = (source: EventSource, config: AgentConfig): string => {
  const query = config.winlog.find(({ channel }) => source.name === `winlog:${channel}`)?.query ?? '';
  return `${source.name}\0${query}`;
};

function sourcesOf(config: AgentConfig, options: AgentOptions): EventSource[] {
  const { clock, host, wevt, journalctl } = options;
  const { from } = config;
  const found: EventSource[] = [];
  if (wevt !== undefined)
    for (const { channel, query } of config.winlog) found.push(winlog({ channel, query, api: wevt, clock, from }));
  if (config.journald)
    found.push(journald({ host, from, clock, ...(journalctl !== undefined && { program: journalctl }) }));
  for (const file of config.files)
    for (const path of matching(file.path)) found.push(tail({ path, host, clock, from: file.from }));
  return found;
}

/** The files that a path with `*` in its name stands for now; one without is itself, there or not. */
export function matching(path: string): readonly string[] {
  const name = basename(path);
  if (!name.includes('*')) return [path];
  const pattern = new RegExp(`^${name.replace(/[^*\p{L}\p{N}]/gu, '\\$&').replaceAll('*', '.*')}$`, 'u');
  try {
    return readdirSync(dirname(path))
      .filter((entry) => pattern.test(entry) && !ROTATED.test(entry))
      .sort()
      .map((entry) => join(dirname(path), entry));
  } catch {
    return [];
  }
}

/** What logrotate leaves behind was read under the name before. */
const ROTATED = /\.(?:\d+|gz|xz|bz2|zst|old)$|-\d{8}(?:-\d+)?$/;

async function heartbeatOf(
  options: AgentOptions,
  config: AgentConfig,
  collector: Collector,
  spool: Spool,
  startedMs: number,
): Promise<Heartbeat> {
  const { clock, host, version, platform, run = runProgram } = options;
  const isWindows = platform === 'win32';
  const channels: ChannelState[] = [];
  if (isWindows) for (const { channel } of config.winlog) channels.push(await channelState(run, channel, clock.now()));
  const sysmon = isWindows ? await sysmonState(run) : sysmonForLinux();
  const name = isWindows ? systemName() : distribution() || systemName();
  return {
    haetae: 'heartbeat',
    host,
    version,
    nowMs: clock.now(),
    startedMs,
    everyMs: config.heartbeatSeconds * 1000,
    os: { platform, name: name.slice(0, 200), release: release().slice(0, 200), arch: arch() },
    sysmon,
    channels,
    sources: [...collector.health].map(([source, { state, error, lastMs, lastRecord }]) => ({
      name: source,
      state,
      error,
      items: spool.itemsOf(source),
      lastMs,
      lastRecord,
    })),
    spool: {
      bytes: spool.bytes,
      maxBytes: config.spoolMegabytes * 1024 * 1024,
      batches: spool.batches,
      oldestMs: spool.oldestMs,
      dropped: spool.dropped,
    },
  };
}
