import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { canonicalLine, documentLine, normal } from './canonical.ts';

test.each([
  ['{5770385f-c22a-43e0-bf4c-06f5698ffbd9}', '5770385F-C22A-43E0-BF4C-06F5698FFBD9'],
  ['0x000000000000A1F0', '0xa1f0'],
  ['0X0', '0x0'],
  ['2026-11-22T01:02:03.4567891Z', '2026-11-22T01:02:03.456789Z'],
  ['2026-11-22T01:02:03+00:00', '2026-11-22T01:02:03.000000Z'],
  ['2026-11-22 01:02:03.456', '2026-11-22 01:02:03.456'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['True story', 'True story'],
  ['0x12 0x13', '0x12 0x13'],
])('normal(%s) is %s', (value, is) => expect(normal(value)).toBe(is));

const event = (position: PlainEvent['position']): PlainEvent =>
  new PlainEvent({
    timeMs: Date.parse('2026-11-22T01:02:03.456Z'),
    timeTicks: 7899,
    computer: 'PC',
    channel: 'Security',
    provider: 'P',
    eventId: 1,
    eventRecordId: 9007199254740993n,
    position,
    names: ['b', 'a', 'b', '2', '\u{10000}', '\uFFFD'],
    values: ['0x00A', 'x\n', '', 'TRUE', '\uD800', ''],
  });

test('a canonical line', () =>
  expect(canonicalLine(event({ kind: 'line', line: 3 }))).toBe(
    '{"eventRecordId":9007199254740993,"channel":"Security","provider":"P","eventId":1,"time":"2026-11-22T01:02:03.456789Z",' +
      '"computer":"PC","data":{"2":"true","a":"x\\n","b":"0xa","b[2]":"","\uFFFD":"","\u{10000}":"\uFFFD"}}',
  ));

test('a document line', () =>
  expect(documentLine(event({ kind: 'record', record: 7 }), 'a/b.evtx')).toBe(
    '{"file":"a/b.evtx","record":7,"eventRecordId":9007199254740993,"channel":"Security","provider":"P","eventId":1,' +
      '"time":"2026-11-22T01:02:03.4567899Z","computer":"PC","data":{"b":"0x00A","a":"x\\n","b[2]":"","2":"TRUE","\u{10000}":"\uFFFD","\uFFFD":""}}',
  ));
