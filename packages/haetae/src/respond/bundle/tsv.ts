import type { Check, Step, Steps, Verification } from '@haetae/agent/respond';
import type { PlannedAction } from '../plan.ts';

/**
 * A plan as haetae-respond.sh reads it: a line each, fields between tabs. No order holds control characters, so that no value can become a
 * line or a field of its own; and each field is one argument of one program.
 */
export interface LinuxPlan {
  readonly tsv: string;
  /** What goes into programs as a file: name, text. */
  readonly files: readonly (readonly [string, string])[];
}

export function linuxPlan(actions: readonly PlannedAction[]): LinuxPlan {
  const lines: (readonly string[])[] = [];
  const files: [string, string][] = [];
  actions.forEach((action, i) => {
    const n = String(i + 1);
    const { steps } = action;
    const line = (letter: string, ...fields: readonly string[]): void => void lines.push([letter, n, ...fields]);
    lines.push(['A', n, action.action, action.about.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')]);
    for (const check of steps.guard) for (const fields of guardFields(check)) line('G', ...fields);
    const undo = steps.undo.kind === 'steps' ? steps.undo.steps : [];
    const fields = (step: Step, name: string): readonly string[] => stepFields(step, `${n}${name}`, files);
    const back = undo.map((step) => fields(step, '-undo'));
    if (action.order.action === 'isolate-host')
      line('S', 'release-after', String(action.order.minutes), `${n}-undo.nft`);
    for (const step of steps.steps) line('S', ...fields(step, ''));
    for (const check of steps.verify) for (const one of verifyFields(check, steps)) line('V', ...one);
    for (const one of back) line('U', ...one);
  });
  return { tsv: lines.map((fields) => `${fields.join('\t')}\n`).join(''), files };
}

function guardFields(check: Check): string[][] {
  switch (check.kind) {
    case 'same-process': {
      const { pid, startMs, withinMs, image } = check.process;
      return [['process', String(pid), String(Math.round(startMs)), String(withinMs), image]];
    }
    case 'plain-file':
      return [check.sha256 === '' ? ['file', check.path] : ['file', check.path, check.sha256]];
    case 'local-account':
      return [['account', check.account]];
    case 'not-own-network':
      return [['address', check.address]];
    case 'own-firewall':
      return [['nft']];
    // Looked at by the script together with the process or the account; a script's signature before the bundle was made.
    case 'not-protected':
    case 'not-own-agent':
    case 'not-last-admin':
    case 'is-there':
    case 'domain-account':
    case 'script-signed':
      return [];
    default:
      return check satisfies never;
  }
}

function stepFields(step: Step, name: string, files: [string, string][]): string[] {
  switch (step.kind) {
    case 'signal': {
      const { pid, startMs, withinMs, image } = step.process;
      const ref = [String(pid), String(Math.round(startMs)), String(withinMs), image];
      return ['signal', ...ref, step.signal.slice(3), step.tree ? 'tree' : 'one'];
    }
    case 'run': {
      const { argv, stdin } = step;
      if (stdin === undefined) return ['run', ...argv];
      const isNft = argv[0]!.endsWith('/nft');
      const file = `${name}.${isNft ? 'nft' : 'sh'}`;
      files.push([file, stdin]);
      return [isNft ? 'nft' : 'script', file];
    }
    case 'quarantine':
      return ['quarantine', step.path];
    case 'restore':
      return ['restore', step.path];
    case 'hosts-line':
      return ['hosts', step.domain, step.add ? 'add' : 'remove'];
    case 'collect':
      return ['collect', ...step.files];
    case 'script':
      throw new TypeError('a verb of Windows in a plan for Linux');
    default:
      return step satisfies never;
  }
}

function verifyFields(check: Verification, _: Steps): string[][] {
  switch (check.kind) {
    case 'process-gone':
      return [['gone', String(check.process.pid)]];
    case 'process-stopped':
      return [['stopped', String(check.process.pid)]];
    case 'file-gone':
      return [['absent', check.path]];
    case 'line-there':
      return [['run', '/usr/bin/grep', '-qxF', `0.0.0.0 ${check.domain} # haetae`, '/etc/hosts']];
    case 'run':
      return check.fails ? [] : [['run', ...check.argv]];
    // Without an agent nobody is there to try; the rules were taken whole or not at all.
    case 'only-server-reachable':
      return [['run', '/usr/sbin/nft', 'list', 'table', 'inet', 'haetae_isolation']];
    case 'archive-whole':
    case 'script':
      return [];
    default:
      return check satisfies never;
  }
}
