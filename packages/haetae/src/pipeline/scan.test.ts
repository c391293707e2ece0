import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FoundFile } from '../source/index.ts';
import { scan } from './scan.ts';
import type { Located } from './scan-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'haetae-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SPRAY = `title: Logon failed
id: aaaaaaaa-0000-4000-8000-000000000001
name: logon_failed
logsource: {product: windows, service: security}
detection:
  s: {EventID: 4625}
  condition: s
level: low
tags: [attack.credential-access, attack.t1110.003]
---
title: Logon
name: logon
logsource: {product: windows, service: security}
detection:
  s: {EventID: 4624}
  condition: s
---
title: One address fails on many hosts
id: aaaaaaaa-0000-4000-8000-000000000002
correlation:
  type: value_count
  rules: [logon_failed]
  group-by: [IpAddress]
  timespan: 10m
  condition: {field: Computer, gte: 20}
level: high
---
title: Many hosts fail
name: many_hosts
correlation:
  type: value_count
  rules: [logon_failed]
  group-by: [IpAddress]
  timespan: 10m
  condition: {field: Computer, gte: 20}
---
title: A sprayed account logs on
correlation:
  type: temporal_ordered
  rules: [many_hosts, logon]
  group-by: [TargetUserName]
  timespan: 1h
level: critical
`;

const START = Date.UTC(2026, 0, 15, 9);

const line = (seconds: number, computer: string, id: number, fields: Record<string, string>): string =>
  JSON.stringify({
    '@timestamp': new Date(START + seconds * 1000).toISOString(),
    Channel: 'Security',
    EventID: id,
    Computer: computer,
    SourceName: 'Microsoft-Windows-Security-Auditing',
    ...fields,
  });

function filesOf(logs: Readonly<Record<string, readonly string[]>>): FoundFile[] {
  return Object.entries(logs).map(([name, lines]) => {
    const file = join(folder, name);
    const text = `${lines.join('\n')}\n`;
    writeFileSync(file, text);
    return { path: name, file, size: text.length };
  });
}

async function found(files: readonly FoundFile[], rules: string, minLevel?: 'high' | 'critical'): Promise<Located[]> {
  const settings = {
    timeZone: 'UTC',
    hash: false,
    carve: false,
    checksums: false,
    detectors: ['sigma'],
    setup: { rules: [{ path: 'spray.yml', text: rules }], ...(minLevel !== undefined && { minLevel }) },
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
  };
  const done = await scan(files, settings, 1, new AbortController().signal, {
    advance: () => {},
    fileDone: () => {},
    findings: () => {},
  });
  try {
    expect(done.problems).toEqual([]);
    const all: Located[] = [];
    for await (const finding of done.findings.sorted()) all.push(finding);
    return all;
  } finally {
    done.findings.dispose();
  }
}

const HOSTS = Array.from({ length: 50 }, (_, i) => `HOST${String(i).padStart(2, '0')}`);
const spray = (offset: number): Record<string, string[]> =>
  Object.fromEntries(
    HOSTS.map((host, i) => [
      `${host}.jsonl`,
      [line(offset + i * 5, host, 4625, { IpAddress: '192.0.2.7', TargetUserName: `user${i}`, LogonType: '3' })],
    ]),
  );

test('a spray over 50 hosts in 50 files is one finding, of the event that met the condition', async () => {
  const logs = spray(0);
  logs['HOST42.jsonl']!.push(line(600, 'HOST42', 4624, { TargetUserName: 'USER42', LogonType: '3' }));
  const findings = await found(filesOf(logs), SPRAY);
  expect(
    findings.map(({ rule, level, file, event }) => [
      rule?.title,
      level,
      file,
      event.computer,
      (event.timeMs! - START) / 1000,
    ]),
  ).toEqual([
    ['One address fails on many hosts', 'high', 'HOST19.jsonl', 'HOST19', 95],
    ['A sprayed account logs on', 'critical', 'HOST42.jsonl', 'HOST42', 600],
  ]);
  const [first] = findings;
  expect(first).toMatchObject({
    detector: 'sigma',
    rule: { id: 'aaaaaaaa-0000-4000-8000-000000000002', path: 'spray.yml' },
    attack: { tactics: ['credential-access'], techniques: ['T1110.003'] },
    via: 'field',
    event: { position: { kind: 'line', line: 1 }, eventId: 4625 },
    fields: { TargetUserName: 'user19' },
  });
  const [why] = first!.why;
  expect(why).toMatchObject({
    kind: 'correlated',
    type: 'value_count',
    condition: 'gte 20',
    fields: ['Computer'],
    value: 50,
    timespan: '10m',
    from: '2026-01-15T09:00:00.0000000Z',
    to: '2026-01-15T09:10:00.0000000Z',
    group: [{ field: 'IpAddress', value: '192.0.2.7' }],
    count: 50,
    rules: [{ rule: 'logon_failed', count: 50 }],
  });
  expect(why).toHaveProperty('first.0', {
    rule: 'logon_failed',
    time: '2026-01-15T09:00:00.0000000Z',
    computer: 'HOST00',
    channel: 'Security',
    eventId: 4625,
    eventRecordId: 0,
    line: 1,
    file: 'HOST00.jsonl',
  });
});

test('findings do not depend on the order of the files', async () => {
  const files = filesOf(spray(0));
  expect(await found([...files].reverse(), SPRAY)).toEqual(await found(files, SPRAY));
});

test('a lowest level leaves the rules that a correlation of that level needs', async () => {
  const logs = spray(0);
  logs['HOST07.jsonl']!.push(line(700, 'HOST07', 4624, { TargetUserName: 'user7' }));
  const titles = (await found(filesOf(logs), SPRAY, 'critical')).map(({ rule }) => rule?.title);
  expect(titles).toEqual(['A sprayed account logs on']);
});

test('generate lets the rules fire by themselves too', async () => {
  const rules = SPRAY.replace('  timespan: 10m\n', '  timespan: 10m\n  generate: true\n');
  const findings = await found(filesOf(spray(0)), rules);
  expect(findings.filter(({ rule }) => rule?.title === 'Logon failed')).toHaveLength(50);
});
