import type { Event } from '@haetae/event';
import { formatUtc } from '../locale/index.ts';

/**
 * The two ways one event is written as a JSON line. Canonical: values in one notation and names in one order, so that any
 * two readers of the same log print the same bytes. Document: what the log says, in the order it says it.
 */

const GUID = /^\{?([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})\}?$/;
const HEX = /^0[xX]0*([0-9A-Fa-f]*)$/;
const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)$/;

/** One notation for what printers write in several: GUID upper case without braces, hex lower case without leading zeros, UTC times with six digits, booleans lower case. */
export function normal(value: string): string {
  switch (value.charCodeAt(0)) {
    case 0x54:
    case 0x46:
      if (value === 'True' || value === 'TRUE') return 'true';
      if (value === 'False' || value === 'FALSE') return 'false';
  }
  if (value.length >= 36 && value.length <= 38) {
    const guid = GUID.exec(value);
    if (guid !== null) return guid[1]!.toUpperCase();
  }
  if (value.charCodeAt(0) === 0x30) {
    const hex = HEX.exec(value);
    if (hex !== null) return `0x${hex[1] === '' ? '0' : hex[1]!.toLowerCase()}`;
  }
  if (value.length >= 20) {
    const iso = ISO.exec(value);
    if (iso !== null) return `${iso[1]}T${iso[2]}.${`${iso[3] ?? ''}000000`.slice(0, 6)}Z`;
  }
  return value;
}

/** The canonical line without its line end; `record` leads where the event has one. */
export function canonicalLine(event: Event): string {
  const record = event.position.kind === 'record' ? `"record":${event.position.record},` : '';
  const data = numbered(event).sort(([a], [b]) => byCodePoint(a, b));
  return (
    `{${record}"eventRecordId":${event.eventRecordId},"channel":${quote(normal(event.channel))},` +
    `"provider":${quote(normal(event.provider))},"eventId":${event.eventId},` +
    `"time":${quote(formatUtc(event.timeMs, event.timeTicks, 6))},"computer":${quote(normal(event.computer))},` +
    `"data":{${data.map(([name, value]) => `${quote(name)}:${quote(normal(value))}`).join(',')}}}`
  );
}

/** The line of `dump`, without its line end: fields in document order, values as the log has them, time to 100 ns. */
export function documentLine(event: Event, file: string): string {
  const at = event.position.kind === 'record' ? `"record":${event.position.record}` : `"line":${event.position.line}`;
  const data = numbered(event).map(([name, value]) => `${quote(name)}:${quote(value)}`);
  return (
    `{"file":${quote(file)},${at},"eventRecordId":${event.eventRecordId},"channel":${quote(event.channel)},` +
    `"provider":${quote(event.provider)},"eventId":${event.eventId},` +
    `"time":${quote(formatUtc(event.timeMs, event.timeTicks))},"computer":${quote(event.computer)},` +
    `"data":{${data.join(',')}}}`
  );
}

/** The fields, the second and later of one name called `name[2]`, `name[3]` … */
export function numbered(event: Event): [name: string, value: string][] {
  const seen = new Map<string, number>();
  const out: [string, string][] = [];
  for (const [name, value] of event.fields()) {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    out.push([count === 1 ? name : `${name}[${count}]`, value]);
  }
  return out;
}

const SURROGATE = /[\uD800-\uDFFF]/;
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** JSON text; an unpaired surrogate, which UTF-8 cannot hold, becomes U+FFFD. */
function quote(text: string): string {
  return JSON.stringify(SURROGATE.test(text) ? text.replace(LONE, '\uFFFD') : text);
}

/** UTF-16 order, except that surrogates sort behind U+E000–U+FFFF as their code points do. */
function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  const as = [...a];
  const bs = [...b];
  for (let i = 0; i < as.length && i < bs.length; i++) {
    const difference = as[i]!.codePointAt(0)! - bs[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return as.length - bs.length;
}
