import type { Happening } from '../incident.ts';
import { isBroker } from '../lineage/brokers.ts';
import { shortName } from '../lineage/hosts.ts';
import { placed } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { isRemote, joins, type Session } from '../lineage/sessions.ts';
import { compare } from '../text.ts';
import type { Trace, TracedAct } from '../trace/trace.ts';
import type { Anchor } from './anchors.ts';
import { type Context, nearest, sessionOf } from './context.ts';
import type { Part } from './part.ts';
import { accountsOf, ticketsWanted } from './requests.ts';
import { sessionAnchor } from './sessions.ts';
import type { Unit } from './unit.ts';

/** A logon follows the connection, or the use of credentials, that made it within this; clocks of hosts differ. */
const CLOCKS_MS = 60_000;
/** A remote command reaches the host that it names within this. */
const NAMED_MS = 120_000;
/** A session that tells no port follows the connection to its host and service within this. */
const ADDRESSED_MS = 10_000;

/** A process that reached out to another host. */
export interface Reach {
  readonly node: Node;
  readonly timeMs: number;
  readonly shownBy: Happening;
}

/** What came from another host, of which something was found: a session over the network, or the asking for a ticket. */
export interface Want {
  readonly key: string;
  readonly atMs: number;
  /** Given to the process that reached out, and to `units`: others hold it already. */
  readonly anchor: Anchor;
  readonly units: readonly number[];
  /** What is asked of the offers of each part, the surest first. */
  readonly asked: readonly Question[];
}

/** Of a part, one for each question. */
export type Answers = readonly (Reach | undefined)[];

/** Whether a name is that of a host, in short. */
export type HostNames = Pick<ReadonlySet<string>, 'has'>;

export interface Question {
  readonly of: keyof Offers;
  readonly keys: readonly string[];
  /** The reach lies at most so long before or after the logon. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Not one of this host, in short. */
  readonly except?: string;
}

/** Who reached out, by what the other side tells of it. */
export interface Offers {
  /** Outgoing connections by source address and port. */
  readonly connections: ReadonlyMap<string, readonly Reach[]>;
  /** Uses of other credentials (4648), by logon GUID and by server and account. */
  readonly credentials: ReadonlyMap<string, readonly Reach[]>;
  /** Connections to a service of another host, by its address, service and account. */
  readonly addressed: ReadonlyMap<string, readonly Reach[]>;
  /** Processes with findings whose command names another host. */
  readonly named: ReadonlyMap<string, readonly Reach[]>;
  /** Processes with findings of weight, by an address of their host and their account. */
  readonly accounts: ReadonlyMap<string, readonly Reach[]>;
}

export function wantsOf(context: Context): Want[] {
  const wanted = new Map<string, Session>();
  const members = new Map<string, number[]>();
  context.units.forEach((unit, i) => {
    const session = sessionOf(context, unit);
    if (session === undefined || !isRemote(session) || !(joins(session) || session.type === 10)) return;
    wanted.set(session.key, session);
    const list = members.get(session.key);
    if (list === undefined) members.set(session.key, [i]);
    else list.push(i);
  });
  for (const session of context.introduced) if (isRemote(session)) wanted.set(session.key, session);
  const addresses = wanted.size === 0 ? new Map<string, string[]>() : addressesOf(context);
  // Findings in a session hold its anchor already; those of a remote desktop are given it with the hop.
  const sessions = [...wanted.values()].map((session) => ({
    key: session.key,
    atMs: session.fromMs,
    anchor: { ...sessionAnchor(session), kind: 'hop' as const, by: session.host },
    units: joins(session) ? [] : (members.get(session.key) ?? []),
    asked: questionsOf(session, addresses.get(shortName(session.host)) ?? []),
  }));
  return [...sessions, ...ticketsWanted(context)];
}

