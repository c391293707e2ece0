import type { Happening } from '../incident.ts';
import { isBroker } from '../lineage/brokers.ts';
import { shortName } from '../lineage/hosts.ts';
import { placed } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { isRemote, joins, type Session } from '../lineage/sessions.ts';
import { compare } from '../text.ts';
import type { Trace, TracedAct } from '../trace/trace.ts';
import { type Context, nearest, sessionOf } from './context.ts';
import type { Part } from './part.ts';
import { sessionAnchor } from './sessions.ts';

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

/** A session that came over the network, in which, or through which, something was found. */
export interface Want {
  readonly session: Session;
  /** Units in it, of one of a remote desktop. */
  readonly units: readonly number[];
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
  /** Hosts, in short, by addresses that they call their own. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>;
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
  // Findings in a session hold its anchor already; those of a remote desktop are given it with the hop.
  return [...wanted.values()].map((session) => ({
    session,
    units: joins(session) ? [] : (members.get(session.key) ?? []),
  }));
}

/** `hosts`: those of the logs, in short. */
export function offersOf(context: Context, hosts: ReadonlySet<string>): Offers {
  return {
    ...connectionsOf(context),
    credentials: credentialsOf(context),
    named: namedHosts(context, hosts),
  };
}

/**
 * Joins hosts: a session that came over the network belongs to the process that opened it, told by address and port of its
 * connection (Sysmon 3), by the logon GUID or the server of the credentials that it used (4648), or by the command that names
 * the host. Sessions of remote desktops are joined so too, and by nothing else.
 */
export function joinByHop(parts: readonly Part[]): void {
  const addresses = new Map<string, string[]>();
  for (const { offers } of parts)
    for (const [address, hosts] of offers.addresses)
      for (const host of hosts) {
        const list = addresses.get(host);
        if (list === undefined) addresses.set(host, [address]);
        else if (!list.includes(address)) list.push(address);
      }
  for (const part of parts)
    for (const want of part.wants) {
      const [from, reach] = reachTo(want.session, parts, addresses.get(shortName(want.session.host)) ?? []) ?? [];
      if (from === undefined || reach === undefined) continue;
      const unit = nearest(from.context, reach.node);
      if (unit === undefined) continue;
      const { session } = want;
      const anchor = { ...sessionAnchor(session), kind: 'hop' as const, by: session.host, shownBy: [reach.shownBy] };
      from.across.add(unit, anchor);
      for (const i of want.units) part.across.add(i, anchor);
    }
}

function reachTo(
  session: Session,
  parts: readonly Part[],
  addresses: readonly string[],
): readonly [Part, Reach] | undefined {
  const { fromMs } = session;
  const host = shortName(session.host);
  const near = (
    of: (offers: Offers) => readonly Reach[] | undefined,
    before: number,
    after: number,
  ): readonly [Part, Reach] | undefined => {
    let best: readonly [Part, Reach] | undefined;
    for (const part of parts) {
      for (const reach of of(part.offers) ?? []) {
        const apart = fromMs - reach.timeMs;
        if (apart > before || apart < -after) continue;
        if (best === undefined || nearer(reach, best[1], fromMs)) best = [part, reach];
      }
    }
    return best;
  };
  const end = `${session.address}:${session.port}`;
  const account = `${host} ${session.user.toLowerCase()}`;
  const own = `${serviceOf(session)} ${accountName(session.user)}`;
  const addressed = ({ addressed: all }: Offers): Reach[] =>
    addresses.flatMap(
      (address) => all.get(`${address} ${own}`)?.filter(({ node }) => shortName(node.host) !== host) ?? [],
    );
  return (
    near(({ connections }) => connections.get(end), CLOCKS_MS, CLOCKS_MS) ??
    (session.logonGuid === ''
      ? undefined
      : near(({ credentials }) => credentials.get(session.logonGuid), CLOCKS_MS, CLOCKS_MS)) ??
    near(({ credentials }) => credentials.get(account), CLOCKS_MS, CLOCKS_MS) ??
    near(addressed, ADDRESSED_MS, ADDRESSED_MS) ??
    near(({ named }) => named.get(host), NAMED_MS, CLOCKS_MS)
  );
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

function connectionsOf({ lineage }: Context): Pick<Offers, 'connections' | 'addressed' | 'addresses'> {
  const connections = new Map<string, Reach[]>();
  const addressed = new Map<string, Reach[]>();
  const addresses = new Map<string, Set<string>>();
  for (const node of lineage.nodes) {
    const broker = isBroker(node);
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'connection') continue;
        const { SourceIp, SourcePort, DestinationIp, DestinationPort, Initiated } = act.fields;
        const own = Initiated === 'false' ? DestinationIp : SourceIp;
        if (own !== undefined && !/^(127\.|::1$|fe80:)/.test(own)) {
          const hosts = addresses.get(own);
          if (hosts === undefined) addresses.set(own, new Set([shortName(node.host)]));
          else hosts.add(shortName(node.host));
        }
        if (broker || Initiated === 'false') continue;
        const reach = { node, timeMs: act.timeMs, shownBy: shown(trace, act) };
        if (SourceIp !== undefined && SourcePort !== undefined) add(connections, `${SourceIp}:${SourcePort}`, reach);
        const service = SERVICES[DestinationPort ?? ''];
        if (service !== undefined && DestinationIp !== undefined)
          add(addressed, `${DestinationIp} ${service} ${accountName(node.user)}`, reach);
      }
  }
  return { connections, addressed, addresses };
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

function namedHosts({ units, unitsOf }: Context, hosts: ReadonlySet<string>): Map<string, Reach[]> {
  const map = new Map<string, Reach[]>();
  for (const [node, own] of unitsOf) {
    if (isBroker(node)) continue;
    const unit = units[own[0]!]!;
    const text = `${node.commandLine} ${unit.fields.Payload ?? ''} ${unit.fields.ScriptBlockText ?? ''} ${unit.decoded ?? ''}`;
    for (const word of new Set(text.toLowerCase().split(/[^a-z0-9_-]+/)))
      if (word !== shortName(node.host) && hosts.has(word))
        add(map, word, { node, timeMs: unit.first, shownBy: unit.events[0]! });
  }
  return map;
}
