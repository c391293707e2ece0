import { expect, test } from 'vitest';
import { type Incident, storyOf } from '../index.ts';
import { guid, Log, ms, SYSTEM32 } from '../testing/log.ts';
import { bounded, MOST_TEXT } from './bound.ts';
import type { LiveIncidents } from './contract.ts';
import { createLiveIncidents } from './live.ts';

const CMD = `${SYSTEM32}cmd.exe`;
const SVC = { parent: 99, parentImage: `${SYSTEM32}svchost.exe` };
const sizeOf = (live: LiveIncidents): number => live.save().reduce((sum, { length }) => sum + length, 0);
const clock = (seconds: number): string => new Date(ms('08:00') + seconds * 1000).toISOString();

/** Plays a log, with an update every so many events. What was told last of each incident. */
function play(
  log: Log,
  every: number,
  live: LiveIncidents = createLiveIncidents({}),
  nowOf: (i: number) => number = (i) => log.events[i]!.timeMs,
) {
  const found = new Map(log.findings().map((finding) => [JSON.stringify(finding.event.position), finding]));
  const told = new Map<string, Incident>();
  const findings = new Map<number, string>();
  log.events.forEach((event, i) => {
    live.see(event, 'log');
    const finding = found.get(JSON.stringify(event.position));
    if (finding !== undefined) live.add(finding, i);
    if (i % every !== 0 && i < log.events.length - 1) return;
    for (const { id, incident, findingIds, mergedInto } of live.update(nowOf(i))) {
      if (mergedInto === null) told.set(id, incident);
      else told.delete(id);
      for (const finding of findingIds) findings.set(finding, id);
    }
  });
  return { live, incidents: [...told.values()], findings };
}

test('a rule that says one thing of one process thousands of times: one incident that counts them all', () => {
  const log = new Log().start(1, '08:00', CMD, SVC);
  for (let i = 0; i < 3000; i++)
    log
      .add('sysmon', 10, clock(i + 1), { SourceProcessGUID: guid(1), SourceImage: CMD, TargetImage: 'C:\\x.exe' })
      .flag('chatty', 'high');
  const { live, incidents, findings } = play(log, 100);
  expect(incidents).toHaveLength(1);
  const [{ findings: shown, counts }] = incidents as [Incident];
  expect(shown).toHaveLength(1);
  expect(shown[0]!.events).toHaveLength(32);
  expect(shown[0]!.more).toBe(2968);
  expect(counts).toMatchObject({ findings: 3000, events: 3000, folded: 1 });
  expect(incidents[0]!.toMs).toBe(ms('08:50'));
  expect(findings.size).toBe(3000);
  expect(live.counts).toMatchObject({ findings: 32, folded: 2968, dropped: 0, untold: 0 });
  expect(sizeOf(live)).toBeLessThan(100_000);
});

test('what is only counted is told some seconds later, also behind a saved state, and does not hurry anything', () => {
  const log = new Log().start(1, '08:00', CMD, SVC);
  for (let i = 0; i < 40; i++)
    log
      .add('sysmon', 10, clock(i + 1), { SourceProcessGUID: guid(1), SourceImage: CMD, TargetImage: 'C:\\x.exe' })
      .flag('chatty', 'high');
  const findings = log.findings();
  const live = createLiveIncidents({});
  for (const event of log.events) live.see(event, 'log');
  for (const [i, finding] of findings.slice(0, 32).entries()) live.add(finding, i);
  live.update(ms('08:01'));
  expect([live.waits, live.lags]).toEqual([false, false]);
  for (const [i, finding] of findings.slice(32).entries()) live.add(finding, 32 + i);
  expect([live.waits, live.lags]).toEqual([false, true]);
  expect(live.update(ms('08:01') + 200)).toEqual([]);
  for (const one of [live, createLiveIncidents({}, live.save())]) {
    expect(one.lags).toBe(true);
    const told = one.update(ms('08:01') + 5000);
    expect(told.map(({ findingIds }) => findingIds)).toEqual([[32, 33, 34, 35, 36, 37, 38, 39]]);
    expect(one.lags).toBe(false);
  }
});

