import type { Event } from '@haetae/event';
import { type EventFacts, factsOf, numberedFields } from '../../finding.ts';

/**
 * An event as one text, to be put aside until it is known whether anything is said of it: facts, then names and values in
 * turn. One is written for each distinct row, and few are read again, so writing is what must be cheap: no object, no escapes.
 */
const BETWEEN = '\0';
/** Values that hold a NUL are written as JSON instead. */
const AS_JSON = 'J';
const AS_LIST = 'L';

export function writeExemplar(event: Event): string {
  let text = AS_LIST;
  let isPlain = true;
  for (const [name, value] of event.fields()) {
    text += BETWEEN + name + BETWEEN + value;
    if (value.includes(BETWEEN) || name.includes(BETWEEN)) isPlain = false;
  }
  const { timeMs, timeTicks, computer, channel, provider, eventId, eventRecordId, position } = event;
  const facts = `${computer}${channel}${provider}`;
  if (!isPlain || facts.includes(BETWEEN)) return AS_JSON + JSON.stringify([factsOf(event), [...event.fields()]]);
  const place = position.kind === 'record' ? `r${position.record}` : `l${position.line}`;
  return `${text}${BETWEEN}${timeMs}${BETWEEN}${timeTicks}${BETWEEN}${computer}${BETWEEN}${channel}${BETWEEN}${provider}${BETWEEN}${eventId}${BETWEEN}${eventRecordId}${BETWEEN}${place}`;
}

const FACTS = 8;

export function readExemplar(text: string): readonly [EventFacts, Readonly<Record<string, string>>] {
  if (text.startsWith(AS_JSON)) {
    const [facts, fields] = JSON.parse(text.slice(1)) as [EventFacts, [string, string][]];
    return [facts, numberedFields(fields)];
  }
  const pieces = text.split(BETWEEN);
  const end = pieces.length - FACTS;
  const fields: [string, string][] = [];
  for (let i = 1; i < end; i += 2) fields.push([pieces[i]!, pieces[i + 1]!]);
  const [timeMs, timeTicks, computer, channel, provider, eventId, id, place] = pieces.slice(end) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const at = Number(place.slice(1));
  const recordId = Number(id);
  return [
    {
      timeMs: timeMs === 'NaN' ? null : Number(timeMs),
      timeTicks: Number(timeTicks),
      computer,
      channel,
      provider,
      eventId: Number(eventId),
      eventRecordId: Number.isSafeInteger(recordId) ? recordId : id,
      position: place.startsWith('r') ? { kind: 'record', record: at } : { kind: 'line', line: at },
    },
    numberedFields(fields),
  ];
}
