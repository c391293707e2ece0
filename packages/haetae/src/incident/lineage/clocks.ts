import { baseName } from '../text.ts';
import type { ProcessTrace, Trace } from '../trace/trace.ts';

const QUARTER = 15 * 60_000;
const DAY = 24 * 60 * 60_000;
/** Sysmon 1 and Security 4688 of one start are logged this close to each other. */
const SAME_START_MS = 2000;
/** Starts of one id and image that are compared: enough to see a clock, few enough to stay cheap. */
const COMPARED = 8;

/** By what Security's times of a host in a file are off from Sysmon's. */
export interface Clocks {
  /** Milliseconds to add to what a channel says. */
  shift(file: string, host: string, channel: string): number;
}

/**
 * Exporters write the times of some channels as local times that claim to be UTC. Where Security and Sysmon both tell
 * starts of processes, and these differ by one multiple of a quarter of an hour, Security is put to Sysmon's clock, which
 * carries its own UTC.
 */
export function clocksOf(traces: readonly Trace[], hostOf: (name: string) => string): Clocks {
  const shifts = new Map<string, number>();
  const byFile = new Map<string, Map<string, [sysmon: ProcessTrace[], security: ProcessTrace[]]>>();
  for (const { file, processes } of traces) {
    const hosts = byFile.get(file) ?? new Map<string, [ProcessTrace[], ProcessTrace[]]>();
    byFile.set(file, hosts);
    for (const process of processes) {
      if (process.startMs === null) continue;
      const host = hostOf(process.host);
      const starts = hosts.get(host) ?? [[], []];
      hosts.set(host, starts);
      starts[process.guid === '' ? 1 : 0].push(process);
    }
  }
  for (const [file, hosts] of byFile)
    for (const [host, [sysmon, security]] of hosts) {
      const shift = difference(sysmon, security);
      if (shift !== 0) shifts.set(`${file}\n${host}`, shift);
    }
  return {
    shift: (file, host, channel) =>
      shifts.size > 0 && channel.toLowerCase() === 'security' ? (shifts.get(`${file}\n${host}`) ?? 0) : 0,
  };
}

function difference(sysmon: readonly ProcessTrace[], security: readonly ProcessTrace[]): number {
  if (sysmon.length === 0 || security.length === 0) return 0;
  const starts = new Map<string, number[]>();
  for (const of of sysmon) {
    const key = startKey(of);
    const list = starts.get(key);
    if (list === undefined) starts.set(key, [of.startMs!]);
    else if (list.length < COMPARED) list.push(of.startMs!);
  }
  const votes = new Map<number, number>();
  for (const of of security)
    for (const at of starts.get(startKey(of)) ?? []) {
      const apart = at - of.startMs!;
      const shift = Math.round(apart / QUARTER) * QUARTER;
      if (Math.abs(apart - shift) > SAME_START_MS || Math.abs(shift) > DAY) continue;
      votes.set(shift, (votes.get(shift) ?? 0) + 1);
    }
  let [best, most] = [0, votes.get(0) ?? 0];
  for (const [shift, n] of votes)
    if (n > most || (n === most && n > 0 && Math.abs(shift) < Math.abs(best))) [best, most] = [shift, n];
  return best + 0;
}

const startKey = ({ pid, image, commandLine }: ProcessTrace): string =>
  `${pid ?? ''}|${baseName(image)}|${commandLine.trim()}`;

const ORIGIN = new WeakMap<ProcessTrace, ProcessTrace>();
/** The process as the trace told it, before its times were put right. */
export const origin = (process: ProcessTrace): ProcessTrace => ORIGIN.get(process) ?? process;

/** Traces with Security's times put right. */
export function aligned(traces: readonly Trace[], hostOf: (name: string) => string, clocks: Clocks): Trace[] {
  return traces.map((trace) => {
    const by = (host: string): number => clocks.shift(trace.file, hostOf(host), 'security');
    const hosts = new Set(trace.logs.map(({ host }) => host));
    if ([...hosts].every((host) => by(host) === 0)) return trace;
    return {
      ...trace,
      processes: trace.processes.map((process) => {
        const shift = process.guid === '' ? by(process.host) : 0;
        if (shift === 0) return process;
        const { startMs, endMs, firstMs, lastMs } = process;
        const moved = {
          startMs: startMs === null ? null : startMs + shift,
          endMs: endMs === null ? null : endMs + shift,
        };
        const put = { ...process, ...moved, firstMs: firstMs + shift, lastMs: lastMs + shift };
        ORIGIN.set(put, process);
        return put;
      }),
      sessions: trace.sessions.map((session) => ({
        ...session,
        timeMs: session.timeMs + by(session.host),
        endMs: session.endMs === null ? null : session.endMs + by(session.host),
      })),
      hostActs: trace.hostActs.map((one) => {
        const ofSecurity =
          one.act.kind !== 'wmi' && !(one.act.kind === 'service' && one.act.fields.ImagePath !== undefined);
        return ofSecurity ? { ...one, act: { ...one.act, timeMs: one.act.timeMs + by(one.host) } } : one;
      }),
      marks: trace.marks.map((mark) =>
        mark.channel.toLowerCase() === 'security' ? { ...mark, timeMs: mark.timeMs + by(mark.host) } : mark,
      ),
    };
  });
}
