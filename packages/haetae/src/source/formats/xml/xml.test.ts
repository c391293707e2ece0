import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { canonicalLine, normal } from '../../canonical.ts';
import { makeHead } from '../../encoding/index.ts';
import { Ledger } from '../../ledger.ts';
import { xml } from './xml.ts';

interface Read {
  /** `line: canonical line` of each event. */
  rows: string[];
  system: Record<string, string>[];
  notices: string[];
}

async function read(text: string | Buffer, chunk = 1 << 20): Promise<Read> {
  const bytes = Buffer.from(text);
  const head = makeHead(bytes.subarray(0, 65536));
  const ledger = new Ledger();
  const rows: string[] = [];
  const system: Record<string, string>[] = [];
  const input = {
    path: 'x',
    size: bytes.length,
    head: head.bytes,
    async *bytes() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
  for await (const batch of xml.read(input, head, { timeZone: 'UTC' }, ledger))
    for (const event of batch.events) {
      expect(event.position.kind).toBe('line');
      rows.push(`${event.position.kind === 'line' ? event.position.line : 0}: ${canonicalLine(event)}`);
      system.push(Object.fromEntries(event.systemFields()));
    }
  const notices = ledger
    .notices()
    .flatMap(({ kind, code, examples }) =>
      examples.map(
        ({ where, detail }) => `${kind} ${code} ${where.kind === 'line' ? where.line : where.kind}: ${detail}`,
      ),
    );
  return { rows, system, notices };
}

const SYSTEM =
  '<System><Provider Name="P"/><EventID>1</EventID><TimeCreated SystemTime="2026-11-22T09:00:00Z"/><Channel>C</Channel><Computer>H</Computer></System>';
const event = (data: string): string => `<Event xmlns="n">${SYSTEM}${data}</Event>`;
const row = (data: string, line = 1): string =>
  `${line}: {"eventRecordId":0,"channel":"C","provider":"P","eventId":1,"time":"2026-11-22T09:00:00.000000Z","computer":"H","data":${data}}`;

describe('leaves', () => {
  test.each([
    { name: 'a name', data: '<EventData><Data Name="A">x</Data></EventData>', is: '{"A":"x"}' },
    {
      name: 'no name',
      data: '<EventData><Data>x</Data><Data Name="">y</Data></EventData>',
      is: '{"Data":"x","Data[2]":"y"}',
    },
    {
      name: 'other attributes',
      data: "<EventData Name='E'><Data Type='t' Name = 'A' >x</Data ></EventData>",
      is: '{"A":"x"}',
    },
    {
      name: 'blanks are values',
      data: '<EventData><Data Name="A">  </Data><Data Name="B">\n</Data></EventData>',
      is: '{"A":"  ","B":"\\n"}',
    },
    {
      name: 'an indent is none',
      data: '<EventData>\n  <Data Name="A">\n    </Data>\n  <Data Name="B">\r\n\t\t</Data>\n</EventData>',
      is: '{"A":"","B":""}',
    },
    {
      name: 'an indent that is written as such',
      data: '<EventData><Data Name="A">&#10;    </Data></EventData>',
      is: '{"A":"\\n    "}',
    },
    {
      name: 'references',
      data: '<EventData><Data Name="A&amp;B">&lt;&gt;&amp;&quot;&apos;&#x41;&#66;&#128512;</Data></EventData>',
      is: '{"A&B":"<>&\\"\'AB😀"}',
    },
    {
      name: 'CDATA and comments',
      data: '<EventData><Data Name="A">x<!-- <y> --><![CDATA[<&amp;>]]>&amp;<?z?></Data></EventData>',
      is: '{"A":"x<&amp;>&"}',
    },
    {
      name: 'line ends',
      data: '<EventData><Data Name="A">a\r\nb\nc&#13;</Data></EventData>',
      is: '{"A":"a\\r\\nb\\nc\\r"}',
    },
    {
      name: 'prefixes',
      data: '<u:UserData xmlns:u="n"><u:A><v:B xmlns:v="m">1</v:B></u:A></u:UserData>',
      is: '{"B":"1"}',
    },
    {
      name: 'any depth',
      data: '<UserData><E><A><B>1</B><B/></A><C>2</C></E></UserData>',
      is: '{"B":"1","B[2]":"","C":"2"}',
    },
    {
      name: 'text of a child of Event',
      data: '<BinaryEventData>0A</BinaryEventData><EventData> </EventData><DebugData/>',
      is: '{"BinaryEventData":"0A"}',
    },
    {
      name: 'RenderingInfo',
      data: '<RenderingInfo><Message>m</Message></RenderingInfo><EventData><Data Name="A">x</Data></EventData>',
      is: '{"A":"x"}',
    },
    { name: 'an element called Event', data: '<UserData><Event><A>1</A></Event></UserData>', is: '{"A":"1"}' },
    {
      name: 'an end tag in CDATA',
      data: '<EventData><Data Name="A"><![CDATA[</Event>]]></Data></EventData>',
      is: '{"A":"</Event>"}',
    },
  ])('$name', async ({ data, is }) => {
    for (const chunk of [1, 1 << 20]) {
      const { rows, notices } = await read(event(data), chunk);
      expect(rows).toEqual([row(is)]);
      expect(notices).toEqual([]);
    }
  });
});

test('System tells its members under the names that Sigma uses', async () => {
  const text =
    '<Event><System><Provider Name="P" Guid="{g}" EventSourceName="s"/><EventID Qualifiers="16384">7036</EventID><Version>2</Version>' +
    '<Level>4</Level><Task/><Keywords>0x80</Keywords><TimeCreated SystemTime="2026-11-22T09:00:00.1234567Z"/>' +
    '<EventRecordID>18446744073709551615</EventRecordID><Correlation ActivityID="{a}"/><Execution ProcessID="4" ThreadID="8"/>' +
    '<Channel>System</Channel><Computer>H</Computer><Security UserID="S-1-5-18"/></System></Event>';
  const { rows, system, notices } = await read(text);
  expect(rows).toEqual([
    '1: {"eventRecordId":18446744073709551615,"channel":"System","provider":"P","eventId":7036,"time":"2026-11-22T09:00:00.123456Z","computer":"H","data":{}}',
  ]);
  expect(system).toEqual([
    {
      Provider_Guid: '{g}',
      Provider_EventSourceName: 's',
      EventID_Qualifiers: '16384',
      Version: '2',
      Level: '4',
      Task: '',
      Keywords: '0x80',
      Correlation_ActivityID: '{a}',
      Execution_ProcessID: '4',
      Execution_ThreadID: '8',
      Security_UserID: 'S-1-5-18',
    },
  ]);
  expect(notices).toEqual([]);
});

describe('streams', () => {
  const one = event('<EventData/>');
  test.each([
    { name: 'concatenated', text: one + one, lines: [1, 1] },
    { name: 'one a line', text: `${one}\r\n${one}\r\n`, lines: [1, 2] },
    { name: 'a root', text: `<?xml version="1.0"?>\n<Events>\n${one}\n${one}</Events>\n`, lines: [3, 4] },
    {
      name: 'evtx_dump',
      text: `<?xml version="1.0"?>\nRecord 1\n${one}\nRecord 2\n<?xml version="1.0"?>\n${one}\n`,
      lines: [3, 6],
    },
    { name: 'comments', text: `<!--\n${one}\n-->\n${one}`, lines: [4] },
  ])('$name', async ({ text, lines }) => {
    for (const chunk of [1, 5, 1 << 20]) {
      const { rows, notices } = await read(text, chunk);
      expect(rows).toEqual(lines.map((line) => row('{}', line)));
      expect(notices).toEqual([]);
    }
  });

  test('UTF-16', async () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`<Events>\n${event('<EventData><Data Name="A">한글</Data></EventData>')}</Events>`, 'utf16le'),
    ]);
    expect(xml.sniff(makeHead(bytes))).toBe(true);
    expect((await read(bytes, 7)).rows).toEqual([row('{"A":"한글"}', 2)]);
  });
});

