import type { Happening, LinkKind } from '../incident.ts';
import { shortName } from '../lineage/hosts.ts';
import { placed } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { joins } from '../lineage/sessions.ts';
import { ancestors } from '../lineage/walk.ts';
import type { HostAct, Trace, TracedAct } from '../trace/trace.ts';
import { type Context, nearest } from './context.ts';
import { joinByFiles } from './files.ts';
import { commandKey, plainPath } from './paths.ts';
import { sessionAnchor } from './sessions.ts';

/** Something made on a host that later runs by itself: who made it, and by what name. */
interface Made {
  readonly kind: LinkKind;
  readonly name: string;
  readonly host: string;
  /** Process that made it, where told. */
  readonly node: Node | undefined;
  readonly logonId: string;
  readonly timeMs: number;
  readonly fields: TracedAct['fields'];
  readonly shownBy: Happening;
  /** The finding that tells of it, if one does. */
  readonly unit?: number;
}

const NONE: readonly Node[] = [];

/** What was typed or pasted into the Run dialog; `\\1` ends it. */
const TYPED = /\\explorer\\runmru\\[a-z]$/i;
const RUN_KEY =
  /\\(currentversion\\(run|runonce|runservices|policies\\explorer\\run)|winlogon\\(userinit|shell))(\\|$)/i;
const SERVICE_KEY = /\\services\\([^\\]+)\\(imagepath|parameters\\servicedll|failurecommand)$/i;

/**
 * Joins by things: a file that one process wrote and another ran or named, a service, task or Run key that one made and
 * that ran as another. Who made a thing is joined to what ran of it, however much later.
 */
export function joinByThings(context: Context): void {
  joinByFiles(context);
  joinByNames(context);
  joinByScripts(context);
  const made = madeOf(context);
  const byCommand = new Map<string, Made[]>();
  for (const one of made) {
    const command = commandOf(one);
    const key = commandKey(command) || (one.kind === 'service' ? serviceKey(command) : '');
    if (key === '') continue;
    const at = `${one.host}|${key}`;
    const list = byCommand.get(at);
    if (list === undefined) byCommand.set(at, [one]);
    else list.push(one);
  }
  const makerOf = (node: Node): Made | undefined => {
    const keys = [commandKey(node.commandLine || node.image)];
    if (SERVICES.test(node.parent?.image ?? '')) keys.push(serviceKey(node.image));
    const makers = keys.flatMap((key) => (key === '' ? [] : (byCommand.get(`${node.host}|${key}`) ?? [])));
    return makers.findLast(({ timeMs, node: by }) => !(timeMs > node.since + 1000) && by !== node);
  };
  for (const [node, units] of context.unitsOf) {
    // What a service or task started may itself be nobody's finding: its children are.
    let maker = makerOf(node);
    for (const above of maker === undefined && byCommand.size > 0 ? ancestors(node) : NONE) {
      maker = makerOf(above);
      if (maker !== undefined) break;
    }
    if (maker === undefined) continue;
    const anchor = {
      key: `${maker.kind} ${maker.host}|${maker.name.toLowerCase()}`,
      kind: maker.kind,
      by: maker.name,
      shownBy: [maker.shownBy],
    };
    for (const unit of units) context.anchors.add(unit, anchor);
    const by = maker.unit ?? nearest(context, maker.node);
    if (by !== undefined) {
      context.anchors.add(by, anchor);
      context.through.add(maker.node!);
    }
    const session = context.sessions.of(maker.host, maker.logonId, maker.timeMs);
    if (session !== undefined && joins(session)) {
      context.introduced.add(session);
      for (const unit of units) context.anchors.add(unit, sessionAnchor(session));
    }
  }
}

const SERVICES = /\\services\.exe$/i;
const SHARED = /\\svchost\.exe$/;

