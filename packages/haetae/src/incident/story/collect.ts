import type { Happening, Incident, IncidentFinding, ProcessNode } from '../incident.ts';
import { fileName } from '../text.ts';
import type { Act } from '../trace/trace.ts';
import { type Deed, LEVEL_ORDER, merged, signature, worse } from './deed.ts';
import { first, isStart, toldBy, toldByAct } from './kinds.ts';

const collected = new WeakMap<Incident, readonly Deed[]>();

/** What an incident tells, each thing once, by time: starts of its processes, what they did, and what was found besides. */
export function deedsOf(incident: Incident): readonly Deed[] {
  const deeds = collected.get(incident) ?? collect(incident);
  collected.set(incident, deeds);
  return deeds;
}

function collect(incident: Incident): Deed[] {
  const nodes = new Map(incident.tree.map((node) => [node.key, node]));
  const found = new Map<string, Deed>();
  const add = (deed: Deed): void => {
    const key = signature(deed);
    const known = found.get(key);
    found.set(key, known === undefined ? deed : merged(known, deed));
  };
  for (const node of incident.tree) {
    const run = runOf(node, nodes, incident.findings);
    if (run !== undefined) add(run);
  }
  incident.findings.forEach((finding, i) => {
    add(deedOfFinding(finding, i, nodes));
  });
  // Acts that nothing was found about come last: they only fill in what the found ones leave out.
  const below = levelsBelow(incident);
  for (const node of incident.tree) for (const deed of worthTelling(node, incident.findings, below)) add(deed);
  const names = accountNames(incident.findings);
  for (const [key, deed] of found)
    if (deed.kind === 'group' && names.has(deed.what[1] ?? ''))
      found.set(key, { ...deed, what: [deed.what[0]!, names.get(deed.what[1]!)!] });
  const order = new Map([...found.keys()].map((key, i) => [key, i]));
  const since = startTimes(found.values());
  const timeOf = ({ kind, child, process, timeMs }: Deed): number =>
    Math.max(timeMs ?? Infinity, since.get((kind === 'run' ? child : process) ?? '') ?? -Infinity);
  return [...found]
    .filter(([, deed]) => !isNoise(deed))
    .sort(([a, x], [b, y]) => timeOf(x) - timeOf(y) || order.get(a)! - order.get(b)!)
    .map(([, deed]) => deed);
}

/** What PowerShell itself leaves behind whenever it starts, and names that every host asks for. */
const NOISE = /\\__PSScriptPolicyTest_|^\\PSHost\.|^localhost$|^wpad$/i;

const isNoise = ({ what, level }: Deed): boolean =>
  (level === null || level === 'informational' || level === 'low') && NOISE.test(what[0] ?? '');

/**
 * When each process can first have done something: not before it was started, and that not before its parent was. Two logs
 * of one start differ by milliseconds.
 */
function startTimes(deeds: Iterable<Deed>): Map<string, number> {
  const runs = new Map<string, Deed>();
  for (const deed of deeds) if (deed.kind === 'run' && deed.child !== null) runs.set(deed.child, deed);
  const since = new Map<string, number>();
  for (const key of runs.keys()) {
    const way: string[] = [];
    const seen = new Set<string>();
    for (let at: string | null = key; at !== null && runs.has(at) && !seen.has(at); at = runs.get(at)!.process) {
      seen.add(at);
      way.push(at);
    }
    let latest = -Infinity;
    for (const one of way.reverse()) {
      latest = Math.max(latest, runs.get(one)!.timeMs ?? -Infinity);
      since.set(one, latest);
    }
  }
  return since;
}

/** Names of accounts by their SIDs, as the incident's own events tell them: 4732 knows a new member by its SID alone. */
function accountNames(findings: readonly IncidentFinding[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { fields } of findings)
    for (const [sid, name] of [
      [fields.TargetSid ?? fields.TargetUserSid, fields.TargetUserName],
      [fields.SubjectUserSid, fields.SubjectUserName],
    ])
      if (sid !== undefined && /^S-1-5-21-/.test(sid) && name !== undefined && name !== '-') names.set(sid, name);
  return names;
}

const levelOf = (findings: readonly number[], all: readonly IncidentFinding[]) =>
  findings.reduce<Deed['level']>((level, i) => worse(level, all[i]!.level), null);

const EMPTY = { child: null, actor: '', findings: [], level: null, tactics: [] } as const;

/** Helpers that Windows itself starts beside a program: what is found about them is told of that program. */
const isHelper = (node: ProcessNode, parent: ProcessNode | undefined): boolean => {
  const [name, by] = [fileName(node.image).toLowerCase(), fileName(parent?.image ?? '').toLowerCase()];
  return (name === 'net1.exe' && by === 'net.exe') || name === 'conhost.exe';
};

function runOf(
  node: ProcessNode,
  nodes: ReadonlyMap<string, ProcessNode>,
  findings: readonly IncidentFinding[],
): Deed | undefined {
  const parent = node.parent === null ? undefined : nodes.get(node.parent);
  const told = node.findings.filter((i) => isStart(findings[i]!));
  if (isHelper(node, parent) || (node.started === null && told.length === 0)) return undefined;
  const parentImage = told
    .map((i) => first(findings[i]!.fields, 'ParentImage', 'ParentProcessName'))
    .find((p) => p !== '');
  return {
    ...EMPTY,
    kind: 'run',
    host: node.host,
    timeMs: node.started?.timeMs ?? node.startMs,
    lastMs: node.started?.timeMs ?? node.startMs,
    process: parent?.key ?? null,
    child: node.key,
    actor: parent === undefined ? fileName(parentImage ?? '') : '',
    what: [node.key],
    count: 1,
    events: node.started === null ? [] : [node.started],
  };
}

