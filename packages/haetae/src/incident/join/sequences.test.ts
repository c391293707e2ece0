import { expect, test } from 'vitest';
import { DETECTORS, type Detector, type FiledFinding, type Signal } from '../../detect/index.ts';
import { type Incident, incidentsOf } from '../index.ts';
import { createLiveIncidents } from '../live/live.ts';
import { Log } from '../testing/log.ts';

const RULES = `title: Failed
name: failed
logsource: {product: windows, service: security}
detection: {s: {EventID: 4625}, condition: s}
level: medium
---
title: Logon
name: logon
logsource: {product: windows, service: security}
detection: {s: {EventID: 4624}, condition: s}
haetae: {base: true}
---
title: Spray
name: spray
correlation: {type: value_count, rules: [failed], group-by: [IpAddress], timespan: 10m, condition: {field: Computer, gte: 4}, generate: true}
level: high
---
title: Used
correlation: {type: temporal_ordered, rules: [spray, logon], group-by: [IpAddress], timespan: 1h, generate: true}
level: critical
`;
const created = (live: boolean): Detector =>
  DETECTORS.get('sigma')!.create({
    rules: [{ path: 'r.yml', text: RULES }],
    ...(live && { live: { latenessMs: 0 } }),
  });

/** Failures on four hosts, then a logon on a fifth; and a failure of somebody else. */
function spray(): Log {
  const log = new Log();
  for (let n = 1; n <= 4; n++)
    log.on(`PC${n}`).add('security', 4625, `08:0${n}`, { TargetUserName: `user${n}`, IpAddress: '192.0.2.9' });
  return log
    .on('PC5')
    .add('security', 4624, '08:09', { TargetUserName: 'user3', LogonType: '3', IpAddress: '192.0.2.9' })
    .on('PC6')
    .add('security', 4625, '08:10', { TargetUserName: 'kim', IpAddress: '192.0.2.77' });
}

const titles = (incidents: Iterable<Incident>): string[] =>
  [...incidents].map(({ findings }) =>
    findings
      .map(({ rule, host }) => `${rule!.title} ${host}`)
      .sort()
      .join(', '),
  );
const content = (incidents: Iterable<Incident>): unknown[] =>
  [...incidents].map(({ id: _, rank: __, merged: ___, ...rest }) => JSON.parse(JSON.stringify(rest)));

async function batch(log: Log): Promise<readonly Incident[]> {
  const detector = created(false);
  const found: FiledFinding[] = [];
  for (const event of log.events) {
    const signals: Signal[] = [];
    for (const finding of detector.detect(event, (signal) => signals.push(signal)))
      found.push({ ...finding, file: 'log' });
    for (const signal of signals) found.push(...detector.follow!({ ...signal, file: 'log' }));
  }
  found.push(...detector.finish!());
  found.sort((a, b) => a.event.timeMs! - b.event.timeMs!);
  return (await incidentsOf(found, [log.traces()])).incidents;
}

function live(log: Log): ReadonlyMap<string, Incident> {
  const detector = created(true);
  const incidents = createLiveIncidents({});
  const seen = new Set<string>();
  const told = new Map<string, Incident>();
  let id = 0;
  for (const event of log.events) {
    incidents.see(event, 'log');
    const signals: Signal[] = [];
    for (const finding of detector.detect(event, (signal) => signals.push(signal)))
      incidents.add({ ...finding, file: 'log' }, ++id);
    for (const signal of signals) detector.follow!({ ...signal, file: 'log' });
    for (const { key, finding } of detector.settle!(event.timeMs + 1)) {
      if (!seen.has(key)) incidents.add(finding, ++id);
      seen.add(key);
    }
    for (const { id: of, incident, mergedInto } of incidents.update(event.timeMs))
      if (mergedInto === null) told.set(of, incident);
      else told.delete(of);
  }
  return told;
}

test('a spray over hosts, what it is made of and what follows from it are one incident; live as in a scan', async () => {
  const log = spray();
  const incidents = await batch(log);
  const whole = 'Failed PC1, Failed PC2, Failed PC3, Failed PC4, Spray PC4, Used PC5';
  expect(titles(incidents)).toContain(whole);
  expect(titles(incidents).filter((one) => one.includes('PC6'))).not.toContain(whole);
  const [first] = incidents;
  expect([...first!.hosts].sort()).toEqual(['PC1', 'PC2', 'PC3', 'PC4', 'PC5']);
  expect(new Set(first!.links.map(({ kind }) => kind))).toContain('sequence');
  expect(first!.links.find(({ kind }) => kind === 'sequence')!.by).toBe('Security 4625');
  const told = live(log);
  expect(titles(told.values())).toContain(whole);
  const of = (all: Iterable<Incident>): unknown[] => content([...all].filter(({ hosts }) => hosts.length > 1));
  expect(of(told.values())).toEqual(of(incidents));
});
