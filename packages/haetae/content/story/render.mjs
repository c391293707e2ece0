/** The same events as EVTX records, as rows of a Korean Event Viewer's CSV, as Winlogbeat's JSON lines; and a zip of files. */
import { crc32, deflateRawSync } from 'node:zlib';

export const inTime = (events) => [...events].sort((a, b) => a.ms - b.ms || a.ticks - b.ticks);

/** The record number that each event has in the log of its own host and channel, counted from `first`. */
export function numbered(events, first) {
  const next = new Map();
  return events.map((event) => {
    const log = `${event.computer}|${event.channel}`;
    const eventRecordId = next.get(log) ?? first(event);
    next.set(log, eventRecordId + 1);
    return { ...event, eventRecordId };
  });
}

const typed = ([name, type, value]) => [name, type === 'string' ? value : { type, value }];

/** For writeEvtx of @haetae/evtx. */
export function toDraft(event) {
  const {
    provider,
    eventId,
    version,
    level,
    task,
    opcode,
    keywords,
    ms,
    ticks,
    eventRecordId,
    processId,
    threadId,
    channel,
    computer,
  } = event;
  const system = {
    provider,
    eventId,
    version,
    level,
    task,
    opcode,
    keywords,
    time: { ms, ticks },
    eventRecordId,
    processId,
    threadId,
    channel,
    computer,
  };
  if (event.userSid !== undefined) system.userSid = event.userSid;
  if (event.userData === undefined) return { system, eventData: event.fields.map(typed) };
  const { name, xmlns, fields } = event.userData;
  return {
    system,
    userData: {
      name,
      attributes: [['xmlns', xmlns]],
      content: fields.map((field) => ({ name: field[0], content: typed(field)[1] })),
    },
  };
}

const hex = (value) => `0x${value.toString(16)}`;
function text([, type, value]) {
  return type.startsWith('hexInt') ? hex(value) : `${value}`;
}

const LEVELS = { 0: '정보', 2: '오류', 3: '경고', 4: '정보', 5: '자세한 정보' };
const cell = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** Event Viewer's own CSV: newest first, local time, five names over six columns, line feeds only, a BOM. */
export function toKoreanCsv(events) {
  const rows = inTime(events)
    .reverse()
    .map((event) => {
      const local = new Date(event.ms + 9 * 3_600_000);
      const hour = local.getUTCHours();
      const two = (n) => `${n}`.padStart(2, '0');
      const time = `${local.toISOString().slice(0, 10)} ${hour < 12 ? '오전' : '오후'} ${hour % 12 || 12}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
      const lines = event.fields.map(
        (field) => `${field[0]}: ${field[1] === 'hexInt64' ? `0x${field[2].toString(16).toUpperCase()}` : text(field)}`,
      );
      return [
        LEVELS[event.level],
        time,
        event.provider.name,
        `${event.eventId}`,
        event.category,
        [`${event.title}:`, ...lines].join('\n'),
      ]
        .map(cell)
        .join(',');
    });
  return `\ufeff수준,날짜 및 시간,원본,이벤트 ID,작업 범주\n${rows.join('\n')}\n`;
}

/** A document as Winlogbeat 8 writes it (raw values, no rendered message where it had none). */
export function toWinlogbeat(event) {
  const fields = event.userData?.fields ?? event.fields;
  const data = Object.fromEntries(fields.map((field) => [field[0], text(field)]));
  const winlog = {
    ...{
      channel: event.channel,
      computer_name: event.computer,
      event_id: `${event.eventId}`,
      record_id: event.eventRecordId,
    },
    ...{
      provider_name: event.provider.name,
      provider_guid: event.provider.guid,
      version: event.version,
      api: 'wineventlog',
    },
    ...{ process: { pid: event.processId, thread: { id: event.threadId } } },
    ...(event.userSid === undefined ? {} : { user: { identifier: event.userSid } }),
    ...(event.userData === undefined
      ? { event_data: data }
      : { user_data: { ...data, xml_name: event.userData.name } }),
  };
  return JSON.stringify({
    '@timestamp': new Date(event.ms).toISOString(),
    ...{
      agent: { type: 'winlogbeat', version: '8.17.3', name: event.computer.split('.')[0] },
      ecs: { version: '8.0.0' },
    },
    ...{
      event: {
        code: `${event.eventId}`,
        kind: 'event',
        provider: event.provider.name,
        created: new Date(event.ms + 1300).toISOString(),
      },
    },
    ...{ host: { name: event.computer }, log: { level: { 2: '오류', 3: '경고' }[event.level] ?? '정보' }, winlog },
  });
}

/** A zip file of deflated members, all dated 2026-03-17 15:00, names in UTF-8. */
export function zip(members) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, bytes] of members) {
    const packed = deflateRawSync(bytes, { level: 9 });
    const path = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(15 << 11, 6);
    common.writeUInt16LE(((2026 - 1980) << 9) | (3 << 5) | 17, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, entry, path);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, packed);
    offset += 30 + path.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}
