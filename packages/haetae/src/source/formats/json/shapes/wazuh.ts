import { Parts } from '../parts.ts';
import { eachScalar } from '../scalar.ts';
import { isObject, type JsonObject, type Shape } from '../shape.ts';

/**
 * Wazuh's alerts and archives: `data.win.system` and `data.win.eventdata`, with the first letter of every name made small,
 * which is undone here, and with backslashes doubled, which is undone where a value shows it beyond doubt.
 */
export const wazuh: Shape = {
  name: 'wazuh',
  fits: (value) => winOf(value) !== undefined,
  open:
    ({ ledger }) =>
    (value, entry) => {
      const win = winOf(value)!;
      const system = win.system as JsonObject;
      const parts = new Parts(entry, ledger);
      parts.channel = parts.text(system.channel, 'channel');
      parts.provider = parts.text(system.providerName, 'providerName');
      parts.computer = parts.text(system.computer, 'computer');
      parts.eventId = system.eventID;
      parts.eventRecordId = system.eventRecordID;
      parts.time = system.systemTime ?? value.timestamp;
      for (const [name, member] of SYSTEM) parts.system(name, system[member], member);
      for (const group of ['eventdata', 'eventData', 'userdata', 'userData']) {
        const data = win[group];
        if (!isObject(data)) continue;
        for (const [name, item] of Object.entries(data)) {
          const ok = eachScalar(name, item, entry.text, (leaf, text) => {
            parts.names.push(leaf.charAt(0).toUpperCase() + leaf.slice(1));
            parts.values.push(undoubled(text));
          });
          if (!ok) parts.tooDeep(name);
        }
      }
      return parts.event('eventRecordID');
    },
};

const SYSTEM: readonly (readonly [string, string])[] = [
  ['Provider_Guid', 'providerGuid'],
  ['Version', 'version'],
  ['Level', 'level'],
  ['Task', 'task'],
  ['Opcode', 'opcode'],
  ['Keywords', 'keywords'],
  ['Execution_ProcessID', 'processID'],
  ['Execution_ThreadID', 'threadID'],
];

function winOf(value: JsonObject): JsonObject | undefined {
  const holder = isObject(value.data) ? value.data : value;
  return isObject(holder.win) && isObject(holder.win.system) ? holder.win : undefined;
}

/** `C:\\Windows` as `C:\Windows`: when every run of backslashes is even and one of them follows a drive or there are several. */
function undoubled(text: string): string {
  const runs = text.match(/\\+/g);
  if (runs === null || runs.some((run) => run.length % 2 === 1)) return text;
  return runs.length > 1 || /[A-Za-z]:\\\\/.test(text) ? text.replace(/\\\\/g, '\\') : text;
}
