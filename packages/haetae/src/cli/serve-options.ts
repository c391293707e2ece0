import { readFileSync, rmSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Words } from '../locale/index.ts';
import { type ServeOptions, scanning, serving } from '../pipeline/index.ts';
import { baselineAt } from './anomaly-run.ts';
import { dataFolder } from './data-folder.ts';
import { prepareDemo } from './demo.ts';
import { exceptionsAt } from './exceptions-load.ts';
import type { ServeFlags } from './flags.ts';
import { jsonObjectAt } from './json-file.ts';
import { notifyOption } from './notify-file.ts';
import { oidcAt } from './oidc-file.ts';
import { levelOption, zoneOption } from './options.ts';
import { respondOptions } from './respond-options.ts';
import { rulePacks } from './rule-packs.ts';
import { UsageError } from './usage.ts';

export const PORT = 8484;
const HOST = '127.0.0.1';
const LATENESS_S = 30;

/** What the flags and the file of --config ask for, checked before anything is opened. */
export interface PreparedServe {
  readonly options: Omit<ServeOptions, 'version' | 'log' | 'now'>;
  readonly verbose: boolean;
  /** Takes away what was for this run alone. */
  readonly remove: () => void;
  /** Of the baseline; undefined without one. */
  readonly baselineVersion: string | undefined;
}

export async function prepareServe(given: ServeFlags, now: number, words: Words): Promise<PreparedServe> {
  const asked = given.config === undefined ? given : { ...fromFile(given.config, words), ...present(given) };
  const { serve: w } = words;
  if (asked.demo === true && (asked.data ?? asked.watch) !== undefined) throw new UsageError(w.demoAlone);
  const demo = asked.demo === true ? await prepareDemo() : undefined;
  const flags = demo === undefined ? asked : { ...asked, data: demo.data };
  const builtin = flags.builtin ?? true;
  const rules = flags.rules ?? [];
  rulePacks({ rules, builtin }, words);
  exceptionsAt(flags.exceptions ?? [], now, words);
  const baseline = flags.baseline === undefined ? undefined : baselineAt(flags.baseline, words);
  const tls = tlsOf(flags, words);
  if (flags.syslogTls !== undefined && tls === undefined) throw new UsageError(w.tlsNeeded);
  for (const folder of flags.watch ?? [])
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new UsageError(w.noFolder('--watch', folder));
  const stored = flags.store ?? process.env.HAETAE_STORE;
  const storeUrl = stored === undefined || stored === 'on' || stored === 'off' ? undefined : storeUrlOf(stored, words);
  const fleet = await fleetOf(flags, storeUrl, words);
  const sink = await sinkOf(flags, stored !== 'off', words);
  const days = natural('--keep-days', flags.keepDays, words);
  const gb = natural('--keep-gb', flags.keepGb, words);
  const every = (['daily', 'weekly', 'monthly'] as const).find((one) => one === flags.report);
  if (flags.report !== undefined && every === undefined) throw new UsageError(words.report.badSchedule(flags.report));
  const { cacheFolder } = await scanning();
  return {
    verbose: flags.verbose ?? false,
    remove: () => {
      if (demo !== undefined) rmSync(demo.data, { recursive: true, force: true });
    },
    baselineVersion: baseline?.baseline.version ?? demo?.version,
    options: {
      directory: dataAt(flags.data),
      host: flags.host ?? HOST,
      port: portOf(flags.port, words),
      ...(tls !== undefined && { tls }),
      ...(flags.publicUrl !== undefined && { publicUrl: urlOf(flags.publicUrl, words) }),
      ...(flags.oidc !== undefined && { oidc: oidcAt(flags.oidc, words) }),
      syslog: [
        ...listeners('tcp', '--syslog-tcp', flags.syslogTcp, words),
        ...listeners('tls', '--syslog-tls', flags.syslogTls, words),
        ...listeners('udp', '--syslog-udp', flags.syslogUdp, words),
      ],
      syslogFrom: networksOf('--syslog-from', flags.syslogFrom, words),
      watch: (flags.watch ?? []).map((folder) => resolve(folder)),
      topics: await topicsOf(flags.source ?? []),
      rules: {
        builtin,
        paths: rules,
        minLevel: flags.minLevel === undefined ? 'informational' : levelOption('--min-level', flags.minLevel, words),
        strict: flags.strictSigma ?? false,
        cache: (flags.cache ?? true) ? cacheFolder(process.env, process.platform) : undefined,
      },
      exceptions: flags.exceptions ?? [],
      ...(baseline !== undefined ? { baseline: baseline.bytes } : demo !== undefined && { baseline: demo.baseline }),
      ...(demo !== undefined && { shows: 'demo', take: { files: demo.files } }),
      latenessMs: (natural('--lateness', flags.lateness, words) ?? LATENESS_S) * 1000,
      timeZone: zoneOption(flags.timezone, words).name,
      pages: fileURLToPath(new URL('../dashboard', import.meta.url)),
      ...(flags.agentConfig !== undefined && { agentConfig: jsonObjectAt('--agent-config', flags.agentConfig, words) }),
      ...(demo === undefined && { notify: notifyOption(flags.notify, dataAt(flags.data), words) }),
      language: words.lang,
      respond: respondOptions(flags, dataAt(flags.data), words),
      ...(every !== undefined && { reports: { every, language: words.lang } }),
      keep: stored !== 'off',
      ...(storeUrl !== undefined && { storeUrl }),
      ...(fleet !== undefined && { fleet }),
      ...(sink !== undefined && { sink }),
      retention: { ...(days !== undefined && { days }), ...(gb !== undefined && { bytes: gb * 1e9 }) },
    },
  };
}

