import { REFUSALS, signedScript } from '../../protocol/index.ts';
import { type Hands, type HandsParts, Refused } from '../hands.ts';
import { mustRun, type RunArgv } from '../program.ts';
import type { Check, Step, Verification } from '../steps/step.ts';

export interface WindowsParts extends HandsParts {
  readonly run: RunArgv;
  /** Full path of haetae-respond.ps1. */
  readonly scriptPath: string;
}

const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';

/** How the one script is called: with exactly these arguments, its data on stdin. What detection knows our own calls by. */
export const scriptArgv = (path: string, verb: string, state: string): string[] => [
  POWERSHELL,
  '-NoProfile',
  '-NonInteractive',
  '-ExecutionPolicy',
  'AllSigned',
  '-File',
  path,
  '-Verb',
  verb,
  '-State',
  state,
];

/** What does the steps on Windows: programs of Windows, and verbs of the one script. After Microsoft's documentation; its tests run against a recorded fake. */
export function windowsHands(parts: WindowsParts): Hands {
  const { run, scriptPath, state, timeoutMs } = parts;
  const verb = async (name: string, data: object): Promise<void> => {
    const { status, out, err } = await run(scriptArgv(scriptPath, name, state), {
      stdin: JSON.stringify(data),
      timeoutMs,
    });
    if (status === 0) return;
    throw refusalIn(out, err);
  };
  return {
    async check(check: Check): Promise<void> {
      if (check.kind !== 'script-signed') return verb('guard', check);
      const { script } = parts;
      const isSigned =
        script !== undefined && signedScript(script.name, script.text, script.signature, parts.scriptKeys);
      if (!isSigned) throw new Refused('script-signature', check.name);
    },
    async perform(step: Step): Promise<string> {
      if (step.kind === 'script') await verb(step.verb, step.data);
      else if (step.kind === 'run')
        await mustRun(
          run,
          step.argv.map((word) => (word.startsWith('{state}') ? state + word.slice('{state}'.length) : word)),
          { timeoutMs },
        );
      else await verb('step', step.kind === 'collect' ? { ...step, parts: parts.collect } : step);
      return '';
    },
    verify: (check: Verification): Promise<void> =>
      check.kind === 'only-server-reachable' ? Promise.resolve() : verb('effect', check),
    close() {},
  };
}

/** The last line that the script says is its reason, as JSON. */
function refusalIn(out: string, err: string): Refused {
  const last = out.trim().split('\n').at(-1) ?? '';
  try {
    const { reason, detail } = JSON.parse(last) as { reason: Refused['reason']; detail: string };
    const known = reason === 'failed' || (REFUSALS as readonly string[]).includes(reason);
    return new Refused(known ? reason : 'failed', String(detail).slice(0, 1000));
  } catch {
    return new Refused('failed', (err.trim() || last).slice(0, 1000));
  }
}
