/** Events as `wevtutil qe /f:xml` prints them. */
import type { LogEvent } from '../telemetry/shape.ts';
import { textOf } from '../telemetry/shape.ts';
import { iso } from './json.ts';

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\r': '&#xD;',
};
const escaped = (text: string): string => text.replace(/[&<>'"\r]/g, (letter) => SPECIAL[letter]!);

export const XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<Events>\n';
export const XML_TAIL = '</Events>\n';

export function eventElement(event: LogEvent): string {
  const { shape, values, ticks, record, processId, threadId, computer, userSid } = event;
  const { provider, eventId, version, level, task, opcode, keywords, channel, names, types, userData } = shape;
  const guid = provider.guid === undefined ? '' : ` Guid='${provider.guid}'`;
  const time = `${iso(event.ms).slice(0, -1)}${String(ticks).padStart(4, '0')}Z`;
  const security = userSid === '' ? '<Security/>' : `<Security UserID='${userSid}'/>`;
  const system = `<System><Provider Name='${escaped(provider.name)}'${guid}/><EventID>${eventId}</EventID><Version>${version}</Version><Level>${level}</Level><Task>${task}</Task><Opcode>${opcode}</Opcode><Keywords>0x${keywords.toString(16)}</Keywords><TimeCreated SystemTime='${time}'/><EventRecordID>${record}</EventRecordID><Correlation/><Execution ProcessID='${processId}' ThreadID='${threadId}'/><Channel>${escaped(channel)}</Channel><Computer>${escaped(computer)}</Computer>${security}</System>`;
  const text = (i: number): string => escaped(textOf(values[i]!, types[i]!));
  const body =
    userData === undefined
      ? `<EventData>${names.map((name, i) => (name === 'Data' ? `<Data>${text(i)}</Data>` : `<Data Name='${escaped(name)}'>${text(i)}</Data>`)).join('')}</EventData>`
      : `<UserData><${userData.name} xmlns='${userData.xmlns}'>${names.map((name, i) => `<${name}>${text(i)}</${name}>`).join('')}</${userData.name}></UserData>`;
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>${system}${body}</Event>\n`;
}