/** Of `--role` and `--bus` or HAETAE_BUS; undefined for a server that is alone. */
async function fleetOf(flags: ServeFlags, storeUrl: string | undefined, words: Words): Promise<ServeOptions['fleet']> {
  const { serve: w } = words;
  const bus = flags.bus ?? process.env.HAETAE_BUS;
  const asked = (flags.role ?? []).flatMap((text) => text.split(','));
  if (bus === undefined) {
    if (asked.length > 0) throw new UsageError(w.roleAlone);
    return undefined;
  }
  if (storeUrl === undefined) throw new UsageError(w.busStore);
  const { ROLES, busPlaceOf } = await serving();
  const wrong = asked.find((role) => role !== 'all' && !(ROLES as readonly string[]).includes(role));
  if (wrong !== undefined) throw new UsageError(w.roleValue(wrong));
  const roles = new Set(ROLES.filter((role) => asked.length === 0 || asked.includes('all') || asked.includes(role)));
  const [listener] = [flags.syslogTcp, flags.syslogTls, flags.syslogUdp, flags.watch, flags.source].flatMap(
    (all) => all ?? [],
  );
  if (listener !== undefined && !roles.has('ingest')) throw new UsageError(w.roleInputs(listener));
  try {
    return { roles, bus: busPlaceOf(bus) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of `--opensearch` or HAETAE_OPENSEARCH. */
async function sinkOf(flags: ServeFlags, keeps: boolean, words: Words): Promise<ServeOptions['sink']> {
  const url = flags.opensearch ?? process.env.HAETAE_OPENSEARCH;
  if (url === undefined || url === '') return undefined;
  if (!keeps) throw new UsageError(words.serve.sinkStore);
  const { sinkPlaceOf } = await serving();
  try {
    return sinkPlaceOf(url);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of `--source`. */
async function topicsOf(all: readonly string[]): Promise<ServeOptions['topics']> {
  if (all.length === 0) return [];
  const { topicSourceOf } = await serving();
  try {
    return all.map(topicSourceOf);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of `--store` or HAETAE_STORE. */
export function storeUrlOf(text: string, words: Words): string {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new UsageError(words.serve.storeValue(text));
  return text;
}

export const dataAt = (folder: string | undefined): string =>
  resolve(folder ?? dataFolder(process.env, process.platform, process.getuid?.()));

const LISTS = [
  'playbooks',
  'domainExecutor',
  'rules',
  'exceptions',
  'syslogTcp',
  'syslogTls',
  'syslogUdp',
  'syslogFrom',
  'watch',
  'source',
  'role',
] as const;
const SWITCHES = ['respondAutomatic', 'builtinPlaybooks', 'builtin', 'strictSigma', 'cache', 'verbose'] as const;
const TEXTS = [
  'data',
  'host',
  'port',
  'minLevel',
  'baseline',
  'lateness',
  'tlsCert',
  'tlsKey',
  'publicUrl',
  'oidc',
  'keepDays',
  'keepGb',
  'report',
  'agentConfig',
  'notify',
  'respondKey',
  'never',
  'store',
  'bus',
  'opensearch',
  'timezone',
] as const;
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Settings of a file, by the names of the flags: `syslog-tcp` as `syslogTcp`. */
function fromFile(path: string, words: Words): ServeFlags {
  const { serve: w } = words;
  const names = new Map<string, string>([...LISTS, ...SWITCHES, ...TEXTS].map((name) => [kebab(name), name]));
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(jsonObjectAt('--config', path, words))) {
    const flag = names.get(kebab(name));
    if (flag === undefined) throw new UsageError(w.configName(path, name, [...names.keys()].join(', ')));
    settings[flag] = settingOf(flag, setting, (wanted) => new UsageError(w.configValue(path, name, wanted)));
  }
  return settings;
}

function settingOf(flag: string, value: unknown, wrong: (wanted: string) => UsageError): unknown {
  if ((LISTS as readonly string[]).includes(flag)) {
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((item) => typeof item === 'string')) throw wrong('["…"]');
    return list;
  }
  if ((SWITCHES as readonly string[]).includes(flag)) {
    if (typeof value !== 'boolean') throw wrong('true, false');
    return value;
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw wrong('"…"');
  return String(value);
}

const present = (flags: ServeFlags): ServeFlags =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));

function natural(flag: string, text: string | undefined, words: Words): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(words.serve.number(flag, text));
  return Number(text);
}

function portOf(text: string | undefined, words: Words): number {
  if (text === undefined) return PORT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new UsageError(words.serve.portRange(text));
  return Number(text);
}

function tlsOf({ tlsCert, tlsKey }: ServeFlags, words: Words): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError(words.serve.tlsBoth);
  const read = (flag: string, path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new UsageError(words.serve.noFile(flag, path, (error as Error).message));
    }
  };
  return { cert: read('--tls-cert', tlsCert), key: read('--tls-key', tlsKey) };
}

function urlOf(text: string, words: Words): string {
  const url = URL.parse?.(text) ?? (URL.canParse(text) ? new URL(text) : null);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UsageError(words.serve.publicUrlBad(text));
  return text;
}

function listeners(
  transport: 'tcp' | 'tls' | 'udp',
  flag: string,
  all: readonly string[] | undefined,
  words: Words,
): ServeOptions['syslog'] {
  return (all ?? []).map((text) => {
    const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
    if (match === null || Number(match[3]) > 65_535) throw new UsageError(words.serve.address(flag, text));
    return { transport, host: match[1] ?? (match[2] === '' ? HOST : match[2]!), port: Number(match[3]) };
  });
}

export function networksOf(flag: string, all: readonly string[] | undefined, words: Words): readonly string[] {
  for (const text of all ?? []) {
    const [address = '', prefix, more] = text.split('/');
    const family = isIP(address);
    const good = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
    if (family === 0 || more !== undefined || !good) throw new UsageError(words.serve.network(flag, text));
  }
  return all ?? [];
}
