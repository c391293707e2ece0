/** Events as records of an EVTX file. */
import type { EvtxValue, RecordDraft } from '@haetae/evtx';
import type { EventShape, LogEvent, Value, ValueType } from '../telemetry/shape.ts';

function typed(value: Value, type: ValueType): EvtxValue | string {
  if (type === 'string') return typeof value === 'string' ? value : String(value);
  // `true` and `false` come as text where a signature is told.
  if (type === 'boolean') return { type, value: value === true || value === 'true' };
  if (type === 'filetime') return { type, value: BigInt(value) };
  return { type, value } as EvtxValue;
}

const nameOf = (shape: EventShape, i: number): string | null => (shape.names[i] === 'Data' ? null : shape.names[i]!);

export function recordDraft(event: LogEvent): RecordDraft {
  const { shape, values, ms, ticks, record, processId, threadId, computer, userSid } = event;
  const { provider, eventId, version, level, task, opcode, keywords, channel, types, userData } = shape;
  const system = {
    ...{ provider, eventId, version, level, task, opcode, keywords, time: { ms, ticks }, eventRecordId: record },
    ...{ processId, threadId, channel, computer },
    ...(userSid !== '' && { userSid }),
  };
  if (userData === undefined)
    return {
      record,
      system,
      eventData: values.map((value, i) => [nameOf(shape, i), typed(value, types[i]!)] as const),
    };
  return {
    ...{ record, system },
    userData: {
      name: userData.name,
      attributes: [['xmlns', userData.xmlns]],
      content: values.map((value, i) => ({ name: shape.names[i]!, content: typed(value, types[i]!) })),
    },
  };
}