test('what a host did since it was looked at is looked at some seconds later, though nothing more comes; of one without findings it is not', () => {
  const log = new Log().start(1, '08:00', CMD, SVC).flag('chatty', 'high');
  const [finding] = log.findings();
  const before = log.events.length;
  log.start(2, '08:00:30', CMD, SVC).on('PC2').start(3, '08:00:40', CMD, SVC);
  const live = createLiveIncidents({});
  for (const event of log.events.slice(0, before)) live.see(event, 'log');
  live.add(finding!, 0);
  live.update(ms('08:01'));
  expect(live.lags).toBe(false);
  for (const event of log.events.slice(before)) live.see(event, 'log');
  expect([live.waits, live.lags]).toEqual([false, true]);
  live.update(ms('08:01') + 5000);
  expect([live.waits, live.lags]).toEqual([false, false]);
});

test('within the budget the first finding on a host goes before what is found on hosts that are known', () => {
  const log = new Log();
  for (const host of ['PC1', 'PC2', 'PC3']) log.on(host).start(1, '08:00', CMD, SVC).flag('A', 'high');
  const later = new Log();
  for (const host of ['PC1', 'PC2', 'PC3', 'NEW']) later.on(host).start(2, '08:01', CMD, SVC).flag('B', 'high');
  const live = createLiveIncidents({ budget: 8 });
  const add = (of: Log, from: number): void => {
    for (const event of of.events) live.see(event, 'log');
    for (const [i, finding] of of.findings().entries()) live.add(finding, from + i);
  };
  add(log, 0);
  for (let i = 0; live.waits; i++) live.update(ms('08:00') + i);
  add(later, 10);
  expect(live.update(ms('08:01')).map(({ incident }) => incident.hosts)).toContainEqual(['NEW']);
  expect(live.waits).toBe(true);
});

test('a rule that speaks of thousands of processes: the latest are looked at, the others counted', () => {
  const log = new Log();
  for (let i = 1; i <= 2000; i++) log.start(i, clock(i), CMD, SVC).flag('chatty', 'low');
  const { live } = play(log, 50);
  expect(live.counts.findings).toBeLessThanOrEqual(128 + 50);
  expect(live.counts.findings + live.counts.dropped).toBe(2000);
  expect(sizeOf(live)).toBeLessThan(1_000_000);
});

test('processes that ended long ago without a finding in their line are forgotten; the line of one is kept', () => {
  const log = new Log()
    .start(1, '08:00', 'C:\\Users\\kim\\a.exe', SVC)
    .start(2, '08:01', CMD, { parent: 1, parentImage: 'C:\\Users\\kim\\a.exe' })
    .flag('A', 'high');
  for (let i = 200; i < 1200; i++)
    log
      .start(i, clock(i), CMD, SVC)
      .add('sysmon', 5, clock(i + 0.5), { ProcessGuid: guid(i), ProcessId: String(1000 + i), Image: CMD });
  log.start(2000, '13:00', CMD, { parent: 2, parentImage: CMD }).flag('B', 'high');
  log.add('sysmon', 22, '13:01', { ProcessGuid: guid(2000), Image: CMD, QueryName: 'x.example' });
  const { live, incidents } = play(log, 100);
  live.update(ms('13:10'));
  expect(incidents).toHaveLength(1);
  expect(incidents[0]!.tree.map(({ image }) => image)).toEqual([
    `${SYSTEM32}svchost.exe`,
    'C:\\Users\\kim\\a.exe',
    CMD,
    CMD,
  ]);
  expect(live.counts.processes).toBeGreaterThan(600);
});

/** Somebody opens a session from PC1 with another's password; much happens before something is found in it, and after. */
function remote(after: string): Log {
  const log = new Log()
    .on('PC1')
    .start(1, '08:00', 'C:\\Users\\kim\\a.exe', SVC)
    .flag('A', 'high')
    .start(2, '08:01', CMD, { parent: 1, parentImage: 'C:\\Users\\kim\\a.exe' })
    .add('security', 4648, '08:59:59', {
      ProcessId: '0x3ea',
      ProcessName: CMD,
      TargetServerName: 'SRV',
      TargetUserName: 'adm',
      TargetDomainName: 'CORP',
    })
    .on('SRV')
    .add('security', 4624, '09:00', {
      ...{ TargetLogonId: '0x77', LogonType: '3', TargetUserName: 'adm', TargetDomainName: 'CORP' },
      IpAddress: '10.0.0.5',
    });
  for (let i = 0; i < 2500; i++)
    log.add('security', 4624, clock(3600 + i / 10), {
      ...{ TargetLogonId: `0x${(4096 + i).toString(16)}`, LogonType: '3', TargetUserName: `PC${i}$` },
      IpAddress: '10.0.0.7',
    });
  log.add('security', 4662, '09:10', { SubjectLogonId: '0x77', SubjectUserName: 'adm' }).flag('B', 'high');
  for (const host of ['PC1', 'SRV'])
    for (let i = 0; i < 900; i++) log.on(host).start(10 + i, `${after}:${String(i % 60).padStart(2, '0')}`, CMD, SVC);
  return log;
}

