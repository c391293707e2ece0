import type { Check, Step, Verification } from '@haetae/agent/respond';
import { printable, type Words } from '../locale/index.ts';
import type { Plan, PlannedAction } from './plan.ts';

/** A step in one line, as exactly as it is done. Values of logs are made safe for a terminal. */
export function stepText(step: Step, { respond: { steps: w } }: Words): string {
  switch (step.kind) {
    case 'run':
      return `${step.argv.map(quoted).join(' ')}${step.stdin === undefined ? '' : ` < ${quoted(step.stdin.trim().split('\n').at(-1)!.slice(0, 60))}…`}`;
    case 'script':
      return `haetae-respond.ps1 -Verb ${step.verb} < ${printable(JSON.stringify(step.data))}`;
    case 'signal':
      return `${step.signal} → ${step.process.pid}${step.tree ? ` + ${w.descendants}` : ''} (${printable(step.process.image)})`;
    case 'quarantine':
    case 'restore':
      return `${w[step.kind]}: ${printable(step.path)}`;
    case 'hosts-line':
      return `hosts ${step.add ? '+' : '-'} 0.0.0.0 ${printable(step.domain)}`;
    case 'collect':
      return [w.collect, ...step.files.map((path) => printable(path))].join(' · ');
    default:
      return step satisfies never;
  }
}

const quoted = (text: string): string =>
  /^[\p{L}\p{N}_@%+=:,./\\{}-]+$/u.test(text) ? text : `"${printable(text).replaceAll('"', '\\"')}"`;

export const checkText = (check: Check, words: Words): string => words.respond.checks[check.kind];

export function verifyText(check: Verification, { respond: { verify: w } }: Words): string {
  switch (check.kind) {
    case 'run':
      return `${check.argv.map(quoted).join(' ')} → ${check.fails ? '≠ 0' : '0'}`;
    case 'script':
      return check.verb;
    case 'process-gone':
    case 'process-stopped':
      return w[check.kind](String(check.process.pid));
    case 'file-gone':
      return w[check.kind](printable(check.path));
    case 'line-there':
      return `hosts: 0.0.0.0 ${printable(check.domain)}`;
    case 'only-server-reachable':
    case 'archive-whole':
      return w[check.kind];
    default:
      return check satisfies never;
  }
}

/** A plan for people to read before they approve it. `titleOf`: of a playbook, by its id. */
export function planText(plan: Plan, words: Words, title: string, titleOf: (playbook: string) => string): string {
  const { respond: w } = words;
  const lines = [w.title(plan.incident.slice(0, 8), printable(title)), ''];
  let host = '';
  plan.actions.forEach((action, i) => {
    if (action.host !== host) lines.push(`${printable(action.host)} (${action.system})`);
    host = action.host;
    lines.push(...actionLines(action, i + 1, words, titleOf).map((line) => `  ${line}`));
  });
  if (plan.actions.length === 0) lines.push(plan.refused.length > 0 ? w.nothingPlanned : w.nothing);
  if (plan.refused.length > 0) lines.push('', w.notPlanned);
  for (const { host: at, action, about, why } of plan.refused)
    lines.push(
      `  ${[printable(at), w.actions[action], printable(about)].filter((one) => one !== '').join('  ')}: ${w.unplanned[why]}`,
    );
  lines.push('', w.dryRun);
  return `${lines.join('\n')}\n`;
}

/** Guard, steps, verification and way back of an action, a line each. */
export function actionTexts(
  { steps }: PlannedAction,
  words: Words,
): Readonly<Record<'guard' | 'steps' | 'verify' | 'undo', readonly string[]>> {
  return {
    guard: steps.guard.map((check) => checkText(check, words)),
    steps: steps.steps.map((step) => stepText(step, words)),
    verify: steps.verify.map((check) => verifyText(check, words)),
    undo:
      steps.undo.kind === 'steps'
        ? steps.undo.steps.map((step) => stepText(step, words))
        : [words.respond.noUndo[steps.undo.why]],
  };
}

function actionLines(
  action: PlannedAction,
  number: number,
  words: Words,
  titleOf: (playbook: string) => string,
): string[] {
  const { respond: w } = words;
  const texts = actionTexts(action, words);
  const said = action.playbooks.length === 0 ? w.asked : w.playbooksSaid(action.playbooks.map(titleOf).join(', '));
  const width = Math.max(...Object.values(w.parts).map((one) => one.length));
  const part = (name: keyof typeof w.parts, texts: readonly string[]): string[] =>
    texts.map((text, i) => `   ${(i === 0 ? w.parts[name] : '').padEnd(width)}  ${text}`);
  return [
    `${number}. ${w.actions[action.action]}: ${printable(action.about)}`,
    `   ${w.risk[action.risk]} · ${w.persons[action.persons]} · ${said}`,
    ...(['guard', 'steps', 'verify', 'undo'] as const).flatMap((name) => part(name, texts[name])),
  ];
}
