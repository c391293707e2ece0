import { createHash } from 'node:crypto';
import { wordsOf } from '../../locale/index.ts';
import type { Plan, PlannedAction } from '../plan.ts';
import { linuxPlan } from './tsv.ts';

/** The scripts that come with us: the same bytes in every bundle. */
export interface Scripts {
  readonly ps1: Uint8Array;
  readonly sh: Uint8Array;
}

export type BundleFile = readonly [path: string, bytes: Uint8Array];

/** An action as a bundle, an answer of the API and `--format json` tell it. */
export const actionJson = (action: PlannedAction, number: number) => {
  const { steps } = action;
  return {
    number,
    action: action.action,
    host: action.host,
    system: action.system,
    about: action.about,
    risk: action.risk,
    persons: action.persons,
    playbooks: action.playbooks,
    order: action.order,
    guard: steps.guard,
    steps: steps.steps,
    verify: steps.verify,
    undo: steps.undo.kind === 'steps' ? steps.undo.steps : [],
    noUndo: steps.undo.kind === 'none' ? steps.undo.why : null,
    timeoutMs: steps.timeoutMs,
  };
};

/** A plan for hosts without an agent: a folder each. A function of the plan alone: no clock, no name of this machine. */
export function bundleOf(plan: Plan, scripts: Scripts, version: string): BundleFile[] {
  const files: BundleFile[] = [];
  const hosts = [...new Set(plan.actions.map(({ host }) => host))];
  const folders = new Set<string>();
  for (const host of hosts) {
    const actions = plan.actions.filter((one) => one.host === host);
    let folder = folderOf(host);
    for (let n = 2; folders.has(folder); n++) folder = `${folderOf(host)}-${n}`;
    folders.add(folder);
    for (const [name, bytes] of filesOf(plan, host, actions, scripts, version))
      files.push([`${folder}/${name}`, bytes]);
  }
  return files;
}

/** A host's name is whatever a log says: here it is a name of a folder and nothing else. */
const folderOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100) || '_';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function filesOf(
  plan: Plan,
  host: string,
  actions: readonly PlannedAction[],
  { ps1, sh }: Scripts,
  version: string,
): BundleFile[] {
  const { system } = actions[0]!;
  const whole = {
    haetae: version,
    incident: plan.incident,
    host,
    system,
    actions: actions.map((action, i) => actionJson(action, i + 1)),
  };
  const files: BundleFile[] = [['plan.json', bytesOf(`${JSON.stringify(whole, null, 2)}\n`)]];
  if (system === 'linux') {
    const { tsv, files: more } = linuxPlan(actions);
    files.push(['haetae-respond.sh', sh], ['plan.tsv', bytesOf(tsv)]);
    for (const [name, text] of more) files.push([name, bytesOf(text)]);
  } else files.push(['haetae-respond.ps1', ps1]);
  files.push(['README.txt', readme(plan.incident, host, system)]);
  files.sort(([a], [b]) => (a < b ? -1 : 1));
  const sums = files.map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`).join('');
  return [...files, ['SHA256SUMS', bytesOf(sums)]];
}

function readme(incident: string, host: string, system: PlannedAction['system']): Uint8Array {
  const call =
    system === 'linux'
      ? (flag: string): string => `sudo sh haetae-respond.sh${flag === '' ? '' : ` --${flag.toLowerCase()}`}`
      : (flag: string): string =>
          `powershell.exe -NoProfile -ExecutionPolicy AllSigned -File haetae-respond.ps1${flag === '' ? '' : ` -${flag}`}`;
  const parts = (['ko', 'en'] as const).map((lang) => {
    const { bundle } = wordsOf(lang).respond;
    return [
      ...bundle.readme(incident, host),
      '',
      ...(
        [
          ['show', ''],
          ['apply', 'Apply'],
          ['undo', 'Undo'],
        ] as const
      ).map(([name, flag]) => `  ${bundle[name]}: ${call(flag)}`),
    ].join('\n');
  });
  const text = `${parts.join('\n\n')}\n`;
  // Windows' own editor of old takes no other end of a line.
  return bytesOf(system === 'windows' ? `\ufeff${text.replaceAll('\n', '\r\n')}` : text);
}
