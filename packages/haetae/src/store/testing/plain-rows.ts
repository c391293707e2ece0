import type { Event } from '@haetae/event';
import { type EventBatch, type EventOrigin, ROW_CELLS, TEXT_COLUMNS } from '../events/batch.ts';
import { COLUMN_OF, EVENT_COLUMNS, MOST_DECODED, STRAYS } from '../events/columns.ts';

/** The texts of a row by column, and its strays. */
export interface PlainRow {
  readonly texts: Readonly<Record<string, string>>;
  readonly strays: number;
}

/** With U+FFFD for half a surrogate pair. */
const whole = (text: string): string => Buffer.from(text).toString('utf8');

/** What the builder makes of an event, said plainly: with objects and JSON.stringify. */
export function plainRow(event: Event, origin: EventOrigin): PlainRow {
  const fields = [...event.fields()];
  const names = fields.map(([name]) => name);
  let strays = event.hasBlankNames === true || names.some((name) => name.includes(' ')) ? STRAYS.all : 0;
  const takers = EVENT_COLUMNS.map((_, column) => {
    const told = fields.flatMap(([name, value], i) => {
      const place = COLUMN_OF.get(name);
      return place?.column === column && value !== '' && value !== '-' ? [{ i, rank: place.rank, value }] : [];
    });
    const able = told.filter(({ value }) => !value.includes('\0'));
    if (told.length > Math.min(1, able.length)) strays |= 1 << column;
    return able.reduce<(typeof able)[number] | undefined>(
      (best, one) => (best === undefined || one.rank < best.rank ? one : best),
      undefined,
    );
  });
  const texts: Record<string, string> = {};
  const pieces = fields.map(([name, value], i) => {
    const first = names.indexOf(name) === i;
    if (!first || /^\d/.test(name)) strays |= STRAYS.all;
    const column = takers.findIndex((taker) => taker?.i === i);
    const isTaken = first && column >= 0;
    if (isTaken) texts[EVENT_COLUMNS[column]!.name] = whole(value);
    const nth = names.slice(0, i + 1).filter((one) => one === name).length;
    const key = first ? name : `${name}[${nth}]`;
    return `${JSON.stringify(whole(key))}:${isTaken ? column : JSON.stringify(whole(value))}`;
  });
  const system: Record<string, string> = {};
  if (event.computer !== '') system.Computer = whole(event.computer);
  for (const [name, value] of event.systemFields()) {
    system[whole(name)] = whole(value);
    if (COLUMN_OF.has(name)) strays |= STRAYS.all;
  }
  const put = (name: string, text: string): void => {
    texts[name] = whole(text).replaceAll('\0', '\ufffd');
  };
  put('host', origin.host);
  put('channel', event.channel);
  put('provider', event.provider);
  put('origin', origin.origin);
  if (event.eventRecordId !== 0) put('record_id', String(event.eventRecordId));
  if (origin.decoded !== '') put('decoded', origin.decoded.slice(0, MOST_DECODED));
  texts.fields = `{${pieces.join(',')}}`;
  texts.system = JSON.stringify(system);
  return { texts, strays: strays >>> 0 };
}

/** The rows of a batch, in the same words. */
export function rowsIn(batch: EventBatch): PlainRow[] {
  return Array.from({ length: batch.rows }, (_, row) => {
    const texts: Record<string, string> = {};
    TEXT_COLUMNS.forEach((name, column) => {
      const cell = row * ROW_CELLS + column * 2;
      const [start, length] = [batch.cells[cell]!, batch.cells[cell + 1]!];
      if (start > 0) texts[name] = Buffer.from(batch.bytes.subarray(start, start + length)).toString('utf8');
    });
    return { texts, strays: batch.strays[row]! };
  });
}
