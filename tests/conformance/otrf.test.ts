import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeHead } from '../../packages/haetae/src/source/encoding/index.ts';
import { json } from '../../packages/haetae/src/source/formats/json/json.ts';
import { openInputs } from '../../packages/haetae/src/source/intake/index.ts';
import { data, describeWithData } from '../data.ts';

interface Oracle {
  /** Physical lines, a blank last one included. */
  readonly lines: number;
  readonly events: number;
  readonly badLines: readonly number[];
  /** By `channel|eventId`. */
  readonly byEvent: Readonly<Record<string, number>>;
}

/** What every log below an archive of the OTRF Security Datasets holds. */
async function countsOf(zip: string) {
  const byEvent: Record<string, number> = {};
  const lost: string[] = [];
  let events = 0;
  let timeless = 0;
  let ahead = 0;
  for await (const opened of openInputs([{ path: zip, file: data(zip), size: undefined }])) {
    if (opened.kind !== 'input') continue;
    const head = makeHead(opened.input.head);
    expect(json.sniff(head)).toBe(true);
    for await (const batch of json.read(opened.input, head, { timeZone: 'Asia/Seoul' }, opened.ledger)) {
      for (const event of batch.events) {
        events++;
        const key = `${event.channel}|${event.eventId}`;
        byEvent[key] = (byEvent[key] ?? 0) + 1;
        if (Number.isNaN(event.timeMs)) timeless++;
        // Sysmon states UTC itself. Its network and DNS events have a stale clock after a machine slept, and are left aside.
        const utc = event.get('UtcTime');
        if (utc !== undefined && event.eventId !== 3 && event.eventId !== 22) {
          const difference = Math.abs(event.timeMs - Date.parse(`${utc.replace(' ', 'T')}Z`));
          if (difference > 120_000) ahead++;
        }
      }
    }
    for (const { kind, code, count } of opened.ledger.notices()) if (kind === 'lost') lost.push(`${code} ${count}`);
    await opened.finish();
  }
  return { events, byEvent, lost, timeless, ahead };
}

describeWithData('OTRF Security Datasets', () => {
  const oracle = JSON.parse(readFileSync(data('oracle', 'oracle-sigma-otrf.json'), 'utf8')) as {
    files: Readonly<Record<string, Oracle>>;
  };

  test('61 archives are known', () => expect(Object.keys(oracle.files)).toHaveLength(61));

  test.each(Object.entries(oracle.files))('%s', async (zip, { events, badLines, byEvent }) => {
    expect(badLines).toEqual([]);
    const counts = await countsOf(zip);
    expect(counts).toEqual({ events, byEvent: { ...byEvent }, lost: [], timeless: 0, ahead: 0 });
  });
});
