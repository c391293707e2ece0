/**
 * Bodies of NDJSON out of recorded events, spread over hosts: host, record id and times stand at fixed places of each line, so that
 * a body built once is sent again as other events of other hosts at another time.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export const HOSTS = 50;
/** Lines that one host sends before another one does. */
const STRETCH = 500;
const TIME = '2026-01-01T00:00:00.000Z';
const WITHOUT = ['Hostname', 'host', 'RecordNumber', '@timestamp', 'TimeCreated', 'EventTime', 'UtcTime'];

const head = `{"Hostname":"WS-00.corp.example","RecordNumber":1000000000,"@timestamp":"${TIME}","TimeCreated":"${TIME}"`;
const AT = {
  host: head.indexOf('00.corp'),
  record: head.indexOf('1000000000'),
  times: [head.indexOf(TIME), head.lastIndexOf(TIME)],
  /** Of Sysmon alone, with a blank in the middle and no zone. */
  utc: head.length + ',"UtcTime":"'.length,
};

/** Lines of `file` as bodies of `size` events each; at most `limit` events. */
export async function poolOf(file, size, limit) {
  const bodies = [];
  const channels = new Map();
  let parts = [];
  let lines = [];
  let read = 0;
  let length = 0;
  const close = () => {
    if (lines.length > 0) bodies.push({ bytes: Buffer.concat(parts, length), lines });
    [parts, lines, length] = [[], [], 0];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (read >= limit) break;
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      continue;
    }
    if (typeof event?.Channel !== 'string') continue;
    const rest = Object.fromEntries(Object.entries(event).filter(([name]) => !WITHOUT.includes(name)));
    const utc = event.UtcTime === undefined ? '' : `,"UtcTime":"${TIME.slice(0, -1).replace('T', ' ')}"`;
    const bytes = Buffer.from(`${head}${utc},${JSON.stringify(rest).slice(1)}\n`);
    if (!channels.has(event.Channel)) channels.set(event.Channel, channels.size);
    lines.push({
      at: length,
      utc: utc !== '',
      channel: channels.get(event.Channel),
      slot: Math.floor(read / STRETCH) * 7 + hash(event.Hostname ?? ''),
    });
    parts.push(bytes);
    length += bytes.length;
    read++;
    if (lines.length === size) close();
  }
  close();
  return { bodies, events: read, channels: channels.size };
}

function hash(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) >>> 0;
  return sum % HOSTS;
}

/** Makes bodies of the pool new events: those of a host and channel are numbered 1, 2, … as Windows does. */
export function stamper(channels) {
  const next = new Float64Array(HOSTS * channels).fill(1_000_000_001);
  const time = Buffer.alloc(23);
  return ({ bytes, lines }, pass, now) => {
    time.latin1Write(new Date(now).toISOString().slice(0, 23), 0);
    for (const { at, utc, channel, slot } of lines) {
      const host = (slot + pass) % HOSTS;
      bytes[at + AT.host] = 48 + Math.floor(host / 10);
      bytes[at + AT.host + 1] = 48 + (host % 10);
      let record = next[host * channels + channel]++;
      for (let i = at + AT.record + 9; i >= at + AT.record; i--) {
        bytes[i] = 48 + (record % 10);
        record = Math.floor(record / 10);
      }
      for (const place of AT.times) time.copy(bytes, at + place);
      if (!utc) continue;
      time.copy(bytes, at + AT.utc);
      bytes[at + AT.utc + 10] = 32;
    }
  };
}