function questionsOf(session: Session, addresses: readonly string[]): Question[] {
  const host = shortName(session.host);
  const service = `${serviceOf(session)} ${accountName(session.user)}`;
  const clocks = { beforeMs: CLOCKS_MS, afterMs: CLOCKS_MS };
  return [
    { of: 'connections', keys: [`${session.address}:${session.port}`], ...clocks },
    { of: 'credentials', keys: session.logonGuid === '' ? [] : [session.logonGuid], ...clocks },
    { of: 'credentials', keys: [`${host} ${session.user.toLowerCase()}`], ...clocks },
    {
      of: 'addressed',
      keys: addresses.map((address) => `${address} ${service}`),
      beforeMs: ADDRESSED_MS,
      afterMs: ADDRESSED_MS,
      except: host,
    },
    { of: 'named', keys: [host], beforeMs: NAMED_MS, afterMs: CLOCKS_MS },
  ];
}

/** Addresses that hosts call their own, by host, in short. */
export function addressesOf({ traces }: Context): Map<string, string[]> {
  const addresses = new Map<string, Set<string>>();
  for (const trace of traces)
    for (const { host: name, address } of trace.addresses) {
      const host = shortName(name);
      const known = addresses.get(host);
      if (known === undefined) addresses.set(host, new Set([address]));
      else known.add(address);
    }
  return new Map([...addresses].map(([host, own]) => [host, [...own]]));
}

/** `hosts`: those of the logs, in short. */
export function offersOf(context: Context, hosts: HostNames): Offers {
  return {
    ...connectionsOf(context),
    credentials: credentialsOf(context),
    named: namedHosts(context, hosts),
    accounts: accountsOf(context),
  };
}

/**
 * Joins hosts: a session that came over the network belongs to the process that opened it, told by address and port of its
 * connection (Sysmon 3), by the logon GUID or the server of the credentials that it used (4648), or by the command that names
 * the host. Sessions of remote desktops are joined so too, and by nothing else.
 */
export function joinByHop(parts: readonly Part[]): void {
  for (const part of parts)
    for (const want of part.wants) {
      const answers = new Map<Part, Answers>();
      for (const other of parts) {
        const own = answersOf(want, other);
        if (own !== undefined) answers.set(other, own);
      }
      const found = foundBy(want, answers);
      if (found === undefined) continue;
      found.from.across.add(found.unit, found.anchor);
      for (const i of want.units) part.across.add(i, found.anchor);
    }
}

/** Who opened a session, and the anchor that joins both. */
export interface Found {
  readonly from: Part;
  readonly unit: number;
  /** The process that reached out: that of the unit, or one below. */
  readonly node: Node;
  readonly anchor: Anchor;
}

/** What a part answers; undefined for nothing. Its answers are its own, whatever other parts there are. */
export function answersOf({ atMs, asked }: Want, { offers }: Part): Answers | undefined {
  const own = asked.map((question) => answer(question, offers, atMs));
  return own.some((reach) => reach !== undefined) ? own : undefined;
}

export function foundBy({ atMs, anchor, asked }: Want, answers: ReadonlyMap<Part, Answers>): Found | undefined {
  const [from, reach] = reachTo(atMs, asked.length, answers) ?? [];
  if (from === undefined || reach === undefined) return undefined;
  const unit = nearest(from.context, reach.node);
  if (unit === undefined) return undefined;
  const { node, shownBy } = reach;
  return { from, unit, node, anchor: { ...anchor, shownBy: [shownBy] } };
}

function reachTo(
  atMs: number,
  questions: number,
  answers: ReadonlyMap<Part, Answers>,
): readonly [Part, Reach] | undefined {
  if (answers.size === 0) return undefined;
  for (let i = 0; i < questions; i++) {
    let best: readonly [Part, Reach] | undefined;
    for (const [part, own] of answers) {
      const reach = own[i];
      if (reach !== undefined && (best === undefined || nearer(reach, best[1], atMs))) best = [part, reach];
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

function answer({ of, keys, beforeMs, afterMs, except }: Question, offers: Offers, timeMs: number): Reach | undefined {
  let best: Reach | undefined;
  for (const key of keys)
    for (const reach of offers[of].get(key) ?? []) {
      const apart = timeMs - reach.timeMs;
      if (apart > beforeMs || apart < -afterMs) continue;
      if (except !== undefined && shortName(reach.node.host) === except) continue;
      if (best === undefined || nearer(reach, best, timeMs)) best = reach;
    }
  return best;
}

/** Of two, the one nearer in time; of equally near ones, the same whichever comes first. */
function nearer(a: Reach, b: Reach, timeMs: number): boolean {
  const [x, y] = [Math.abs(timeMs - a.timeMs), Math.abs(timeMs - b.timeMs)];
  return x < y || (x === y && (a.timeMs < b.timeMs || (a.timeMs === b.timeMs && compare(a.node.key, b.node.key) < 0)));
}

/** The service of Windows through which a session came in. */
function serviceOf({ type, remoteShell }: Session): string {
  return type === 10 ? 'rdp' : remoteShell ? 'winrm' : 'rpc';
}

const SERVICES: Readonly<Record<string, string>> = {
  ...{ 3389: 'rdp', 5985: 'winrm', 5986: 'winrm', 135: 'rpc', 139: 'rpc', 445: 'rpc' },
};

const accountName = (user: string): string => user.slice(user.lastIndexOf('\\') + 1).toLowerCase();

function add(map: Map<string, Reach[]>, key: string, reach: Reach): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reach]);
  else list.push(reach);
}

