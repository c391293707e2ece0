import { ecsFields, HASHES } from '../ecs.ts';
import { Parts } from '../parts.ts';
import { eachScalar } from '../scalar.ts';
import { isObject, type JsonObject, type Shape } from '../shape.ts';

/**
 * Winlogbeat 7 and 8, Elastic Agent (both `winlog.*` beside ECS) and Winlogbeat 6 (`event_data` at the top). Members may be
 * nested or dotted (`"winlog.channel"`), and single values may stand in arrays, as Kibana exports them.
 */
export const winlogbeat: Shape = {
  name: 'winlogbeat',
  fits: (value) =>
    isObject(value.winlog) ||
    value['winlog.channel'] !== undefined ||
    value['winlog.event_id'] !== undefined ||
    (value.event_id !== undefined && value.log_name !== undefined),
  open:
    ({ ledger }) =>
    (value, entry) => {
      const parts = new Parts(entry, ledger);
      const at = (...paths: string[]): unknown => {
        for (const path of paths) {
          const found = atPath(value, path);
          if (found !== undefined && found !== null) return found;
        }
        return undefined;
      };
      const text = (...paths: string[]): string =>
        parts.text(at(...paths), paths[0]!.slice(paths[0]!.lastIndexOf('.') + 1));
      parts.channel = text('winlog.channel', 'log_name');
      parts.provider = text('winlog.provider_name', 'event.provider', 'source_name');
      parts.computer = text('winlog.computer_name', 'computer_name', 'host.name', 'host.hostname', 'agent.hostname');
      parts.eventId = at('winlog.event_id', 'event.code', 'event_id');
      parts.eventRecordId = at('winlog.record_id', 'record_number', 'record_id');
      parts.time = at('winlog.time_created', '@timestamp');
      for (const [name, ...paths] of SYSTEM) {
        const found = at(...paths);
        // Keywords are a list of words here.
        const shown = Array.isArray(found) ? found.filter((item) => typeof item === 'string').join(', ') : found;
        parts.system(name, shown, paths[0]!.slice(paths[0]!.lastIndexOf('.') + 1));
      }
      data(value, parts);
      renamed(at, parts);
      return parts.event('record_id');
    },
};

const SYSTEM: readonly (readonly [string, ...string[]])[] = [
  ['Provider_Guid', 'winlog.provider_guid', 'provider_guid'],
  ['Version', 'winlog.version', 'version'],
  ['Level', 'winlog.level', 'log.level', 'level'],
  ['Task', 'winlog.task', 'task'],
  ['Opcode', 'winlog.opcode', 'opcode'],
  ['Keywords', 'winlog.keywords', 'keywords'],
  ['Execution_ProcessID', 'winlog.process.pid', 'process_id'],
  ['Execution_ThreadID', 'winlog.process.thread.id', 'thread_id'],
  ['Security_UserID', 'winlog.user.identifier', 'user.identifier'],
  ['Correlation_ActivityID', 'winlog.activity_id', 'activity_id'],
  ['Correlation_RelatedActivityID', 'winlog.related_activity_id', 'related_activity_id'],
];

/** Paths are a few dozen, asked for every event: where each can be parted is worked out once. */
const parted = new Map<string, readonly (readonly [first: string, rest: string])[]>();

function partsOf(path: string): readonly (readonly [string, string])[] {
  let all = parted.get(path);
  if (all === undefined) {
    const found: [string, string][] = [];
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1))
      found.push([path.slice(0, dot), path.slice(dot + 1)]);
    all = found;
    parted.set(path, all);
  }
  return all;
}

/** The member at a path, whichever of its dots are nesting; the one value of an array of one. */
function atPath(object: JsonObject, path: string): unknown {
  const whole = object[path];
  if (whole !== undefined && Object.hasOwn(object, path))
    return Array.isArray(whole) && whole.length === 1 ? whole[0] : whole;
  const all = partsOf(path);
  for (let i = 0; i < all.length; i++) {
    const [first, rest] = all[i]!;
    const inner = object[first];
    if (inner === undefined || !isObject(inner) || !Object.hasOwn(object, first)) continue;
    const found = atPath(inner, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

const GROUPS = ['event_data', 'user_data'];

function data(value: JsonObject, parts: Parts): void {
  const { winlog } = value;
  const dotted = hasDots(value) || (isObject(winlog) && hasDots(winlog));
  for (const group of GROUPS) {
    const own = atPath(value, `winlog.${group}`) ?? value[group];
    if (isObject(own)) for (const name of Object.keys(own)) field(name, own[name], group, parts);
    if (!dotted) continue;
    // Dotted all the way down.
    for (const prefix of [`winlog.${group}.`, `${group}.`])
      for (const [name, item] of Object.entries(value))
        if (name.startsWith(prefix)) field(name.slice(prefix.length), item, group, parts);
    if (isObject(winlog))
      for (const [name, item] of Object.entries(winlog))
        if (name.startsWith(`${group}.`)) field(name.slice(group.length + 1), item, group, parts);
  }
}

function hasDots(object: JsonObject): boolean {
  for (const name in object) if (name.includes('.')) return true;
  return false;
}

/** Winlogbeat calls unnamed data `param1`, `param2` …, which is kept; `xml_name` is the element below UserData, no field. */
function field(name: string, value: unknown, group: string, parts: Parts): void {
  if (group === 'user_data' && name === 'xml_name') return;
  if (typeof value === 'string') {
    parts.names.push(name);
    parts.values.push(value);
    return;
  }
  const ok = eachScalar(name, value, parts.entry.text, (leaf, text) => {
    parts.names.push(leaf);
    parts.values.push(text);
  });
  if (!ok) parts.tooDeep(name);
}

/** Fields that a module has renamed to ECS. */
function renamed(at: (...paths: string[]) => unknown, parts: Parts): void {
  const id = Number(parts.eventId);
  const present = { has: (name: string): boolean => parts.names.includes(name) };
  const fields = ecsFields(parts.provider, id);
  for (const name in fields) {
    if (present.has(name)) continue;
    const path = fields[name]!;
    const found = at(path);
    if (found !== undefined && !isObject(found))
      parts.field(name, Array.isArray(found) ? found[0] : found, path.slice(path.lastIndexOf('.') + 1));
  }
  if (parts.provider !== 'Microsoft-Windows-Sysmon') return;
  if (id === 1 && !present.has('User') && typeof at('user.name') === 'string') {
    const domain = at('user.domain');
    parts.field('User', typeof domain === 'string' ? `${domain}\\${at('user.name')}` : at('user.name'));
  }
  if (id === 3 && !present.has('Initiated')) {
    const direction = at('network.direction');
    if (typeof direction === 'string') parts.field('Initiated', /^(?:egress|outbound)$/.test(direction));
  }
  const holder = id === 1 ? 'process' : 'file';
  if (!present.has('Hashes') && [1, 6, 7, 15, 23, 26].includes(id)) {
    const hashes: string[] = [];
    for (const [ecs, sysmon] of HASHES) {
      const hash = at(`${holder}.hash.${ecs}`, ...(ecs === 'imphash' ? [`${holder}.pe.imphash`] : []));
      if (typeof hash === 'string') hashes.push(`${sysmon}=${hash.toUpperCase()}`);
    }
    if (hashes.length > 0) parts.field('Hashes', hashes.join(','));
  }
}
