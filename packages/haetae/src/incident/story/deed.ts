import type { TacticName } from '../../attack/index.ts';
import type { Happening, Level } from '../incident.ts';

/** What can be told that somebody did. */
export type DeedKind =
  | 'run'
  | 'connection'
  | 'reached'
  | 'dns'
  | 'file'
  | 'deleted'
  | 'download'
  | 'file-time'
  | 'registry'
  | 'thread'
  | 'access'
  | 'tamper'
  | 'module'
  | 'driver'
  | 'pipe'
  | 'script'
  | 'service'
  | 'task'
  | 'wmi'
  | 'share'
  | 'account-used'
  | 'logon'
  | 'logon-failed'
  | 'privileged'
  | 'account-made'
  | 'account-changed'
  | 'group'
  | 'cleared'
  | 'ticket'
  | 'directory'
  | 'object'
  | 'protection-off'
  | 'threat'
  | 'sysmon'
  | 'unusual'
  | 'found';

/** One thing that was done, as a fact: no language yet. */
export interface Deed {
  readonly kind: DeedKind;
  readonly host: string;
  /** First time, and last; null when not told. */
  readonly timeMs: number | null;
  readonly lastMs: number | null;
  /** Key of the process that did it; null where none is known. Of a `run`: the parent. */
  readonly process: string | null;
  /** Of a `run`: the process that was started. */
  readonly child: string | null;
  /** Who did it, where no process of the tree did: an account, an image name; '' for nobody. */
  readonly actor: string;
  /** What it is about, as the log writes it; the first is what tells it from others of its kind. */
  readonly what: readonly string[];
  readonly count: number;
  readonly events: readonly Happening[];
  /** Indexes into the incident's findings. */
  readonly findings: readonly number[];
  readonly level: Level | null;
  readonly tactics: readonly TacticName[];
}

export const LEVEL_ORDER: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

export const worse = (a: Level | null, b: Level | null): Level | null =>
  a === null ? b : b === null ? a : LEVEL_ORDER.indexOf(a) >= LEVEL_ORDER.indexOf(b) ? a : b;

/** What makes two deeds one that was done twice. */
export function signature({ kind, host, process, child, actor, what, level }: Deed): string {
  // A session runs hundreds of scripts: only the grave ones are told one by one.
  if (kind === 'script' && (level === null || LEVEL_ORDER.indexOf(level) < LEVEL_ORDER.indexOf('high')))
    return JSON.stringify([kind, host, process ?? actor.toLowerCase()]);
  return JSON.stringify([kind, host, process ?? actor.toLowerCase(), child, what[0]?.toLowerCase() ?? '']);
}

/** Of two scripts of one process the graver one is shown. */
const tellingMore = (a: Deed, b: Deed): Deed =>
  a.kind === 'script' && b.level !== null && worse(a.level, b.level) !== a.level ? b : a;

/** The same deed told by two sources, or done again. Counts are not added: sources tell of the same events. */
export function merged(a: Deed, b: Deed): Deed {
  const seen = new Set<string>();
  const events = [...a.events, ...b.events]
    .filter(({ file, record, line }) => {
      const key = `${file}\0${record ?? ''}\0${line ?? ''}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((x, y) => (x.timeMs ?? Infinity) - (y.timeMs ?? Infinity));
  const times = [a.timeMs, b.timeMs].filter((t) => t !== null);
  const lasts = [a.lastMs, b.lastMs].filter((t) => t !== null);
  return {
    ...a,
    timeMs: times.length === 0 ? null : Math.min(...times),
    lastMs: lasts.length === 0 ? null : Math.max(...lasts),
    actor: a.actor === '' ? b.actor : a.actor,
    what: tellingMore(a, b).what.map((value, i) => (value === '' ? (b.what[i] ?? '') : value)),
    count: Math.max(a.count, b.count, a.kind === 'run' ? 1 : events.length),
    events,
    findings: [...new Set([...a.findings, ...b.findings])].sort((x, y) => x - y),
    level: worse(a.level, b.level),
    tactics: [...new Set([...a.tactics, ...b.tactics])],
  };
}