const shown = (trace: Trace, act: TracedAct): Happening => ({ ...placed(trace, act.at), timeMs: act.timeMs });

function connectionsOf({ lineage }: Context): Pick<Offers, 'connections' | 'addressed'> {
  const connections = new Map<string, Reach[]>();
  const addressed = new Map<string, Reach[]>();
  for (const node of lineage.nodes) {
    if (isBroker(node)) continue;
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'connection') continue;
        const { SourceIp, SourcePort, DestinationIp, DestinationPort, Initiated } = act.fields;
        if (Initiated === 'false') continue;
        const reach = { node, timeMs: act.timeMs, shownBy: shown(trace, act) };
        if (SourceIp !== undefined && SourcePort !== undefined) add(connections, `${SourceIp}:${SourcePort}`, reach);
        const service = SERVICES[DestinationPort ?? ''];
        if (service !== undefined && DestinationIp !== undefined)
          add(addressed, `${DestinationIp} ${service} ${accountName(node.user)}`, reach);
      }
  }
  return { connections, addressed };
}

function credentialsOf({ traces, lineage, hostOf }: Context): Map<string, Reach[]> {
  const map = new Map<string, Reach[]>();
  for (const trace of traces)
    for (const { act, host, pid } of trace.hostActs) {
      if (act.kind !== 'logon') continue;
      const image = act.fields.ProcessName ?? '';
      const node = lineage.find({ host: hostOf(host), pid, image, timeMs: act.timeMs });
      if (node === undefined || isBroker(node)) continue;
      const reach = { node, timeMs: act.timeMs, shownBy: shown(trace, act) };
      const guid = (act.fields.TargetLogonGuid ?? '').replace(/[{}]/g, '').toLowerCase();
      if (guid !== '' && !/^[0-]+$/.test(guid)) add(map, guid, reach);
      const server = shortName((act.fields.TargetServerName ?? '').replace(/^.*\//, ''));
      if (server !== '' && server !== 'localhost') add(map, `${server} ${act.what.toLowerCase()}`, reach);
    }
  return map;
}

function namedHosts(context: Context, hosts: HostNames): Map<string, Reach[]> {
  const map = new Map<string, Reach[]>();
  for (const [node, unit] of told(context))
    for (const word of new Set(wordsOf(node, unit)))
      if (word !== shortName(node.host) && hosts.has(word))
        add(map, word, { node, timeMs: unit.first, shownBy: unit.events[0]! });
  return map;
}

/** Whether some process with findings names one of these in its command. */
export function namesOneOf(context: Context, hosts: HostNames): boolean {
  for (const [node, unit] of told(context)) if (wordsOf(node, unit).some((word) => hosts.has(word))) return true;
  return false;
}

function* told({ units, unitsOf }: Context): Generator<readonly [Node, Unit]> {
  for (const [node, own] of unitsOf) if (!isBroker(node)) yield [node, units[own[0]!]!];
}

const wordsOf = ({ commandLine }: Node, { fields, decoded }: Unit): string[] =>
  `${commandLine} ${fields.Payload ?? ''} ${fields.ScriptBlockText ?? ''} ${decoded ?? ''}`
    .toLowerCase()
    .split(/[^a-z0-9_-]+/);
