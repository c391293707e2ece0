import type { ActionName } from '@haetae/agent/protocol';
import { DEFAULT_MINUTES } from '@haetae/agent/protocol';
import { type ServerAt, type System, stepsOf } from '@haetae/agent/respond';
import type { Incident } from '../incident/index.ts';
import type { CandidateOptions } from './action.ts';
import type { Candidate, Plan, PlannedAction, RefusedAction, Unplanned } from './plan.ts';
import { matchedBy } from './playbooks/match.ts';
import type { Playbook, PlaybookStep } from './playbooks/playbook.ts';
import { PERSONS } from './playbooks/read.ts';
import { isNever, type NeverList } from './policy/bounds.ts';
import { isDomainController } from './policy/controllers.ts';
import { ACTIONS } from './registry.ts';

export interface PlanOptions {
  readonly playbooks: readonly Playbook[];
  /** Actions that a person asks for, on all that the incident names. */
  readonly actions: readonly ActionName[];
  readonly never: NeverList;
  /** Of whom an isolated host stays able to speak; undefined: isolations are refused. */
  readonly server: ServerAt | undefined;
  readonly minutes?: number;
  readonly script?: CandidateOptions['script'];
  readonly executors?: CandidateOptions['executors'];
  /** In place of what the incident's channels tell. */
  readonly systemOf?: (host: string) => System;
  /** Nothing is planned on other hosts. */
  readonly host?: string;
}

/** What could be done about an incident, and what could not and why. Pure: the same incident, the same plan. */
export function planOf(incident: Incident, options: PlanOptions): Plan {
  const actions = new Map<string, PlannedAction>();
  const refused = new Map<string, RefusedAction>();
  const take = (name: ActionName, candidate: Candidate, asker: Asker): void => {
    const made = planned(name, candidate, incident, options, asker);
    const key = JSON.stringify([name, made.host, 'why' in made ? made.about : made.order]);
    if ('why' in made) {
      refused.set(key, made);
      return;
    }
    const known = actions.get(key);
    actions.set(key, known === undefined ? made : merged(known, made));
  };
  for (const playbook of options.playbooks) {
    const matched = matchedBy(playbook, incident);
    if (matched.length === 0) continue;
    const hosts = new Set(matched.map((i) => incident.findings[i]!.host));
    for (const step of playbook.do) {
      const minutes = options.minutes ?? step.minutes;
      for (const candidate of ACTIONS.get(step.action)!.candidates(incident, { ...given(options), minutes })) {
        if (
          step.on === 'matched' &&
          !(hosts.has(candidate.host) && candidate.findings.some((i) => matched.includes(i)))
        )
          continue;
        const persons = PERSONS[playbook.approval];
        take(step.action, candidate, {
          playbooks: [playbook.id],
          persons,
          triggers: triggersOf(playbook, step, matched, incident.findings.length),
        });
      }
    }
  }
  for (const name of options.actions) {
    const all = ACTIONS.get(name)!.candidates(incident, {
      ...given(options),
      minutes: options.minutes ?? DEFAULT_MINUTES,
    });
    for (const candidate of all) take(name, candidate, { playbooks: [], persons: 1, triggers: [] });
    // Whoever asks for it is told why there is nothing.
    const isElsewhere = all.some(({ host }) => !incident.hosts.includes(host));
    for (const host of options.host === undefined ? incident.hosts : [options.host])
      if (!isElsewhere && !all.some((one) => one.host === host))
        refused.set(`${name} ${host}`, { action: name, host, about: '', why: 'names-none' });
  }
  const ordered = [...ACTIONS.keys()];
  const place = ({
    action,
    host,
    about,
  }: {
    readonly action: ActionName;
    readonly host: string;
    readonly about: string;
  }) => [incident.hosts.indexOf(host), ordered.indexOf(action), about] as const;
  const byPlace = (a: Parameters<typeof place>[0], b: Parameters<typeof place>[0]): number => {
    const [x, y] = [place(a), place(b)];
    return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : x[2] > y[2] ? 1 : 0);
  };
  const isHere = ({ host }: { readonly host: string }): boolean => options.host === undefined || host === options.host;
  return {
    incident: incident.id,
    actions: [...actions.values()].filter(isHere).sort(byPlace),
    refused: [...refused.values()].filter(isHere).sort(byPlace),
  };
}

interface Asker {
  readonly playbooks: readonly string[];
  readonly persons: 0 | 1 | 2;
  readonly triggers: readonly number[];
}

/** What is aimed at by `matched` is what the trigger speaks of. Else, and where the risk counts, others had a say in it too. */
function triggersOf(
  { when }: Playbook,
  { on }: PlaybookStep,
  matched: readonly number[],
  all: number,
): readonly number[] {
  if (when.risk !== null) return Array.from({ length: all }, (_, i) => i);
  return on === 'incident' ? matched : [];
}

const given = ({ script, executors }: PlanOptions): Omit<CandidateOptions, 'minutes'> => ({
  ...(script !== undefined && { script }),
  ...(executors !== undefined && { executors }),
});

/** Two playbooks that ask for the same: the one that asks more people decides. */
const merged = (a: PlannedAction, b: PlannedAction): PlannedAction => ({
  ...a,
  playbooks: [...new Set([...a.playbooks, ...b.playbooks])],
  triggers: [...new Set([...a.triggers, ...b.triggers])].sort((x, y) => x - y),
  persons: Math.max(a.persons, b.persons) as 0 | 1 | 2,
});

function planned(
  action: ActionName,
  candidate: Candidate,
  incident: Incident,
  { never, server, systemOf }: PlanOptions,
  asker: Asker,
): PlannedAction | RefusedAction {
  const { host, about } = candidate;
  const refuse = (why: Unplanned): RefusedAction => ({ action, host, about, why });
  if (candidate.kind === 'refused') return refuse(candidate.why);
  const { order } = candidate;
  // The host of a domain's account is only the one that asks its controller.
  const changes = action !== 'collect-triage' && action !== 'disable-domain-account';
  if (changes && (isNever(never, 'host', host) || isDomainController(incident, host))) return refuse('never');
  if (
    order.action === 'block-address' &&
    (isNever(never, 'address', order.address) || order.address === server?.address)
  )
    return refuse('never');
  if (order.action === 'block-domain' && isNever(never, 'domain', order.domain)) return refuse('never');
  if ('account' in order && isNever(never, 'account', order.account)) return refuse('never');
  const system = systemOf?.(host) ?? systemIn(incident, host);
  if (action === 'isolate-host' && server === undefined) return refuse('no-server');
  const steps = stepsOf(order, system, server);
  if (steps === undefined) return refuse('unsupported');
  const declared = ACTIONS.get(action)!;
  const persons = Math.max(declared.persons, asker.persons) as 0 | 1 | 2;
  return {
    action,
    host,
    system,
    about,
    risk: declared.risk,
    order,
    steps,
    findings: candidate.findings,
    playbooks: asker.playbooks,
    triggers: asker.triggers,
    persons,
  };
}

/** By the channels of what was found there: Windows unless they are Linux's. */
export function systemIn({ findings, tree }: Incident, host: string): System {
  const channels = findings.filter((one) => one.host === host).map(({ channel }) => channel);
  if (channels.some((channel) => /^linux-sysmon\//i.test(channel))) return 'linux';
  if (channels.length > 0) return 'windows';
  return tree.some((node) => node.host === host && node.image.startsWith('/')) ? 'linux' : 'windows';
}