describe('damage costs one event and is told', () => {
  const good = event('<EventData><Data Name="A">x</Data></EventData>');
  test.each([
    {
      name: 'no end tag',
      bad: `<Event>${SYSTEM}<EventData>\n`,
      notices: ['lost xml-syntax 2: the event does not end'],
    },
    {
      name: 'a wrong end tag',
      bad: event('<EventData></Data>'),
      notices: ['lost xml-syntax 2: </Data> ends no open element'],
    },
    {
      name: 'a bare <',
      bad: event('<EventData><Data>1 < 2</Data></EventData>'),
      notices: ['lost xml-syntax 2: a < that begins no tag'],
    },
    {
      name: 'an attribute without quotes',
      bad: event('<EventData><Data Name=A>1</Data></EventData>'),
      notices: ['lost xml-syntax 2: the tag <Data> is not well formed'],
    },
    {
      name: 'a declaration',
      bad: event('<!ENTITY a "b">'),
      notices: ['lost xml-syntax 2: a declaration within the event is refused'],
    },
    {
      name: 'too deep',
      bad: event('<a>'.repeat(100)),
      notices: ['lost nesting-too-deep 2: more than 64 elements deep'],
    },
    { name: 'an empty event', bad: '<Event/>', notices: ['lost not-an-event 2: an empty Event'] },
    { name: 'text', bad: 'no event', notices: ['lost not-an-event 2: "no event"'] },
    {
      name: 'cut in a tag',
      bad: `<Event>${SYSTEM}<EventData><Data Na`,
      notices: ['lost xml-syntax 2: the event does not end'],
    },
  ])('$name', async ({ bad, notices }) => {
    for (const chunk of [1, 1 << 20]) {
      const result = await read(`${good}\n${bad}\n${good}\n`, chunk);
      expect(result.notices).toEqual(notices);
      const last = `${good}\n${bad}\n`.split('\n').length;
      expect(result.rows).toEqual([row('{"A":"x"}', 1), row('{"A":"x"}', last)]);
    }
  });

  test('the end of the input', async () => {
    const result = await read(`${good}\n${good.slice(0, -20)}`);
    expect(result.rows).toHaveLength(1);
    expect(result.notices).toEqual(['lost xml-syntax 2: the event does not end']);
  });

  test('entities are never expanded', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(10)}"><!ENTITY b "&a;&a;">]>\n`;
    const result = await read(
      `<?xml version="1.0"?>\n${bomb}${event('<EventData><Data Name="A">&b;&#xD800;&</Data></EventData>')}`,
    );
    expect(result.rows).toEqual([row('{"A":"&b;&#xD800;&"}', 3)]);
    expect(result.notices).toEqual([
      'repaired xml-syntax 2: a document type declaration is passed over',
      'repaired xml-syntax 3: "&b;" is no reference and stays as it is',
      'repaired xml-syntax 3: "&#xD800;" is no reference and stays as it is',
      'repaired xml-syntax 3: "&" is no reference and stays as it is',
    ]);
  });

  test('an event beyond the limit', async () => {
    const long = `<Event>${SYSTEM}<EventData><Data>${'x'.repeat(5 * 1024 * 1024)}</Data></EventData></Event>`;
    const result = await read(`${good}\n${long}\n${good}`, 1 << 16);
    expect(result.rows).toEqual([row('{"A":"x"}', 1), row('{"A":"x"}', 3)]);
    expect(result.notices).toEqual(['lost line-too-long 2: an event of more than 4194304 characters']);
  });

  test('unreadable members', async () => {
    const result = await read(
      '<Event><System><EventID>x</EventID><TimeCreated SystemTime="soon"/></System></Event>\n<Event><a/></Event>',
    );
    expect(result.rows).toHaveLength(2);
    expect(result.notices).toEqual([
      'repaired time-unreadable 1: "soon"',
      'repaired event-id-unreadable 1: "x"',
      'repaired time-missing 2: TimeCreated',
    ]);
  });
});

