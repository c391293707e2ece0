import { Parts } from '../parts.ts';
import { eachScalar } from '../scalar.ts';
import { isObject, type JsonObject, type Shape } from '../shape.ts';

/**
 * The Windows event log receiver of OpenTelemetry, and those that write like it: `event_id` (a number, or `{id, qualifiers}`),
 * `provider` (`{name, guid}`), `event_data` as an object, as a list of one-member objects, or as `{data: […]}`.
 */
export const otel: Shape = {
  name: 'otel',
  fits: (value) =>
    value.event_id !== undefined &&
    typeof value.channel === 'string' &&
    value.winlog === undefined &&
    (isObject(value.event_data) || Array.isArray(value.event_data) || isObject(value.event_id)),
  open:
    ({ ledger }) =>
    (value, entry) => {
      const parts = new Parts(entry, ledger);
      const { event_id: id, provider } = value;
      parts.channel = value.channel as string;
      parts.provider = parts.text(isObject(provider) ? provider.name : (provider ?? value.provider_name), 'name');
      parts.computer = parts.text(value.computer ?? value.computer_name, 'computer');
      parts.eventId = isObject(id) ? id.id : id;
      parts.eventRecordId = value.record_id;
      parts.time = value.system_time ?? value.time_created ?? value['@timestamp'] ?? value.timestamp;
      if (isObject(provider)) parts.system('Provider_Guid', provider.guid, 'guid');
      if (isObject(id)) parts.system('EventID_Qualifiers', id.qualifiers, 'qualifiers');
      for (const [name, member] of SYSTEM) parts.system(name, words(value[member]), member);
      const { execution, security, correlation } = value;
      if (isObject(execution)) {
        parts.system('Execution_ProcessID', execution.process_id, 'process_id');
        parts.system('Execution_ThreadID', execution.thread_id, 'thread_id');
      }
      if (isObject(security)) parts.system('Security_UserID', security.user_id, 'user_id');
      if (isObject(correlation)) parts.system('Correlation_ActivityID', correlation.activity_id, 'activity_id');
      for (const group of [value.event_data, value.user_data]) data(group, parts);
      return parts.event('record_id');
    },
};

const SYSTEM: readonly (readonly [string, string])[] = [
  ['Version', 'version'],
  ['Level', 'level'],
  ['Task', 'task'],
  ['Opcode', 'opcode'],
  ['Keywords', 'keywords'],
];

const words = (value: unknown): unknown =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(', ') : value;

function data(group: unknown, parts: Parts): void {
  if (Array.isArray(group)) for (const item of group) data(item, parts);
  else if (isObject(group)) for (const [name, value] of Object.entries(group)) member(name, value, parts);
}

function member(name: string, value: unknown, parts: Parts): void {
  // The receiver keeps `Data` in its order as a list of one-member objects.
  if (name === 'data' && Array.isArray(value) && value.every(isObject)) {
    data(value as JsonObject[], parts);
    return;
  }
  const ok = eachScalar(name, value, parts.entry.text, (leaf, text) => {
    parts.names.push(leaf);
    parts.values.push(text);
  });
  if (!ok) parts.tooDeep(name);
}
