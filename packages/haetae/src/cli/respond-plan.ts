import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import type { ActionName } from '@haetae/agent/protocol';
import { type Incident, incidentTitle } from '../incident/index.ts';
import type { Words } from '../locale/index.ts';
import {
  ACTIONS,
  actionJson,
  builtinPlaybooks,
  bundleOf,
  type Plan,
  type PlanOptions,
  type Playbook,
  planOf,
  planText,
  readPlaybooks,
  respondScripts,
} from '../respond/index.ts';
import type { Context, RespondPlanFlags } from './flags.ts';
import { idOption, pickIncident } from './incident-pick.ts';
import { assetsOption, incidentsIn } from './incident-run.ts';
import { count } from './numbers.ts';
import { checkLanguage } from './options.ts';
import { anythingRead, conclude } from './receipt.ts';
import { filesAt } from './respond-lint.ts';
import { executorsOption, neverOption } from './respond-never.ts';
import { json } from './rules-run.ts';
import { prepareScan } from './scan-run.ts';
import { session } from './session.ts';
import { askStored } from './stored.ts';
import { EXIT, UsageError } from './usage.ts';

/** `haetae respond plan INCIDENT [LOGS]`: of logs, or, where none are given, of what a server has stored. */
export async function respondPlanCommand(this: Context, flags: RespondPlanFlags, ...given: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { respond: w } = words;
  checkLanguage(flags.lang, words);
  const [incident, ...paths] = given;
  if (incident === undefined) throw new UsageError(w.needsIncident);
  const wanted = idOption(incident, words)!;
  if (flags.output !== undefined && existsSync(flags.output)) throw new UsageError(w.folderThere(flags.output));
  const { playbooks, broken } = playbooksOf(flags, words);
  const options = planOptions(flags, playbooks, words);
  if (broken > 0) console.stderr.write(`haetae: ${w.brokenPlaybooks(count(broken))}\n`);
  const show = (found: Incident, write: (text: string) => void): number => {
    const plan = planFor(found, options, words);
    const titles = new Map(playbooks.map(({ id, title, titleKo }) => [id, words.lang === 'ko' ? titleKo : title]));
    const title = incidentTitle(found, words.lang);
    if (flags.format === 'json') write(json(planJson(plan, title)));
    else write(planText(plan, words, title, (id) => titles.get(id) ?? id));
    if (flags.output !== undefined && plan.actions.length > 0) {
      const files = bundleOf(plan, respondScripts(), console.version);
      writeBundle(flags.output, files, words);
      console.stderr.write(`haetae: ${w.written(flags.output, count(files.length))}\n`);
    }
    return plan.actions.length > 0 ? EXIT.done : EXIT.findings;
  };
  if (paths.length === 0) {
    console.exit(
      await askStored(flags, words, async (stored) =>
        show(pickIncident(await stored.incidents(wanted), wanted, words), (text) => console.stdout.write(text)),
      ),
    );
    return;
  }
  const assets = assetsOption(flags.assets, words);
  const prepared = await prepareScan(flags, words, console);
  // The folder of the bundle is no file that the session would write.
  const { output: _, ...reading } = flags;
  await session(console, reading, paths, async (s) => {
    const done = await prepared.run(s, true);
    try {
      const { report } = await incidentsIn(done, assets);
      s.clearProgress();
      let status: number = EXIT.done;
      if (anythingRead(done.receipts))
        status = show(pickIncident(report.incidents, wanted, words), (text) => s.write(text));
      const concluded = conclude(s, 'respond plan', done.receipts, flags.receipt, prepared.receipt(done));
      return concluded === EXIT.done ? status : concluded;
    } finally {
      done.findings.dispose();
    }
  });
}

function playbooksOf(
  flags: RespondPlanFlags,
  { respond: w }: Words,
): { readonly playbooks: readonly Playbook[]; readonly broken: number } {
  const files = [
    ...(flags.builtinPlaybooks ? builtinPlaybooks() : []),
    ...(flags.playbooks ?? []).flatMap((path) => filesAt(path, w.noPlaybooks)),
  ];
  const { playbooks } = readPlaybooks(files);
  return { playbooks, broken: files.length - playbooks.length };
}

function planOptions(flags: RespondPlanFlags, playbooks: readonly Playbook[], { respond: w }: Words): PlanOptions {
  const actions = (flags.action ?? []).map((name) => {
    if (!ACTIONS.has(name as ActionName)) throw new UsageError(w.badAction(name, [...ACTIONS.keys()].join(', ')));
    return name as ActionName;
  });
  const { host, system, minutes } = flags;
  if (minutes !== undefined && !(/^[1-9]\d{0,4}$/.test(minutes) && Number(minutes) <= 10_080))
    throw new UsageError(w.badMinutes(minutes));
  return {
    playbooks,
    actions,
    never: neverOption(flags.never, w),
    executors: executorsOption(flags.domainExecutor, w),
    server: serverOption(flags.server, w),
    ...(minutes !== undefined && { minutes: Number(minutes) }),
    ...(system !== undefined && { systemOf: () => system }),
    ...(host !== undefined && { host }),
  };
}

function serverOption(text: string | undefined, w: Words['respond']): PlanOptions['server'] {
  if (text === undefined) return undefined;
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  if (isIP(address) !== (bracketed === undefined ? 4 : 6) || Number(port) < 1 || Number(port) > 65_535)
    throw new UsageError(w.badServer(text));
  return { address, port: Number(port) };
}

function planFor(incident: Incident, options: PlanOptions, { respond: w }: Words): Plan {
  const { host } = options;
  if (host === undefined) return planOf(incident, options);
  const known = incident.hosts.find((one) => one.toLowerCase() === host.toLowerCase());
  if (known === undefined) throw new UsageError(w.badHost(host, incident.hosts.join(', ')));
  return planOf(incident, { ...options, host: known });
}

const planJson = (plan: Plan, title: string) => ({
  incident: plan.incident,
  title,
  actions: plan.actions.map((action, i) => actionJson(action, i + 1)),
  notPlanned: plan.refused,
});

function writeBundle(folder: string, files: ReturnType<typeof bundleOf>, { errors }: Words): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    for (const [path, bytes] of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, bytes, { mode: path.endsWith('.sh') ? 0o700 : 0o600, flag: 'wx' });
    }
  } catch (error) {
    throw new UsageError(errors.output(folder, (error as Error).message));
  }
}
