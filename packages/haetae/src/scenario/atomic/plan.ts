import { current, technique } from '../../attack/index.ts';
import type { AtomicTest, Shell } from './atomic.ts';
import { type Refusal, refusalsOf } from './refuse/refuse.ts';
import { type Resolved, resolve } from './resolve.ts';

export type System = 'windows' | 'linux' | 'macos';

/** `check`: is it there? `get`: brings it. `run`: the attack itself. `undo`: takes back what it left. */
export type Phase = 'check' | 'get' | 'run' | 'undo';

export interface PlannedStep {
  readonly phase: Phase;
  /** What it is for, of `check` and `get`. */
  readonly about: string;
  readonly shell: Shell;
  /** What the shell is given, before the marker is put in. */
  readonly text: string;
}

/** Why a test runs only where it is named: a user must have thought of this very one. */
export type NeedsName = 'impact' | 'no-undo' | 'elevated';

/** What would be done, exactly, and how it is taken back. */
export interface AtomicPlan {
  readonly test: AtomicTest;
  readonly system: System;
  /** In the order in which they are run; of a manual test none. */
  readonly steps: readonly PlannedStep[];
  /** For people, of a manual test: this program cannot do it. */
  readonly byHand: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** ATT&CK v19; undefined for what it does not know. */
  readonly technique: string | undefined;
  readonly tactics: readonly string[];
  readonly needsName: readonly NeedsName[];
  /** Not to be had by any flag. */
  readonly refused: readonly (Refusal & { readonly phase: Phase })[];
}

export interface PlanWanted {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Folder of the tests, as the host would name it. */
  readonly folder: string;
  readonly system?: System;
}

/** Pure. Throws an {@link InputError} for an input that the test has not. */
export function planAtomic(test: AtomicTest, { inputs = {}, folder, system = systemOf(test) }: PlanWanted): AtomicPlan {
  const texts = resolve(test, inputs, folder);
  const steps = test.work.kind === 'manual' ? [] : stepsOf(test, texts, test.work.shell);
  const id = current(test.technique);
  const known = id === undefined ? undefined : technique(id);
  const tactics = known?.tactics ?? [];
  const refused = new Map<string, Refusal & { readonly phase: Phase }>();
  for (const { phase, text, shell } of steps)
    for (const refusal of refusalsOf(text, shell))
      refused.set(`${refusal.harm} ${refusal.text}`, { ...refusal, phase });
  const needsName: NeedsName[] = [];
  if (tactics.includes('impact')) needsName.push('impact');
  if (steps.length > 0 && texts.cleanup === '') needsName.push('no-undo');
  if (test.work.elevated) needsName.push('elevated');
  return {
    ...{ test, system, steps, tactics, needsName, technique: id, inputs: texts.inputs },
    byHand: test.work.kind === 'manual' ? texts.command : '',
    refused: [...refused.values()],
  };
}

/** Where it would run by itself: the first of these that it knows; a test of a cloud is played from wherever its shell is. */
export function systemOf({ platforms, work }: AtomicTest): System {
  for (const system of ['windows', 'linux', 'macos'] as const) if (platforms.includes(system)) return system;
  return work.kind === 'commands' && work.shell !== 'sh' && work.shell !== 'bash' ? 'windows' : 'linux';
}

function stepsOf(test: AtomicTest, texts: Resolved, shell: Shell): PlannedStep[] {
  const steps: PlannedStep[] = [];
  for (const { description: about, check, get } of texts.needs) {
    if (check !== '') steps.push({ phase: 'check', about, shell: test.needsIn, text: check });
    if (get !== '') steps.push({ phase: 'get', about, shell: test.needsIn, text: get });
  }
  steps.push({ phase: 'run', about: '', shell, text: texts.command });
  if (texts.cleanup !== '') steps.push({ phase: 'undo', about: '', shell, text: texts.cleanup });
  return steps;
}

/**
 * The program and its arguments. The marker is a comment in the command line, so that whoever reads the log of started processes sees it;
 * '' for none. cmd.exe takes the lines as one, as in Atomic Red Team's own runner.
 */
export function argvOf({ shell, text }: Pick<PlannedStep, 'shell' | 'text'>, system: System, marker: string): string[] {
  switch (shell) {
    case 'powershell': {
      const program = system === 'windows' ? 'powershell.exe' : 'pwsh';
      const policy = system === 'windows' ? ['-ExecutionPolicy', 'Bypass'] : [];
      const noted = marker === '' ? text : `${text}\n# ${marker}`;
      return [program, '-NoProfile', '-NonInteractive', ...policy, '-Command', `& {${noted}\n}`];
    }
    case 'command_prompt': {
      const lines = text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !/^(?:rem\b|::)/i.test(line));
      return ['cmd.exe', '/d', '/c', [...lines, ...(marker === '' ? [] : [`rem ${marker}`])].join(' & ')];
    }
    case 'sh':
    case 'bash':
      return [shell, '-c', marker === '' ? text : `${text}\n# ${marker}`];
    default:
      return shell satisfies never;
  }
}
