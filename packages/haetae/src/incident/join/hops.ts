import type { Happening } from '../incident.ts';
import { isBroker } from '../lineage/brokers.ts';
import { shortName } from '../lineage/hosts.ts';
import { placed } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { isRemote, joins, type Session } from '../lineage/sessions.ts';
import type { Trace, TracedAct } from '../trace/trace.ts';
import { type Context, nearest, sessionOf } from './context.ts';
import { sessionAnchor } from './sessions.ts';

/** A logon follows the connection, or the use of credentials, that made it within this; clocks of hosts differ. */
const CLOCKS_MS = 60_000;
/** A remote command reaches the host that it names within this. */
const NAMED_MS = 120_000;

/** A process that reached out to another host. */
interface Reach {
  readonly node: Node;
  readonly timeMs: number;
  readonly shownBy: Happening;
}

/**
 * Joins hosts: a session that came over the network belongs to the process that opened it, told by address and port of its
 * connection (Sysmon 3), by the logon GUID or the server of the credentials that it used (4648), or by the command that names
 * the host. Sessions of remote desktops are joined so too, and by nothing else.
 */
export function joinByHop(context: Context): void {
  joinByFlow(context);
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
  if (wanted.size === 0) return;
  const connections = connectionsOf(context);
  const credentials = credentialsOf(context);
  const named = namedHosts(context);
  const addressed = addressedHosts(context);
  for (const session of wanted.values()) {
    const reach =
      near(connections.get(`${session.address}:${session.port}`), session.fromMs, CLOCKS_MS, CLOCKS_MS) ??
      (session.logonGuid === ''
        ? undefined
        : near(credentials.get(session.logonGuid), session.fromMs, CLOCKS_MS, CLOCKS_MS)) ??
      near(
        credentials.get(`${shortName(session.host)} ${session.user.toLowerCase()}`),
        session.fromMs,
        CLOCKS_MS,
        CLOCKS_MS,
      ) ??
      near(
        addressed.get(`${shortName(session.host)} ${serviceOf(session)} ${accountName(session.user)}`),
        session.fromMs,
        ADDRESSED_MS,
        ADDRESSED_MS,
      ) ??
      near(named.get(shortName(session.host)), session.fromMs, NAMED_MS, CLOCKS_MS);
    const unit = nearest(context, reach?.node);
    if (unit === undefined) continue;
    const anchor = { ...sessionAnchor(session), kind: 'hop' as const, by: session.host, shownBy: [reach!.shownBy] };
    context.anchors.add(unit, anchor);
    // Findings in the session hold its anchor already; those of a remote desktop are given it here.
    if (!joins(session)) for (const i of members.get(session.key) ?? []) context.anchors.add(i, anchor);
  }
}

/** Ephemeral ports are used again: one pair of ends is one connection only for so long. */
const FLOW_MS = 2 * 60_000;

/**
 * Both ends of one connection tell the same addresses and ports. The same rule about the same address and port, within the
 * window, says the same again, whichever host it says it of.
 */
function joinByFlow({ units, anchors, windowMs }: Context): void {
  units.forEach(({ flows, fields, rule, eventId }, i) => {
    for (const flow of flows)
      anchors.add(i, { key: `flow ${flow}`, kind: 'hop', by: flow.replace('|', ' – '), within: FLOW_MS });
    if (flows.size === 0 || rule === null) return;
    const outbound = eventId === 3 ? fields.Initiated !== 'false' : fields.Direction !== '%%14592';
    const [address, port] =
      eventId === 3 ? [fields.DestinationIp, fields.DestinationPort] : [fields.DestAddress, fields.DestPort];
    if (outbound) {
      const by = `${address}:${port}`;
      anchors.add(i, { key: `repeat ${rule.id || rule.title} ${by}`, kind: 'repeat', by, within: windowMs });
    }
  });
}

function near(reaches: readonly Reach[] | undefined, timeMs: number, before: number, after: number): Reach | undefined {
  let best: Reach | undefined;
  for (const reach of reaches ?? []) {
    const apart = timeMs - reach.timeMs;
    if (apart > before || apart < -after) continue;
    if (best === undefined || Math.abs(apart) < Math.abs(timeMs - best.timeMs)) best = reach;
  }
  return best;
}

/** A session that tells no port follows the connection to its host and service within this. */
const ADDRESSED_MS = 10_000;

/** The service of Windows through which a session came in. */
function serviceOf({ type, remoteShell }: Session): string {
  return type === 10 ? 'rdp' : remoteShell ? 'winrm' : 'rpc';
}

const SERVICES: Readonly<Record<string, string>> = {
  ...{ 3389: 'rdp', 5985: 'winrm', 5986: 'winrm', 135: 'rpc', 139: 'rpc', 445: 'rpc' },
};

const accountName = (user: string): string => user.slice(user.lastIndexOf('\\') + 1).toLowerCase();

/** Connections to a service of a host, by host, service and account. */
function addressedHosts({ lineage }: Context): Map<string, Reach[]> {
  const hostOfAddress = new Map<string, string>();
  const reaches: [address: string, service: string, reach: Reach][] = [];
  for (const node of lineage.nodes)
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'connection') continue;
        const { SourceIp, DestinationIp, DestinationPort, Initiated } = act.fields;
        const own = Initiated === 'false' ? DestinationIp : SourceIp;
        if (own !== undefined && !/^(127\.|::1$|fe80:)/.test(own)) hostOfAddress.set(own, shortName(node.host));
        const service = SERVICES[DestinationPort ?? ''];
        if (service === undefined || DestinationIp === undefined || Initiated === 'false' || isBroker(node)) continue;
        reaches.push([DestinationIp, service, { node, timeMs: act.timeMs, shownBy: shown(trace, act) }]);
      }
  const map = new Map<string, Reach[]>();
  for (const [address, service, reach] of reaches) {
    const host = hostOfAddress.get(address);
    if (host !== undefined && host !== shortName(reach.node.host))
      add(map, `${host} ${service} ${accountName(reach.node.user)}`, reach);
  }
  return map;
}

function add(map: Map<string, Reach[]>, key: string, reach: Reach): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reach]);
  else list.push(reach);
}

const shown = (trace: Trace, act: TracedAct): Happening => ({ ...placed(trace, act.at), timeMs: act.timeMs });

/** Outgoing connections by source address and port. */
function connectionsOf({ lineage }: Context): Map<string, Reach[]> {
  const map = new Map<string, Reach[]>();
  for (const node of lineage.nodes) {
    if (isBroker(node)) continue;
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'connection' || act.fields.Initiated === 'false') continue;
        const { SourceIp, SourcePort } = act.fields;
        if (SourceIp !== undefined && SourcePort !== undefined)
          add(map, `${SourceIp}:${SourcePort}`, { node, timeMs: act.timeMs, shownBy: shown(trace, act) });
      }
  }
  return map;
}

/** Uses of other credentials (4648), by logon GUID and by server and account. */
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

/** Processes with findings whose command names another host of the logs. */
function namedHosts({ units, lineage, unitsOf }: Context): Map<string, Reach[]> {
  const hosts = new Set<string>();
  for (const { host } of lineage.nodes) hosts.add(shortName(host));
  for (const { host } of units) hosts.add(shortName(host));
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
