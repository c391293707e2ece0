import { type Order, type ProcessRef, readOrder } from '@haetae/agent/protocol';
import { type Incident, type IndicatorKind, indicatorsOf, type ProcessNode, shortHost } from '../incident/index.ts';
import type { Candidate, Unplanned } from './plan.ts';

type About = Omit<Candidate, 'kind' | 'order' | 'why'>;

/** The order where it is one; a value that no order may hold is told, never cut to fit. */
export function candidateOf(about: About, order: Order): Candidate {
  if (about.host === '') return refusedFor(about, 'no-host');
  const read = readOrder(order);
  return read.kind === 'order' ? { ...about, kind: 'order', order: read.order } : refusedFor(about, 'malformed');
}

export const refusedFor = (about: About, why: Unplanned): Candidate => ({ ...about, kind: 'refused', why });

/** How far a real start may lie from the time that a start event tells, and from the second that a ProcessGuid holds. */
const WITHIN_MS = { event: 500, guid: 1000 } as const;

/** A process as an order names it, or what the logs lack. */
export function processRef({ pid, startMs, startFrom, image, endMs }: ProcessNode): ProcessRef | Unplanned {
  if (endMs !== null) return 'ended';
  if (pid === null) return 'no-pid';
  if (startMs === null || startFrom === null) return 'no-start';
  if (!/^(?:[A-Za-z]:\\|\/)./.test(image)) return 'no-image';
  return { pid, startMs, withinMs: WITHIN_MS[startFrom], image };
}

/** Candidates for processes; `which` picks among those about which something was found. */
export function processCandidates(
  { tree }: Incident,
  order: (process: ProcessRef) => Order,
  which: (node: ProcessNode, found: readonly ProcessNode[]) => boolean = () => true,
): Candidate[] {
  const found = tree.filter(({ findings }) => findings.length > 0);
  return found
    .filter((node) => which(node, found))
    .map((node) => {
      const about = { host: node.host, about: `${node.image || '?'} (${node.pid ?? '?'})`, findings: node.findings };
      const process = processRef(node);
      return typeof process === 'string' ? refusedFor(about, process) : candidateOf(about, order(process));
    });
}

/** True for a process that no other one of them started, directly or not. */
export function isTopmost(incident: Incident): (node: ProcessNode, found: readonly ProcessNode[]) => boolean {
  const byKey = new Map(incident.tree.map((node) => [node.key, node]));
  return (node, found) => {
    const keys = new Set(found.map(({ key }) => key));
    const seen = new Set([node.key]);
    for (let up = node.parent; up !== null && !seen.has(up); up = byKey.get(up)?.parent ?? null) {
      if (keys.has(up)) return false;
      seen.add(up);
    }
    return true;
  };
}

export function hostCandidates(incident: Incident, order: (host: string) => Order): Candidate[] {
  return incident.hosts.map((host) =>
    candidateOf({ host, about: host, findings: findingsOn(incident, host) }, order(host)),
  );
}

export const findingsOn = ({ findings }: Incident, host: string): number[] =>
  findings.flatMap((one, i) => (one.host === host ? [i] : []));

/** What the facts of the incident name, on each host on which they do; `value` is made what an order holds, undefined for none of ours. */
export function indicated(
  incident: Incident,
  kind: IndicatorKind,
  value: (text: string) => string | undefined = (text) => text,
): { readonly host: string; readonly value: string; readonly findings: readonly number[] }[] {
  const found = new Map<string, { host: string; value: string; findings: readonly number[] }>();
  for (const one of indicatorsOf(incident)) {
    if (one.kind !== kind) continue;
    const own = value(one.value);
    if (own === undefined) continue;
    for (const host of one.hosts)
      found.set(`${host}\0${own.toLowerCase()}`, { host, value: own, findings: speakingOf(incident, host, one.value) });
  }
  return [...found.values()];
}

/** Findings of a host that hold the value in one of their fields, or whose process did what holds it. */
function speakingOf({ findings, tree }: Incident, host: string, value: string): number[] {
  const wanted = value.toLowerCase();
  const holds = (text: string): boolean => text.toLowerCase().includes(wanted);
  const direct = findings.flatMap((one, i) => (one.host === host && Object.values(one.fields).some(holds) ? [i] : []));
  const byActs = tree
    .filter((node) => node.host === host && (holds(node.image) || node.acts.some(({ what }) => holds(what))))
    .flatMap((node) => node.findings);
  return [...new Set([...direct, ...byActs])].sort((a, b) => a - b);
}

/** `DOMAIN\name` apart; a name alone has none. */
export function accountParts(user: string): { readonly domain: string; readonly name: string } {
  const cut = user.indexOf('\\');
  return cut < 0 ? { domain: '', name: user } : { domain: user.slice(0, cut), name: user.slice(cut + 1) };
}

const SYSTEM_DOMAINS =
  /^(?:NT AUTHORITY|NT SERVICE|NT-AUTORIT.T|AUTORITE NT|Window Manager|Font Driver Host|IIS APPPOOL)$/i;
const SYSTEM_NAMES = /^(?:SYSTEM|LOCAL SERVICE|NETWORK SERVICE|root|.*\$)$/i;

export type AccountKind = 'local' | 'domain' | 'system';
export function accountKind(user: string, host: string): AccountKind {
  const { domain, name } = accountParts(user);
  if (SYSTEM_DOMAINS.test(domain) || SYSTEM_NAMES.test(name)) return 'system';
  return domain === '' || domain === '.' || domain.toLowerCase() === shortHost(host).toLowerCase() ? 'local' : 'domain';
}
