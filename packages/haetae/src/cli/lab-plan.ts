import { type LabWords, printable } from '../locale/index.ts';
import { type Admission, type AtomicPlan, admit, argvOf, linuxReviews } from '../scenario/index.ts';
import type { Out } from './console.ts';
import type { Context } from './flags.ts';
import type { LabPlanFlags } from './lab-flags.ts';
import { chosen, inputsOf, planned, testName, testsAt } from './lab-tests.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT } from './usage.ts';

/** `haetae lab plan TEST … --atomics DIR`: what would be done, and how it is taken back. */
export async function planCommand(this: Context, flags: LabPlanFlags, ...wanted: string[]): Promise<void> {
  const { console } = this;
  const { lab: w } = console.words;
  await toOutput(console, flags, (out) => {
    const tests = chosen(testsAt(flags.atomics, w).tests, wanted, w);
    const inputs = inputsOf(flags.input, w);
    const reviews = linuxReviews();
    const plans = tests.map((test) => {
      const plan = planned(test, { inputs, folder: flags.atomics!, system: flags.system }, w);
      return { plan, admission: plan.system === 'linux' ? admit(test, reviews) : undefined };
    });
    if (flags.format === 'json') out.write(json(plans.map(({ plan, admission }) => planJson(plan, admission))));
    else out.write(plans.map(({ plan, admission }) => planText(plan, admission, w, out)).join('\n'));
    const isBarred = ({ plan, admission }: (typeof plans)[number]): boolean =>
      plan.refused.length > 0 || plan.byHand !== '' || admission?.kind === 'refused';
    return plans.some(isBarred) ? EXIT.findings : EXIT.done;
  });
}

export const planJson = ({ test, steps, ...plan }: AtomicPlan, admission: Admission | undefined) => ({
  ...{ test: testName(test), guid: test.guid, name: test.name },
  ...plan,
  steps: steps.map((step) => ({ ...step, argv: argvOf(step, plan.system, '') })),
  ...(admission !== undefined && { linux: admission.kind === 'runs' ? 'runs' : admission.because }),
});

function planText(plan: AtomicPlan, admission: Admission | undefined, w: LabWords, { color }: Out): string {
  const { test, steps, needsName, refused, byHand } = plan;
  const lines = [color.bold(`${testName(test)}  ${printable(test.name)}`), color.dim(`  ${test.guid}  ${plan.system}`)];
  for (const { harm, text } of refused) lines.push(color.red(`  ✗ ${w.never(w.harms[harm], printable(text))}`));
  if (admission?.kind === 'refused')
    lines.push(color.yellow(`  ✗ ${w.planNotes.refused(w.admission[admission.because])}`));
  else if (admission !== undefined)
    lines.push(color.green(`  ✓ ${w.planNotes.isolated}: ${w.touches[admission.touches]}`));
  else if (needsName.length > 0)
    lines.push(color.yellow(`  ! ${w.mustBeNamed(needsName.map((one) => w.needsName[one]).join(', '))}`));
  for (const step of steps) {
    const argv = argvOf(step, plan.system, '');
    lines.push('', `  ${w.phases[step.phase]}${step.about === '' ? '' : `: ${printable(step.about.trim())}`}`);
    lines.push(color.dim(`    ${argv.slice(0, -1).join(' ')}`));
    lines.push(
      ...argv
        .at(-1)!
        .split('\n')
        .map((line) => `    │ ${printable(line)}`),
    );
  }
  if (byHand !== '') lines.push('', `  ${w.byHand}`, ...byHand.split('\n').map((line) => `    │ ${printable(line)}`));
  else if (!steps.some(({ phase }) => phase === 'undo')) lines.push('', color.dim(`  ${w.phases.undo}: ${w.noUndo}`));
  return `${lines.join('\n')}\n`;
}