/** A service by its program, wherever that lies: services.exe runs nothing else. '' for the program that all share. */
function serviceKey(command: string): string {
  const path = plainPath(command.trim().replace(/^(%systemroot%|\\systemroot)\\/i, 'c:\\windows\\'));
  return SHARED.test(path) || !/^[a-z]:\\[^"]+\.exe$/.test(path) ? '' : `service ${path}`;
}

function commandOf({ fields }: Made): string {
  const { ImagePath, ServiceFileName, TaskContent, TaskContentNew, Details } = fields;
  const task = TaskContent ?? TaskContentNew;
  if (task !== undefined) {
    const part = (name: string): string =>
      (new RegExp(`<${name}>([^<]*)</${name}>`).exec(task)?.[1] ?? '')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>');
    return `${part('Command')} ${part('Arguments')}`;
  }
  return ImagePath ?? ServiceFileName ?? Details?.replace(/\\1$/, '') ?? '';
}

function madeOf({ traces, lineage, hostOf, units }: Context): Made[] {
  const made: Made[] = [];
  const told = (trace: Trace, { timeMs, fields, at }: TracedAct): Pick<Made, 'timeMs' | 'fields' | 'shownBy'> => ({
    ...{ timeMs, fields },
    shownBy: { ...placed(trace, at), timeMs },
  });
  const ofHost = (trace: Trace, { act, host, pid, logonId }: HostAct, kind: LinkKind): void => {
    const name = hostOf(host);
    const node = pid === null ? undefined : lineage.find({ host: name, pid, image: '', timeMs: act.timeMs });
    made.push({ kind, name: act.what, host: name, node, logonId, ...told(trace, act) });
  };
  for (const trace of traces)
    for (const one of trace.hostActs) {
      if (one.act.kind === 'service') ofHost(trace, one, 'service');
      else if (one.act.kind === 'task') ofHost(trace, one, 'task');
      else if (one.act.kind === 'wmi' && one.act.fields.Destination !== undefined) ofHost(trace, one, 'wmi');
    }
  for (const node of lineage.nodes)
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'registry') continue;
        const value = madeByValue(act.what, node);
        if (value !== undefined) made.push({ ...value, ...told(trace, act) });
      }
  // Of one that sets very many values, not all are kept: what a finding speaks of, it tells itself.
  units.forEach(({ channel, eventId, node, fields, first, events }, i) => {
    if (eventId !== 13 || node === undefined || !/sysmon/i.test(channel)) return;
    const value = madeByValue(fields.TargetObject ?? '', node);
    if (value !== undefined) made.push({ ...value, timeMs: first, fields, shownBy: events[0]!, unit: i });
  });
  return made.sort((a, b) => a.timeMs - b.timeMs);
}

/** What a value that was set in the registry makes run. */
function madeByValue(key: string, node: Node): Pick<Made, 'kind' | 'name' | 'host' | 'node' | 'logonId'> | undefined {
  const { host, logonId } = node;
  const service = SERVICE_KEY.exec(key)?.[1];
  if (service !== undefined) return { kind: 'service', name: service, host, node, logonId: '' };
  if (RUN_KEY.test(key) || TYPED.test(key)) return { kind: 'run-key', name: key, host, node, logonId };
  return undefined;
}

/** Findings that name one service, task or WMI consumer of one host. */
function joinByNames({ units, anchors }: Context): void {
  units.forEach(({ channel, eventId, fields, host, node }, i) => {
    const log = channel.toLowerCase();
    const add = (kind: LinkKind, name: string, on = host): void => {
      if (name.length > 1) anchors.add(i, { key: `${kind} ${on}|${name.toLowerCase()}`, kind, by: name });
    };
    if ((log === 'system' && eventId === 7045) || (log === 'security' && eventId === 4697))
      add('service', fields.ServiceName ?? '');
    else if ((log === 'security' && eventId >= 4698 && eventId <= 4702) || log.endsWith('taskscheduler/operational'))
      add('task', fields.TaskName ?? '');
    else if (log.endsWith('sysmon/operational') && eventId === 13)
      add('service', SERVICE_KEY.exec(fields.TargetObject ?? '')?.[1] ?? '');
    else if (log.endsWith('sysmon/operational') && eventId >= 19 && eventId <= 21)
      for (const text of [fields.Name, fields.Consumer, fields.Filter]) add('wmi', partName(text ?? ''));
    else if (log.endsWith('wmi-activity/operational') && eventId === 5861) add('wmi', partName(fields.ESS ?? ''));
    if (node === undefined) return;
    const sc =
      /^"?(?:[a-z]:\\[^"]*\\)?sc(?:\.exe)?"?\s+(?:\\\\(\S+)\s+)?(?:create|config|start|sdset|failure)\s+"?([^\s"]+)/i.exec(
        node.commandLine,
      );
    if (sc !== null && (sc[1] === undefined || shortName(sc[1]) === shortName(host))) add('service', sc[2]!);
    const task = /\bschtasks(?:\.exe)?"?\s.*\/tn\s+("[^"]+"|\S+)/i.exec(node.commandLine)?.[1];
    if (task !== undefined && /\/(create|run|change)\b/i.test(node.commandLine))
      add('task', `\\${task.replaceAll('"', '').replace(/^\\/, '')}`);
  });
}

/** `"Up"` and `"CommandLineEventConsumer.Name=\\"Up\\""` → `Up`. */
function partName(text: string): string {
  return (/Name=([^,]*)/.exec(text)?.[1] ?? text).replace(/[\\"]/g, '').trim();
}

/** A script that one process was given in its command line, and that PowerShell tells it ran. */
function joinByScripts({ units, anchors }: Context): void {
  const given = new Set(
    units.flatMap(({ host, scripts, eventId }) => (eventId === 4104 ? [] : scripts.map((hash) => `${host}|${hash}`))),
  );
  units.forEach(({ host, scripts }, i) => {
    for (const hash of scripts)
      if (given.has(`${host}|${hash}`)) anchors.add(i, { key: `script ${host}|${hash}`, kind: 'script', by: hash });
  });
}
