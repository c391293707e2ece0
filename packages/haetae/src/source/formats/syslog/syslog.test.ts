import { describe, expect, test } from 'vitest';
import { canonicalLine } from '../../canonical.ts';
import { makeHead } from '../../encoding/index.ts';
import { Ledger } from '../../ledger.ts';
import { syslog } from './syslog.ts';

async function read(text: string): Promise<{ rows: string[]; notices: string[] }> {
  const bytes = Buffer.from(text);
  const ledger = new Ledger();
  const rows: string[] = [];
  const input = {
    path: 'x',
    size: bytes.length,
    head: bytes,
    async *bytes() {
      yield bytes;
    },
  };
  for await (const batch of syslog.read(input, makeHead(bytes), { timeZone: 'UTC' }, ledger))
    for (const event of batch.events)
      rows.push(`${event.position.kind === 'line' ? event.position.line : 0} ${canonicalLine(event)}`);
  const notices = ledger
    .notices()
    .flatMap(({ kind, code, examples }) =>
      examples.map(
        ({ where, detail }) => `${kind} ${code} ${where.kind === 'line' ? where.line : where.kind}: ${detail}`,
      ),
    );
  return { rows, notices };
}

const event = (computer = 'web', channel = '<Channel>Linux-Sysmon/Operational</Channel>'): string =>
  `<Event><System><Provider Name="Linux-Sysmon" Guid="{g}"/><EventID>1</EventID><TimeCreated SystemTime="2026-11-22T09:00:00.5Z"/>${channel}<Computer>${computer}</Computer></System>` +
  '<EventData><Data Name="CommandLine">a &amp;&amp; b</Data></EventData></Event>';
const row = (line = 1, computer = 'web'): string =>
  `${line} {"eventRecordId":0,"channel":"Linux-Sysmon/Operational","provider":"Linux-Sysmon","eventId":1,"time":"2026-11-22T09:00:00.500000Z","computer":"${computer}","data":{"CommandLine":"a && b"}}`;

describe('heads', () => {
  test.each([
    ['RFC 3164', 'Nov 22 09:00:00 host sysmon: '],
    ['RFC 3164 with priority, process and a day of one digit', '<30>Nov  2 09:00:00 host sysmon[71]: '],
    ['RFC 5424', '<30>1 2026-11-22T09:00:00.123Z host sysmon 71 - - '],
    ['RFC 5424 with data and BOM', '<30>1 2026-11-22T09:00:00+09:00 host sysmon 71 ID [a b="c"][d e="f"] \uFEFF'],
    ['rsyslog with ISO time', '2026-11-22T09:00:00.123456+09:00 host sysmon: '],
    ['journalctl -o short-iso', '2026-11-22T09:00:00+0900 host sysmon[71]: '],
  ])('%s', async (_, head) => {
    expect(syslog.sniff(makeHead(Buffer.from(`${head}${event()}\n`)))).toBe(true);
    expect(await read(`${head}${event()}\n`)).toEqual({ rows: [row()], notices: [] });
    expect((await read(`${head}${event('')}\n`)).rows).toEqual([row(1, 'host')]);
  });

  test.each(['Nov 22 09:00:00 host app: no event\n', '<Event>x</Event>', 'a,b\n"<Event>"\n', '{"a":"<Event>"}'])(
    'not %j',
    (text) => expect(syslog.sniff(makeHead(Buffer.from(text)))).toBe(false),
  );
});

test('host and channel come from the line where the event tells none, and that is said', async () => {
  const { rows, notices } = await read(
    `Nov 22 09:00:00 srv sysmon: ${event('-', '')}\nNov 22 09:00:01 srv sysmon: ${event('-', '')}\n`,
  );
  expect(rows).toEqual([row(1, 'srv'), row(2, 'srv')]);
  expect(notices).toEqual([
    'inferred host 1: srv, from the head of the line',
    'inferred channel 1: Linux-Sysmon/Operational',
  ]);
});

test('other lines and damaged events are told; an event over lines is joined', async () => {
  const head = 'Nov 22 09:00:00 web sysmon: ';
  const broken = event().replace('<EventData>', '\n<EventData>');
  const { rows, notices } = await read(
    `Nov 22 09:00:00 web cron[1]: job\n\n${head}${broken}\n${head}${event().slice(0, 90)}\n${head}${event().replace('</Data>', '')}\n${event()}\n${head}${event().slice(0, 60)}`,
  );
  expect(rows).toEqual([row(3), row(7)]);
  expect(notices.map((notice) => notice.slice(0, 22))).toEqual([
    'lost syslog-line 1: "N',
    'lost xml-syntax 5: the',
    'lost xml-syntax 6: </E',
    'lost xml-syntax 8: the',
  ]);
});