/** The leaves as saxes, a complete XML parser, finds them. */
function reference(text: string): [string, string][] {
  const out: [string, string][] = [];
  const stack: { name: string; parent: boolean; text: string }[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length > 0) stack.at(-1)!.parent = true;
    stack.push({ name: attributes.Name || name, parent: false, text: '' });
  });
  const add = (more: string): void => {
    if (stack.length > 0) stack.at(-1)!.text += more;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const { name, parent, text: value } = stack.pop()!;
    if (!parent && stack.length > 1) out.push([name, value]);
  });
  parser.write(text).close();
  return out;
}

test('the scanner finds what a complete parser finds', async () => {
  const escaped = (value: string): string =>
    value.replace(/[<&"]/g, (c) => ({ '<': '&lt;', '&': '&amp;', '"': '&#34;' })[c]!);
  const text = fc.stringMatching(/^[ -~가-힣]{0,12}$/);
  const leaf = fc
    .tuple(
      fc.constantFrom('Data', 'A', 'B'),
      fc.option(text),
      text,
      fc.constantFrom('plain', 'cdata', 'comment', 'empty'),
    )
    .map(([name, label, value, how]) => {
      const attribute = label === null ? '' : ` Name="${escaped(label)}"`;
      if (how === 'empty') return `<${name}${attribute}/>`;
      const shown =
        how === 'cdata' && !value.includes(']]') ? `<![CDATA[${value}]]>` : escaped(value).replaceAll('>', '&gt;');
      return `<${name}${attribute}>${how === 'comment' ? `<!--c-->${shown}<?p i?>` : shown}</${name}>`;
    });
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((inner) => `<N>${inner.join('')}</N>`),
    ),
  })).node;
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 6 }), async (nodes) => {
      const data = `<EventData>${nodes.join('')}</EventData>`;
      const { rows, notices } = await read(event(data), 100);
      expect(notices).toEqual([]);
      const seen = new Map<string, number>();
      const expected = reference(`<Event>${data}</Event>`).map(([name, value]) => {
        const count = (seen.get(name) ?? 0) + 1;
        seen.set(name, count);
        return [count === 1 ? name : `${name}[${count}]`, value];
      });
      const { data: found } = JSON.parse(rows[0]!.slice(3)) as { data: Record<string, string> };
      expect(found).toEqual(Object.fromEntries(expected.map(([name, value]) => [name, normal(value!)])));
    }),
    { seed: 3, numRuns: 300 },
  );
});