function deedOfFinding(finding: IncidentFinding, index: number, nodes: ReadonlyMap<string, ProcessNode>): Deed {
  const { host, events, level, attack, fields, process } = finding;
  const node = process === null ? undefined : nodes.get(process);
  const parent = node?.parent == null ? undefined : nodes.get(node.parent);
  const shared = {
    host,
    timeMs: events[0]?.timeMs ?? null,
    lastMs: events.at(-1)?.timeMs ?? null,
    events,
    findings: [index],
    level,
    tactics: attack.tactics,
  };
  if (node !== undefined && isStart(finding)) {
    const helper = isHelper(node, parent) && parent !== undefined;
    const child = helper ? parent : node;
    const starter = helper ? (parent.parent === null ? undefined : nodes.get(parent.parent)) : parent;
    return {
      ...{ ...shared, kind: 'run', child: child.key, process: starter?.key ?? null, count: 1, what: [child.key] },
      actor: starter === undefined && !helper ? fileName(first(fields, 'ParentImage', 'ParentProcessName')) : '',
    };
  }
  const told = toldBy(finding);
  const image = fileName(first(fields, 'Image', 'SourceImage', 'ProcessName', 'NewProcessName', 'Application'));
  const by = { process: node?.key ?? null, child: null, actor: node === undefined ? (told?.actor ?? image) : '' };
  const where = `${finding.channel} ${finding.eventId}`;
  if (told !== undefined) return { ...shared, ...by, kind: told.kind, what: told.what, count: events.length };
  const title = finding.rule === null ? finding.detector : finding.rule.title;
  return { ...shared, ...by, kind: 'found', what: [title, where, String(index)], count: events.length };
}

/** Acts of a suspicious process that a reader asks for even where no rule does, and how many of each. */
const MOST: Readonly<Partial<Record<Act['kind'], number>>> = {
  ...{ connection: 3, dns: 2, file: 3, registry: 2, thread: 3, access: 2, tamper: 1 },
  ...{ service: 3, task: 3, share: 2, logon: 3, wmi: 3 },
};
const RUNNABLE =
  /\.(?:exe|dll|sys|scr|cpl|ocx|com|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|hta|lnk|msi|iso|img|vhdx?|zip|rar|7z|cab|dmp|docm|xlsm|jar|py|chm|xll|library-ms)$/i;
const LOOPBACK = /^\[?(?:127\.|::1\b|0:0:0:0:0:0:0:[01]\b|0\.0\.0\.0)/;
/** Where programs are installed: what runs from there does much that is no news. */
export const INSTALLED = /^[a-z]:\\(?:windows\\(?!temp\\)|program files)|^[^\\]*$/i;
const AUTORUN =
  /\\(?:Run|RunOnce|RunServices)\\|\\Services\\[^\\]+\\(?:ImagePath|ServiceDll)|\\Winlogon\\(?:Shell|Userinit)|\\Image File Execution Options\\|\\shell\\open\\command|\\AppInit_DLLs|\\Policies\\/i;

/** The worst of what was found about the descendants of each process. */
function levelsBelow({ tree, findings }: Incident): Map<string, Deed['level']> {
  const parents = new Map(tree.map(({ key, parent }) => [key, parent]));
  const below = new Map<string, Deed['level']>();
  for (const { parent, findings: own } of tree) {
    const level = levelOf(own, findings);
    if (level === null) continue;
    const seen = new Set<string>();
    for (let key = parent; key !== null && key !== undefined && !seen.has(key); key = parents.get(key) ?? null) {
      seen.add(key);
      if (worse(below.get(key) ?? null, level) === below.get(key)) break;
      below.set(key, worse(below.get(key) ?? null, level));
    }
  }
  return below;
}

function worthTelling(
  node: ProcessNode,
  findings: readonly IncidentFinding[],
  below: ReadonlyMap<string, Deed['level']>,
): Deed[] {
  const grave = (level: Deed['level']): boolean =>
    level !== null && LEVEL_ORDER.indexOf(level) >= LEVEL_ORDER.indexOf('medium');
  const foreign = node.findings.length > 0 || !INSTALLED.test(node.image);
  if (!grave(levelOf(node.findings, findings)) && !(foreign && grave(below.get(node.key) ?? null))) return [];
  const left = new Map(Object.entries(MOST));
  const resolved = new Set(
    node.acts.flatMap(({ kind, fields }) => (kind === 'connection' ? [fields.DestinationHostname] : [])),
  );
  const deeds: Deed[] = [];
  for (const act of node.acts) {
    if (act.kind === 'file' && !RUNNABLE.test(act.what)) continue;
    if (act.kind === 'registry' && !AUTORUN.test(act.what)) continue;
    if (act.kind === 'access' && !/\\lsass\.exe$/i.test(act.what)) continue;
    if (act.kind === 'dns' && resolved.has(act.what)) continue;
    const room = left.get(act.kind) ?? 0;
    const told = room > 0 ? toldByAct(act) : undefined;
    if (told === undefined || told.what[0] === '' || LOOPBACK.test(told.what[0]!)) continue;
    left.set(act.kind, room - 1);
    const at: Happening = { file: act.file, record: act.record, line: act.line, timeMs: act.timeMs };
    deeds.push({
      ...EMPTY,
      ...{ kind: told.kind, what: told.what, host: node.host, process: node.key },
      ...{ timeMs: act.timeMs, lastMs: act.timeMs, count: act.count ?? 1, events: [at] },
    });
  }
  return deeds;
}
