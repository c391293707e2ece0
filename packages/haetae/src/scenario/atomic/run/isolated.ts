import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { markerOf, newOnce } from '../marker.ts';
import { type AtomicPlan, argvOf } from '../plan.ts';
import { MOST_OUTPUT, namedPhases, type PhaseRecord, type StepOutcome, type StepRecord } from './record.ts';

/** The account of nobody: what root starts, it starts as this one. */
const NOBODY = 65_534;
/** What setting up the root may take, in milliseconds. */
const SETUP_MS = 10_000;
const MOST_TOLD = 1024 * 1024;

export interface IsolatedOptions {
  /** isolate.sh. */
  readonly script: string;
  /** Of each phase. */
  readonly seconds: number;
  readonly secret: string;
  readonly host: string;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/**
 * Runs an admitted plan in a root that is thrown away: namespaces of its own for users, mounts, processes, network, IPC and the host's name;
 * an account without rights; bounds on memory, files, time. Whatever happens, nothing of it is left when this resolves.
 */
export async function runIsolated(plan: AtomicPlan, options: IsolatedOptions): Promise<StepRecord> {
  const { now, secret, host, seconds } = options;
  const startedMs = now();
  const once = newOnce();
  const marker = markerOf(secret, { host, step: plan.test.guid, startedMs, once });
  const phases = namedPhases(plan);
  const folder = mkdtempSync(join(tmpdir(), 'haetae-lab-root-'));
  try {
    const input = join(folder, 'in');
    mkdirSync(input);
    mkdirSync(join(folder, 'root'));
    for (const { name, index } of phases)
      writeFileSync(join(input, name), argvOf(plan.steps[index]!, 'linux', marker).at(-1)!);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) for (const path of [folder, input, join(folder, 'root')]) chownSync(path, NOBODY, NOBODY);
    chmodSync(folder, 0o700);
    const names = phases.map(({ name, index }) => `${name}:${plan.steps[index]!.shell}`);
    const argv = [
      ...(isRoot
        ? [
            'setpriv',
            `--reuid=${NOBODY}`,
            `--regid=${NOBODY}`,
            '--clear-groups',
            '--inh-caps=-all',
            '--bounding-set=-all',
          ]
        : ['setpriv']),
      ...[
        '--no-new-privs',
        'unshare',
        '--user',
        '--map-root-user',
        '--mount',
        '--pid',
        '--net',
        '--ipc',
        '--uts',
        '--fork',
        '--kill-child=KILL',
      ],
      // The script's text, since the account may not be able to read where it lies.
      ...['/bin/sh', '-c', options.script, 'isolate.sh', folder, String(seconds), ...names],
    ];
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const told = await followed(child, options.signal, SETUP_MS + (phases.length * 2 + 1) * (seconds + 3) * 1000);
    return {
      ...{
        test: plan.test.guid,
        name: plan.test.name,
        technique: plan.technique ?? plan.test.technique,
        tactics: plan.tactics,
      },
      ...{ marker, once, hostPid: child.pid ?? null, startedMs, endedMs: now(), undone: 'thrown-away' },
      ...recordOf(told),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Told {
  readonly control: string;
  readonly output: string;
  readonly errors: string;
  readonly ended: boolean;
}

/** What it tells until it ends, or is ended with all that it started. */
async function followed(child: ChildProcess, signal: AbortSignal, mostMs: number): Promise<Told> {
  const heard = ['', '', ''];
  const [, , errors, control, output] = child.stdio as (Readable | null)[];
  for (const [i, stream] of [control, output, errors].entries())
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (heard[i]!.length < MOST_TOLD) heard[i] += text;
    });
  let ended = true;
  const end = (): void => {
    ended = false;
    // The first process of the PID namespace goes with it, and with that all others.
    if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself meanwhile.
      }
    }
  };
  const timer = setTimeout(end, mostMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  await new Promise<void>((resolve) => {
    child.once('error', (error) => {
      heard[2] += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  return { control: heard[0]!, output: heard[1]!, errors: heard[2]!, ended };
}

/** Status of `timeout`: of a step that it ended. */
const TIMED_OUT = 124;
const KILLED = 137;

function recordOf({ control, output, errors, ended }: Told): Pick<StepRecord, 'phases' | 'outcome' | 'left'> {
  const texts = outputsIn(output);
  const phases: PhaseRecord[] = [];
  const before = new Set<string>();
  const left: string[] = [];
  let begun: { readonly name: string; readonly startedMs: number; pid: number | null } | undefined;
  let isUnmet = false;
  for (const line of control.split('\n')) {
    const [word, name = '', time = '', status = ''] = line.split(' ');
    const path = line.slice((word ?? '').length + 1);
    if (word === 'before') before.add(path);
    else if (word === 'after' && !before.has(path)) left.push(path);
    else if (word === 'unmet') isUnmet = true;
    else if (word === 'begin') begun = { name, startedMs: Number(time), pid: null };
    else if (word === 'pid' && begun?.name === name) begun.pid = Number(time);
    else if (word === 'end' && begun?.name === name) {
      const timedOut = Number(status) === TIMED_OUT || Number(status) === KILLED;
      const [, phase, need = '0'] = /^([a-z]+)(\d*)$/.exec(name) ?? [];
      phases.push({
        ...{ phase: phase as PhaseRecord['phase'], need: Number(need === '' ? 0 : need), pid: begun.pid },
        ...{ startedMs: begun.startedMs, endedMs: Number(time), status: timedOut ? null : Number(status), timedOut },
        output: texts.get(phases.length) ?? '',
      });
      begun = undefined;
    }
  }
  const run = phases.find(({ phase }) => phase === 'run');
  const outcome: StepOutcome = isUnmet
    ? 'unmet'
    : !ended || run === undefined
      ? 'broken'
      : run.timedOut
        ? 'timed-out'
        : 'done';
  if (outcome === 'broken')
    phases.push({
      ...{ phase: 'run', need: 0, pid: null, startedMs: 0, endedMs: 0, status: null, timedOut: !ended },
      output: errors.slice(0, MOST_OUTPUT),
    });
  return { phases, outcome, left };
}

/** What each phase printed, in their order: a line with its name stands before. */
function outputsIn(text: string): Map<number, string> {
  const texts = new Map<number, string>();
  let at = -1;
  for (const part of text.split(/^\u0001haetae-lab (?:check|get|run|undo)\d*\n/m)) {
    if (at >= 0) texts.set(at, part.slice(0, MOST_OUTPUT));
    at++;
  }
  return texts;
}