test('where Security tells local times, nothing looks old by the clock of the other log, whenever it is looked at', () => {
  const log = new Log();
  for (let n = 1; n <= 3; n++) {
    const [pid, image] = [`0x${(1000 + n).toString(16)}`, `C:\\x${n}.exe`];
    const start = { NewProcessId: pid, NewProcessName: image, CommandLine: image, ProcessId: '0x4' };
    log.add('security', 4688, `17:00:0${n}`, start).start(n, `08:00:0${n}`, image, SVC);
  }
  log
    .add('security', 4657, '17:00:05', { ProcessId: '0x3e9', ProcessName: 'C:\\x1.exe' })
    .flag('in the audit log')
    .add('sysmon', 13, '08:00:05', { ProcessGuid: guid(1), ProcessId: '1001', Image: 'C:\\x1.exe' })
    .flag('in Sysmon');
  const told = (every: number) =>
    play(log, every, createLiveIncidents({}), (i) => ms('17:30') + i * 6000).incidents.map(
      ({ findings, fromMs, toMs }) => [findings.length, fromMs, toMs],
    );
  expect(told(100)).toEqual([[2, ms('08:00:05'), ms('08:00:05')]]);
  expect(told(1)).toEqual(told(100));
});

test('what incidents are joined by is kept as long as they are, among logons of machines and whatever comes after', () => {
  for (const after of ['2026-03-17T18:00', '2026-03-18T20:00']) {
    const { live, incidents } = play(remote(after), 100);
    expect(incidents.map(({ findings }) => findings.map(({ rule }) => rule!.title))).toEqual([['A', 'B']]);
    expect(incidents[0]!.hosts).toEqual(['PC1', 'SRV']);
    expect(live.counts).toMatchObject({ dropped: 0 });
    expect(sizeOf(live)).toBeLessThan(2_000_000);
  }
});

test('a host of which very much comes does not wait for its turn', () => {
  const log = new Log();
  for (let i = 0; i < 1500; i++) log.start(10 + i, clock(i / 1000), CMD, SVC);
  const live = createLiveIncidents({});
  const crowded: number[] = [];
  log.events.forEach((event, i) => {
    live.see(event, 'log');
    if (i === 0 || i === 1100) live.update(ms('08:00'));
    if (live.isCrowded) crowded.push(i);
  });
  expect([crowded[0], crowded.at(-1)]).toEqual([1000, 1099]);
});

test('what comes in one go, days of it, is joined before it is forgotten', () => {
  const { incidents } = play(remote('2026-03-29T18:00'), 100_000);
  expect(incidents.map(({ findings }) => findings.map(({ rule }) => rule!.title))).toEqual([['A', 'B']]);
});

test('an incident that is too large is cut to its gravest findings; its indexes hold and its story is told', () => {
  const log = new Log().start(1, '08:00', CMD, SVC).flag('first', 'critical', ['execution']);
  for (let i = 2; i <= 400; i++)
    log
      .start(i, clock(i), `C:\\Users\\Public\\${'x'.repeat(200)}${i}.exe`, { parent: 1, parentImage: CMD })
      .flag(`R${i % 90}`, i % 2 === 0 ? 'low' : 'medium', ['discovery']);
  const { incidents } = play(log, 1000);
  expect(incidents).toHaveLength(1);
  const [incident] = incidents as [Incident];
  expect(JSON.stringify(incident).length).toBeLessThanOrEqual(MOST_TEXT);
  const { findings, tree, links, title, waterfall, leftOut, counts } = incident;
  expect(counts.folded).toBe(400);
  expect(leftOut!.findings + findings.length).toBe(400);
  expect(leftOut!.processes + tree.length).toBe(counts.processes);
  expect(findings[title.finding]!.rule!.title).toBe('first');
  for (const { finding } of waterfall) if (finding !== undefined) expect(findings[finding]).toBeDefined();
  for (const { from, to } of links) expect([findings[from], findings[to]]).not.toContain(undefined);
  for (const { findings: own, key } of tree) for (const i of own) expect(findings[i]!.process).toBe(key);
  const body = JSON.parse(JSON.stringify(incident)) as Incident;
  for (const language of ['en', 'ko'] as const) expect(storyOf(body, language).sentences.length).toBeGreaterThan(0);
});

