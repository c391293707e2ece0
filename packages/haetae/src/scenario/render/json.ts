/**
 * Events as JSON lines. The hot path of emitting: what is the same for every event of a shape is joined once, values are put between.
 */
import type { EventShape, LogEvent } from '../telemetry/shape.ts';
import { textOf } from '../telemetry/shape.ts';

interface Pieces {
  /** What stands before each value, `,"Name":` and the like. */
  readonly keys: readonly string[];
  readonly head: string;
  readonly provider: string;
}

const winlogbeatPieces = new Map<EventShape, Pieces>();
const flatPieces = new Map<EventShape, Pieces>();

/** Winlogbeat calls what has no name `param1`, `param2`… */
const fieldNames = ({ names }: EventShape): string[] =>
  names.map((name, i) => (name === 'Data' ? `param${i + 1}` : name));

const LEVELS: Readonly<Record<number, string>> = { 2: 'error', 3: 'warning' };
let dayOf = Number.NaN;
let day = '';

/** ISO 8601 to the millisecond; the day is kept, since events come in order. */
export function iso(ms: number): string {
  const date = Math.floor(ms / 86_400_000);
  if (date !== dayOf) {
    dayOf = date;
    day = new Date(ms).toISOString().slice(0, 11);
  }
  const rest = ms - date * 86_400_000;
  const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
  const thousandth = rest % 1000;
  const fraction = thousandth < 10 ? `00${thousandth}` : thousandth < 100 ? `0${thousandth}` : `${thousandth}`;
  return `${day}${two(Math.floor(rest / 3_600_000))}:${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}.${fraction}Z`;
}

const SAFE = /^[ !#-[\]-\ud7ff]*$/;
/** JSON text of a string; most need no escape. */
const quote = (text: string): string => (SAFE.test(text) ? `"${text}"` : JSON.stringify(text));

function data(event: LogEvent, keys: readonly string[]): string {
  const { values, shape } = event;
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    text += keys[i]! + (typeof value === 'string' ? quote(value) : `"${textOf(value, shape.types[i]!)}"`);
  }
  return text;
}

function winlogbeatOf(shape: EventShape): Pieces {
  let pieces = winlogbeatPieces.get(shape);
  if (pieces === undefined) {
    const { provider, channel, eventId, version, opcode, task } = shape;
    const level = LEVELS[shape.level] ?? 'information';
    pieces = {
      keys: fieldNames(shape).map((name, i) => `${i === 0 ? '' : ','}${JSON.stringify(name)}:`),
      head: `"event":{"code":"${eventId}","kind":"event","provider":${JSON.stringify(provider.name)}},"log":{"level":"${level}"}`,
      provider: `"channel":${JSON.stringify(channel)},"event_id":"${eventId}","provider_name":${JSON.stringify(provider.name)},${
        provider.guid === undefined ? '' : `"provider_guid":"${provider.guid}",`
      }"version":${version},"opcode":"${opcode}","task":"${task}","api":"wineventlog"`,
    };
    winlogbeatPieces.set(shape, pieces);
  }
  return pieces;
}

/** A document as Winlogbeat 8 writes it, in one line with its end. */
export function winlogbeatLine(event: LogEvent): string {
  const { shape, computer, record, processId, threadId, userSid } = event;
  const { keys, head, provider } = winlogbeatOf(shape);
  const user = userSid === '' ? '' : `,"user":{"identifier":"${userSid}"}`;
  const values = data(event, keys);
  const fields =
    shape.userData === undefined
      ? `"event_data":{${values}}`
      : `"user_data":{${values}${values === '' ? '' : ','}"xml_name":"${shape.userData.name}"}`;
  return `{"@timestamp":"${iso(event.ms)}","agent":{"type":"winlogbeat","version":"8.17.3","name":"${computer}"},"ecs":{"version":"8.0.0"},${head},"host":{"name":"${computer}"},"winlog":{${provider},"computer_name":"${computer}","record_id":${record},"process":{"pid":${processId},"thread":{"id":${threadId}}}${user},${fields}}}\n`;
}

function flatOf(shape: EventShape): Pieces {
  let pieces = flatPieces.get(shape);
  if (pieces === undefined) {
    const { provider, channel, eventId, version, opcode, task, level } = shape;
    const guid = provider.guid === undefined ? '' : `,"ProviderGuid":"${provider.guid}"`;
    pieces = {
      keys: fieldNames(shape).map((name) => `,${JSON.stringify(name)}:`),
      head: `"Channel":${JSON.stringify(channel)},"SourceName":${JSON.stringify(provider.name)}${guid},"EventID":${eventId}`,
      provider: `"Version":${version},"Level":${level},"Task":${task},"Opcode":${opcode}`,
    };
    flatPieces.set(shape, pieces);
  }
  return pieces;
}

/** One flat object: fields beside what is the event's own, in one line with its end. */
export function flatLine(event: LogEvent): string {
  const { shape, computer, record, processId, threadId, userSid, ticks } = event;
  const { keys, head, provider } = flatOf(shape);
  const time = `${iso(event.ms).slice(0, -1)}${String(ticks).padStart(4, '0')}Z`;
  const user = userSid === '' ? '' : `,"UserID":"${userSid}"`;
  return `{"TimeCreated":"${time}","Hostname":"${computer}",${head},"EventRecordID":${record},${provider},"ExecutionProcessID":${processId},"ExecutionThreadID":${threadId}${user}${data(event, keys)}}\n`;
}
