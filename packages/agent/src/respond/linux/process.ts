import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessRef } from '../../protocol/index.ts';
import { Refused } from '../hands.ts';
import { libc } from './libc.ts';

type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';
const NUMBERS: Readonly<Record<Signal, number>> = { SIGKILL: 9, SIGSTOP: 19, SIGCONT: 18 };

/** A process that was opened: signals reach it and no other, whoever has its id by then. */
export interface OpenProcess {
  readonly pid: number;
  /** False where it is gone. */
  signal(signal: Signal): boolean;
  close(): void;
}

export type OpenPid = (pid: number) => OpenProcess | undefined;

/** Of the kernel's table of calls: the same on x86-64 and arm64. */
const PIDFD_SEND_SIGNAL = 424;
const PIDFD_OPEN = 434;

/** By pidfd, where koffi is installed. */
export const pidfds = (): Promise<OpenPid | undefined> =>
  libc((library) => {
    const call = library.func('long syscall(long, ...)');
    const own = Number(call(PIDFD_OPEN, 'int', process.pid, 'uint', 0));
    if (own < 0) return undefined;
    closeSync(own);
    return over(call);
  });

const over =
  (call: (...args: unknown[]) => number | bigint): OpenPid =>
  (pid) => {
    const fd = Number(call(PIDFD_OPEN, 'int', pid, 'uint', 0));
    if (fd < 0) return undefined;
    return {
      pid,
      signal: (signal) =>
        Number(call(PIDFD_SEND_SIGNAL, 'int', fd, 'int', NUMBERS[signal], 'void *', null, 'uint', 0)) === 0,
      close: () => closeSync(fd),
    };
  };

/**
 * By its folder in /proc, where there is no pidfd: the open folder answers for that process only, and for none that has its id later. It is asked
 * right before the signal; between the two lies a moment.
 */
export const procFolders: OpenPid = (pid) => {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
  return {
    pid,
    signal(signal) {
      try {
        readFileSync(`/proc/self/fd/${fd}/stat`);
        process.kill(pid, signal);
        return true;
      } catch {
        return false;
      }
    },
    close: () => closeSync(fd),
  };
};

/** What the kernel says of a process. */
export interface ProcessFacts {
  readonly state: string;
  readonly parent: number;
  readonly flags: number;
  /** In ticks since boot. */
  readonly start: number;
}

/** Of every Linux that Node runs on. */
const HZ = 100;
const KERNEL_THREAD = 0x00200000;
const UNKILLABLE = -1000;

export function factsOf(pid: number): ProcessFacts | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // Behind the name, which may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, parent: Number(fields[1]), flags: Number(fields[6]), start: Number(fields[19]) };
}

export const isGone = (pid: number, start: number): boolean => {
  const facts = factsOf(pid);
  return facts === undefined || facts.start !== start || facts.state === 'Z' || facts.state === 'X';
};

/** ms since 1970, by the clock as it stands now. */
export function startMsOf({ start }: ProcessFacts, nowMs: number): number {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return nowMs - uptimeMs + (start * 1000) / HZ;
}

/** The process that an event told of, opened; the very one, or a refusal. */
export function openChecked(ref: ProcessRef, open: OpenPid, nowMs: number): OpenProcess {
  const opened = open(ref.pid);
  if (opened === undefined) throw new Refused('process-gone', String(ref.pid));
  try {
    const facts = factsOf(ref.pid);
    if (facts === undefined || isGone(ref.pid, facts.start)) throw new Refused('process-gone', String(ref.pid));
    const apart = Math.abs(startMsOf(facts, nowMs) - ref.startMs);
    if (apart > ref.withinMs)
      throw new Refused('process-differs', `it started ${Math.round(apart)} ms apart from what was told`);
    const image = imageOf(ref.pid);
    if (image !== ref.image) throw new Refused('process-differs', `its image is ${image}`);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function imageOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch (error) {
    throw new Refused('no-rights', `the image of ${pid}`, error);
  }
}

/** By what the kernel says of it, never by a name: init, the kernel's own, and what an administrator marked as not to be killed. */
export function assertUnprotected(pid: number): void {
  const facts = factsOf(pid);
  if (facts === undefined) throw new Refused('process-gone', String(pid));
  if (pid <= 1) throw new Refused('protected', 'init');
  if ((facts.flags & KERNEL_THREAD) !== 0) throw new Refused('protected', 'a thread of the kernel');
  let score: number;
  try {
    score = Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
  } catch {
    throw new Refused('process-gone', String(pid));
  }
  if (score === UNKILLABLE) throw new Refused('protected', 'marked as not to be killed (oom_score_adj -1000)');
}

/** Neither this agent nor what it descends from. */
export function assertForeign(pid: number): void {
  for (let up = process.pid; up > 0; up = factsOf(up)?.parent ?? 0)
    if (up === pid) throw new Refused('own-agent', String(pid));
}

/** What descends from a process now, parents first. A child that is older than its parent took an id that was free: it is none. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, { readonly pid: number; readonly start: number }[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const facts = factsOf(Number(name));
    if (facts === undefined) continue;
    const siblings = children.get(facts.parent) ?? [];
    siblings.push({ pid: Number(name), start: facts.start });
    children.set(facts.parent, siblings);
  }
  const found: number[] = [];
  const waiting = [{ pid: root, start: factsOf(root)?.start ?? Number.POSITIVE_INFINITY }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const child of children.get(next.pid) ?? []) {
      if (child.start < next.start || found.includes(child.pid)) continue;
      found.push(child.pid);
      waiting.push(child);
    }
  }
  return found;
}