test('one that is small is left as it is', () => {
  const log = new Log().start(1, '08:00', CMD, SVC).flag('A', 'high');
  const [incident] = play(log, 1).incidents as [Incident];
  expect(incident.leftOut).toBeUndefined();
  expect(bounded(incident, 0).incident).toBe(incident);
  expect(bounded(incident, 3).incident.leftOut).toEqual({ findings: 3, processes: 0, acts: 0, events: 0 });
});

test('of too many hosts, those that were silent longest are forgotten, told as they were last and counted', () => {
  const log = new Log();
  for (let i = 1; i <= 30; i++) log.on(`PC${i}`).start(i, clock(i), CMD, SVC).flag(`R${i}`, 'high');
  const live = createLiveIncidents({ hosts: 10 });
  const { incidents, findings } = play(log, 1, live);
  expect(incidents.map(({ hosts }) => hosts[0])).toEqual(log.events.map(({ computer }) => computer));
  expect(findings.size).toBe(30);
  live.update(ms('08:10'));
  expect(live.counts).toMatchObject({ findings: 10, dropped: 20 });
  const again = createLiveIncidents({ hosts: 10 }, live.save());
  expect(again.counts).toEqual(live.counts);
  // One that went and comes back begins anew.
  const more = new Log().on('PC1').start(1, '09:00', CMD, SVC).flag('R1', 'high');
  for (const one of [live, again]) expect(play(more, 1, one).incidents.map(({ hosts }) => hosts)).toEqual([['PC1']]);
});

test('hosts of which nothing was found go first, and those of which something is yet to be told not at all', () => {
  const live = createLiveIncidents({ hosts: 4 });
  const log = new Log().on('FOUND').start(1, '08:00', CMD, SVC).flag('A', 'high');
  for (let i = 2; i < 7; i++) log.on(`PC${i}`).start(i, clock(i), CMD, SVC);
  play(log, 1, live);
  expect(live.counts).toMatchObject({ findings: 1, dropped: 0 });
});

test('of too many findings over all hosts, a host with many gives up its lowest levels first; what is gone is counted', () => {
  const live = createLiveIncidents({ findings: 150 });
  const log = new Log();
  for (let i = 1; i <= 300; i++) {
    log.on('BUSY').start(i, clock(2 * i), CMD, SVC);
    log.flag(`R${i}`, i % 10 === 0 ? 'high' : 'low', ['discovery']);
    if (i <= 20)
      log
        .on('CALM')
        .start(i, clock(2 * i + 1), CMD, SVC)
        .flag('C', 'informational');
  }
  const { incidents } = play(log, 10, live);
  expect(live.counts.findings).toBeLessThanOrEqual(150 + 10);
  expect(live.counts.findings + live.counts.dropped).toBe(320);
  const busy = incidents.filter(({ hosts }) => hosts[0] === 'BUSY').flatMap(({ findings }) => findings);
  expect(busy.filter(({ level }) => level === 'high')).toHaveLength(30);
  const saved = createLiveIncidents({ findings: 150 }, live.save());
  expect(saved.counts).toEqual(live.counts);
});

test('of too many processes over all hosts, each host lets go of those in whose line nothing was found', () => {
  const live = createLiveIncidents({ processes: 100 });
  const log = new Log();
  for (let i = 1; i <= 120; i++)
    for (const host of ['A', 'B', 'C', 'D', 'E']) log.on(host).start(i, clock(10 * i), CMD, SVC);
  log.on('A').flag('R', 'high');
  for (const host of ['A', 'B', 'C', 'D', 'E']) log.on(host).start(121, clock(1210), CMD, { ...SVC, parent: 120 });
  const { incidents } = play(log, 20, live);
  const { processes, findings } = live.counts;
  // Of each host 30 at least, those that started them, and what came since it was looked at.
  expect(5 * 121 - processes).toBeLessThanOrEqual(250);
  expect(findings).toBe(1);
  expect(incidents).toHaveLength(1);
});
