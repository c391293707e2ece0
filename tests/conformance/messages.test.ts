import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { utf8Stream } from '../../packages/haetae/src/source/encoding/index.ts';
import { csvEventViewer } from '../../packages/haetae/src/source/formats/csv-event-viewer/csv-event-viewer.ts';
import { openInputs } from '../../packages/haetae/src/source/intake/index.ts';
import { Ledger } from '../../packages/haetae/src/source/ledger.ts';
import { readText } from '../../packages/haetae/src/source/text/testing/read-text.ts';
import { data, describeWithData } from '../data.ts';

/**
 * The OTRF logs carry each event twice: as fields, and as the message Windows rendered of it. Written as an export of
 * Event Viewer and read back, the fields cut out of the messages must be the fields of the log.
 */
type Logged = Readonly<Record<string, unknown>>;

/** So many events of each id of each archive. */
const EACH = 40;
/** Shown as words that only a table within Windows turns back into codes; or not shown as logged. */
const SHOWN_OTHERWISE: ReadonlySet<string> = new Set([
  'AccessList',
  'AccessReason',
  'DSType',
  'FQDN',
  'LayerName',
  'LogonHours',
  'RuleAttr',
  'UserAccountControl',
]);
/** Names that the collector gave to things of its own. */
const COLLECTOR: ReadonlySet<string> = new Set(['Channel', 'AccountName', 'AccountType', 'UserID', 'Message']);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const plain = (value: unknown): string =>
  String(value ?? '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();

async function sample(zip: string): Promise<Logged[]> {
  const seen = new Map<string, number>();
  const chosen: Logged[] = [];
  for await (const opened of openInputs([{ path: zip, file: data(zip), size: undefined }])) {
    if (opened.kind !== 'input') continue;
    let carry = '';
    for await (const piece of utf8Stream(opened.input.bytes(), 'utf-8', new Ledger())) {
      const lines = (carry + piece.toString('utf8')).split('\n');
      carry = lines.pop()!;
      for (const line of lines) {
        const id = /"EventID":\s*(\d+)/.exec(line)?.[1] ?? '';
        const source = /"SourceName":\s*"([^"]+)"/.exec(line)?.[1];
        if (source === undefined || (seen.get(`${source} ${id}`) ?? 0) >= EACH) continue;
        seen.set(`${source} ${id}`, (seen.get(`${source} ${id}`) ?? 0) + 1);
        const event = JSON.parse(line) as Logged;
        if (typeof event.Message === 'string') chosen.push(event);
      }
    }
    await opened.finish();
  }
  return chosen;
}

describeWithData('rendered messages of the OTRF Security Datasets', () => {
  const { files } = JSON.parse(readFileSync(data('oracle', 'oracle-sigma-otrf.json'), 'utf8')) as {
    files: Readonly<Record<string, unknown>>;
  };

  test('cut out of an export, the fields are those of the log', async () => {
    let compared = 0;
    const wrong: string[] = [];
    for (const zip of Object.keys(files)) {
      const events = await sample(zip);
      if (events.length === 0) continue;
      const rows = events.map(
        ({ SourceName, EventID, Message }) =>
          `Information,6/23/2025 9:27:33 PM,${SourceName},${EventID},None,${quoted(Message as string)}\n`,
      );
      const read = await readText(
        csvEventViewer,
        `Level,Date and Time,Source,Event ID,Task Category\n${rows.join('')}`,
      );
      expect(read.events, zip).toHaveLength(events.length);
      expect(read.notices.filter((notice) => notice.startsWith('lost'))).toEqual([]);
      read.events.forEach((event, i) => {
        for (const [name, value] of event.fields()) {
          const logged = events[i]![name];
          if (logged === undefined || SHOWN_OTHERWISE.has(name) || COLLECTOR.has(name)) continue;
          // Windows takes `%5` or `%%3` within a value for a place to fill in when it renders the message.
          if (/sysmon/i.test(event.provider) && /%%?\d/.test(String(logged))) continue;
          compared++;
          if (plain(value) !== plain(logged))
            wrong.push(
              `${zip} ${event.provider} ${event.eventId} ${name}: ${plain(value).slice(0, 80)} ≠ ${plain(logged).slice(0, 80)}`,
            );
        }
      });
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(compared).toBeGreaterThan(50_000);
  });
});
