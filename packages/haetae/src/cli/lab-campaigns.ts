import { type CampaignWords, type Language, printable } from '../locale/index.ts';
import {
  builtinCampaigns,
  type Campaign,
  type CampaignProblem,
  campaignsAt,
  checkCampaigns,
  readCampaigns,
  type Step,
} from '../scenario/index.ts';
import { columns } from './columns.ts';
import type { Context } from './flags.ts';
import type { LabCampaignFlags } from './lab-flags.ts';
import { count } from './numbers.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

/** Built-in ones, or those at a path; one with problems is told on stderr and left out. */
export function campaignsOf(
  path: string | undefined,
  w: CampaignWords,
  stderr: { write(text: string): unknown },
): readonly Campaign[] {
  const { campaigns, problems } = readCampaigns(filesAt(path, w));
  for (const problem of problems) stderr.write(`${lineOf(problem, w)}\n`);
  return campaigns;
}

export function chosenCampaigns(
  campaigns: readonly Campaign[],
  wanted: readonly string[],
  w: CampaignWords,
): readonly Campaign[] {
  if (wanted.length === 0) throw new UsageError(w.needsName);
  if (wanted.length === 1 && wanted[0] === 'all') return campaigns;
  return wanted.map((name) => {
    const found = campaigns.find(({ id }) => id === name);
    if (found === undefined) throw new UsageError(w.noCampaign(name, campaigns.map(({ id }) => id).join(', ')));
    return found;
  });
}

const filesAt = (path: string | undefined, w: CampaignWords) => {
  const files = path === undefined ? builtinCampaigns() : campaignsAt(path);
  if (files === undefined) throw new UsageError(w.noFiles(path!));
  return files;
};

const lineOf = ({ file, line, column, code, about }: CampaignProblem, w: CampaignWords): string =>
  `${printable(file)}:${line}:${column}: ${w.faults[code](printable(about))}`;

/** `haetae lab list`, without tests of Atomic Red Team. */
export async function listCampaigns(this: Context, flags: LabCampaignFlags): Promise<void> {
  const { console } = this;
  const { campaigns: w, lang } = console.words;
  await toOutput(console, flags, (out) => {
    const campaigns = campaignsOf(flags.campaigns, w, console.stderr);
    if (flags.format === 'json') out.write(json(campaigns));
    else {
      const rows = campaigns.map(({ id, title, hosts, days, steps, kind }) => [
        ...[id, kind === 'benign' ? w.benign : '', count(hosts.length), count(days), count(steps.length), title[lang]],
      ]);
      const head = [w.columns.name, '', w.columns.hosts, w.columns.days, w.columns.steps, w.columns.title];
      out.write(`${columns([head, ...rows], [2, 3, 4]).join('\n')}\n`);
    }
    return EXIT.done;
  });
}

/** `haetae lab show CAMPAIGN` */
export async function showCampaigns(this: Context, flags: LabCampaignFlags, ...wanted: string[]): Promise<void> {
  const { console } = this;
  const { campaigns: w, lang } = console.words;
  await toOutput(console, flags, (out) => {
    const chosen = chosenCampaigns(campaignsOf(flags.campaigns, w, console.stderr), wanted, w);
    out.write(flags.format === 'json' ? json(chosen) : chosen.map((one) => shown(one, w, lang)).join('\n'));
    return EXIT.done;
  });
}

function shown({ id, title, summary, hosts, steps }: Campaign, w: CampaignWords, lang: Language): string {
  const lines = [`${id}  ${title[lang]}`, '', `  ${summary[lang]}`, ''];
  lines.push(
    ...columns(
      hosts.map(({ key, name, role, user }) => [key, name, w.roles[role], user]),
      [],
    ),
  );
  for (const step of steps) {
    lines.push('', `  ${when(step)}  ${step.title[lang]}`, `      ${step.techniques.join(', ')} · ${step.tactic}`);
    for (const { techniques, level } of step.findings)
      lines.push(`      ${w.expected}: ${techniques.join(' / ')} ≥ ${level}`);
  }
  return `${lines.join('\n')}\n`;
}

const when = ({ day, timeMs }: Step): string =>
  `${day > 1 ? `+${day - 1}d ` : ''}${new Date(timeMs).toISOString().slice(11, 19)}`;

/** `haetae lab check [PATH]` */
export async function checkCommand(this: Context, flags: LabCampaignFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { campaigns: w } = console.words;
  await toOutput(console, flags, (out) => {
    const files = (paths.length === 0 ? [undefined] : paths).flatMap((path) => filesAt(path, w));
    const { problems } = checkCampaigns(files);
    if (flags.format === 'json') out.write(json({ campaigns: files.length, problems }));
    else {
      for (const problem of problems) out.write(`${lineOf(problem, w)}\n`);
      out.write(`${w.checked(count(files.length), count(problems.length))}\n`);
    }
    return problems.length > 0 ? EXIT.findings : EXIT.done;
  });
}
