import type { Event } from '@haetae/event';
import { formatUtc } from '../locale/index.ts';

const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';

/**
 * An event as Windows XML on one line: System, then EventData with a `Data` element for each field. For events whose format
 * knows no more structure than that; where it does (EVTX), the format prints its own.
 */
export function eventXml(event: Event): string {
  const at = (name: string): string | undefined => event.system(name);
  const attributes = (pairs: readonly (readonly [string, string | undefined])[]): string =>
    pairs.map(([name, value]) => (value === undefined || value === '' ? '' : ` ${name}="${escaped(value)}"`)).join('');
  const element = (name: string): string => (at(name) === undefined ? '' : `<${name}>${escaped(at(name)!)}</${name}>`);
  const time = formatUtc(event.timeMs, event.timeTicks);
  const data = [...event.fields()].map(([name, value]) => `<Data Name="${escaped(name)}">${escaped(value)}</Data>`);
  return [
    `<Event xmlns="${NAMESPACE}"><System>`,
    `<Provider${attributes([
      ['Name', event.provider],
      ['Guid', at('Provider_Guid')],
    ])}/>`,
    `<EventID${attributes([['Qualifiers', at('EventID_Qualifiers')]])}>${event.eventId}</EventID>`,
    ...['Version', 'Level', 'Task', 'Opcode', 'Keywords'].map(element),
    time === '' ? '' : `<TimeCreated SystemTime="${time}"/>`,
    `<EventRecordID>${event.eventRecordId}</EventRecordID>`,
    `<Correlation${attributes([['ActivityID', at('Correlation_ActivityID')]])}/>`,
    `<Execution${attributes([
      ['ProcessID', at('Execution_ProcessID')],
      ['ThreadID', at('Execution_ThreadID')],
    ])}/>`,
    `<Channel>${escaped(event.channel)}</Channel><Computer>${escaped(event.computer)}</Computer>`,
    `<Security${attributes([['UserID', at('Security_UserID')]])}/></System>`,
    `<EventData>${data.join('')}</EventData></Event>`,
  ].join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Line breaks as references, so that an event stays one line; what XML 1.0 cannot hold at all becomes U+FFFD. */
function escaped(text: string): string {
  return text.replace(
    /[<>&"\r\n\t\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (c) => ESCAPES[c] ?? '\ufffd',
  );
}
