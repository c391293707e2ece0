import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DETECTORS, type Finding, isAtLeast } from '../../packages/haetae/src/detect/index.ts';
import { makeHead } from '../../packages/haetae/src/source/encoding/index.ts';
import { csvEventViewer } from '../../packages/haetae/src/source/formats/csv-event-viewer/csv-event-viewer.ts';
import { Ledger } from '../../packages/haetae/src/source/ledger.ts';
import { data, describeWithData } from '../data.ts';

const CONTENT = join(import.meta.dirname, '../../packages/haetae/content/rules');

function pack() {
  const folders = readdirSync(CONTENT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .filter(({ name }) => name !== 'tests')
    .flatMap(({ name: folder }) =>
      readdirSync(join(CONTENT, folder)).map((name) => ({
        path: `${folder}/${name}`,
        text: readFileSync(join(CONTENT, folder, name), 'utf8'),
      })),
    );
}

/** The product's first users' own export, through our own pack. */
describeWithData('our pack on the seed CSV', () => {
  const found = async (): Promise<readonly Finding[]> => {
    const bytes = readFileSync(data('seed', 'sysmon-Logs.csv'));
    const head = makeHead(bytes.subarray(0, 64 * 1024));
    const input = {
      path: 'seed.csv',
      size: bytes.length,
      head: head.bytes,
      async *bytes() {
        yield bytes;
      },
    };
    const detector = DETECTORS.get('sigma')!.create({ rules: pack() });
    const findings: Finding[] = [];
    for await (const batch of csvEventViewer.read(input, head, { timeZone: 'Asia/Seoul' }, new Ledger()))
      for (const event of batch.events) findings.push(...detector.detect(event));
    return findings;
  };

  test('the three encoded commands are found, each with its decoded text', async () => {
    const encoded = (await found()).filter(({ rule }) => rule?.path === 'execution/powershell_encoded_command.yml');
    expect(
      encoded.map(({ fields, decoded }) => [fields.UtcTime, decoded?.map(({ kind, text }) => [kind, text])]),
    ).toEqual([
      ['2025-06-23 12:19:02.916', [['base64-utf16le', 'echo "Hacked!"']]],
      ['2025-06-23 08:45:10.662', [['base64-utf8', 'echo "Hacked!"\n']]],
      ['2025-06-23 08:44:11.280', [['base64-mixed', 'IEXPCH "Hacked! "']]],
    ]);
  });

  test('the download is found', async () => {
    const fetched = (await found()).filter(
      ({ rule }) => rule?.path === 'command-and-control/powershell_web_request.yml',
    );
    expect(fetched.map(({ fields, attack }) => [fields.UtcTime, attack.techniques])).toEqual([
      ['2025-06-23 08:39:42.773', ['T1105', 'T1059.001']],
    ]);
  });

  test('terminations are not accused, and the whole day gives few findings', async () => {
    const findings = await found();
    expect(findings.filter(({ event, level }) => event.eventId === 5 && isAtLeast(level, 'high'))).toEqual([]);
    expect(findings.map(({ level, rule }) => `${level} ${rule?.path}`).sort()).toEqual([
      'low discovery/host_and_network_discovery.yml',
      'medium command-and-control/powershell_web_request.yml',
      'medium execution/powershell_encoded_command.yml',
      'medium execution/powershell_encoded_command.yml',
      'medium execution/powershell_encoded_command.yml',
    ]);
  });
});
