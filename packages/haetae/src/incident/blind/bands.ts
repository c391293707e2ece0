import { Continuity } from '../../survey/index.ts';
import type { BlindBand, BlindKind } from '../incident.ts';
import { placed } from '../lineage/lineage.ts';
import { compare } from '../text.ts';
import type { Mark, Trace } from '../trace/trace.ts';
import { silences } from './silence.ts';

/** One log as all files tell it. */
export interface WholeLog {
  readonly host: string;
  readonly channel: string;
  readonly ids: Continuity;
  readonly minutes: Set<number>;
}

const MARKS: Readonly<Partial<Record<Mark['kind'], BlindKind>>> = {
  cleared: 'cleared',
  'sysmon-stopped': 'sysmon-stopped',
  'sysmon-configured': 'sysmon-configured',
  'sysmon-error': 'sysmon-error',
};

/** Times in which logs cannot be trusted to tell all, in order. */
export function blindBands(traces: readonly Trace[], hostOf: (name: string) => string): BlindBand[] {
  const logs = wholeLogs(traces, hostOf);
  const bands: BlindBand[] = [];
  for (const log of logs.values()) {
    const { host, channel } = log;
    const { gaps, recreated, clockJumps } = log.ids.result();
    for (const { missing, from, to } of gaps)
      if (Number.isFinite(from) && Number.isFinite(to))
        bands.push({
          kind: 'gap',
          host,
          channel,
          from: Math.min(from, to),
          to: Math.max(from, to),
          missing,
          by: '',
          at: null,
        });
    for (const { at } of recreated)
      if (Number.isFinite(at))
        bands.push({ kind: 'recreated', host, channel, from: at, to: at, missing: 0, by: '', at: null });
    for (const { at, back } of clockJumps)
      if (Number.isFinite(at))
        bands.push({ kind: 'clock', host, channel, from: at, to: at + back, missing: 0, by: '', at: null });
  }
  for (const trace of traces)
    for (const { kind, host, channel, by, timeMs, at } of trace.marks) {
      const named = MARKS[kind];
      if (named === undefined || !Number.isFinite(timeMs)) continue;
      const band = { kind: named, host: hostOf(host), channel, from: timeMs, to: timeMs, missing: 0, by };
      bands.push({ ...band, at: { ...placed(trace, at), timeMs } });
    }
  bands.push(...silences([...logs.values()], stopsOf(traces, hostOf)));
  return bands.sort(
    (a, b) =>
      a.from - b.from ||
      compare(a.host, b.host) ||
      compare(a.kind, b.kind) ||
      compare(a.channel, b.channel) ||
      a.to - b.to,
  );
}

/** Marks that explain why a host or its Sysmon falls silent. */
function stopsOf(traces: readonly Trace[], hostOf: (name: string) => string): { host: string; timeMs: number }[] {
  return traces.flatMap(({ marks }) =>
    marks
      .filter(({ kind }) => kind === 'shutdown' || kind === 'boot')
      .map(({ host, timeMs }) => ({ host: hostOf(host), timeMs })),
  );
}

function wholeLogs(traces: readonly Trace[], hostOf: (name: string) => string): Map<string, WholeLog> {
  const logs = new Map<string, WholeLog>();
  for (const { file, logs: parts } of traces)
    for (const { host: name, channel, ids, minutes } of parts) {
      const host = hostOf(name);
      const key = `${host}\n${channel.toLowerCase()}`;
      let log = logs.get(key);
      if (log === undefined) {
        log = { host, channel, ids: new Continuity(), minutes: new Set() };
        logs.set(key, log);
      }
      log.ids.merge(ids, file);
      for (const minute of minutes) log.minutes.add(minute);
    }
  return logs;
}
