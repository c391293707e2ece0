import { expect, test } from 'vitest';
import { Gathering, WINDOW_MS } from '../join/gathering.ts';
import { connect } from '../join/join.ts';
import type { Part } from '../join/part.ts';
import { saidBy } from '../join/said.ts';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';
import { Net } from './net.ts';

const CMD = `${SYSTEM32}cmd.exe`;
const HASH = `SHA256=${'4'.repeat(64)}`;

/** The part of one host, whose log holds these things. */
function part(host: string, happen: (log: Log) => Log): Part {
  const log = happen(new Log().on(host));
  const gathering = new Gathering([log.traces()], WINDOW_MS);
  log.findings().forEach((finding, i) => {
    gathering.add(saidBy(finding), i);
  });
  return gathering.part(new Set(['a', 'b', 'c']));
}

const alone = (n: number) => (log: Log) => log.start(n, `08:0${n}`, `C:\\x${n}.exe`).flag(`R${n}`);
const hashed = (n: number) => (log: Log) =>
  log.start(n, `08:0${n}`, `C:\\Users\\Public\\${n}.exe`, { Hashes: HASH }).flag(`R${n}`);

/** What is to be looked at, and how it is joined. */
function told(net: Net): string[] {
  const { units, groups } = connect(net.changed());
  return groups.map((group) => group.map((i) => `${units[i]!.host} ${units[i]!.rule!.title}`).join(' + '));
}

test('of hosts with nothing in common, the one that changed is looked at alone', () => {
  const net = new Net();
  const [a, b] = [part('A', alone(1)), part('B', alone(2))];
  net.replace(undefined, a);
  net.replace(undefined, b);
  expect(told(net)).toEqual(['A R1', 'B R2']);
  expect(told(net)).toEqual([]);
  net.replace(
    a,
    part('A', (log) => alone(3)(alone(1)(log))),
  );
  expect(told(net)).toEqual(['A R1', 'A R3']);
});

test('what comes to be in common, and what is so no more, brings the other hosts along', () => {
  const net = new Net();
  const [a, b, c] = [part('A', hashed(1)), part('B', alone(2)), part('C', alone(3))];
  for (const one of [a, b, c]) net.replace(undefined, one);
  expect(told(net)).toEqual(['A R1', 'B R2', 'C R3']);
  const like = part('B', hashed(2));
  net.replace(b, like);
  expect(told(net)).toEqual(['A R1 + B R2']);
  net.replace(like, undefined);
  expect(told(net)).toEqual(['A R1']);
});

test('a hash that too many processes have joins no more, wherever they are', () => {
  const net = new Net();
  const [a, b, c] = [part('A', hashed(1)), part('B', hashed(2)), part('C', alone(3))];
  for (const one of [a, b, c]) net.replace(undefined, one);
  expect(told(net)).toEqual(['A R1 + B R2', 'C R3']);
  const many = (log: Log): Log => {
    for (let i = 4; i < 13; i++) log.start(i, '08:09', `C:\\Users\\Public\\${i}.exe`, { Hashes: HASH });
    return alone(3)(log);
  };
  net.replace(c, part('C', many));
  expect(told(net)).toEqual(['A R1', 'B R2', 'C R3']);
});

test('a session is joined to the process of another host that opened it, once either comes', () => {
  const source = (log: Log): Log =>
    log
      .start(1, '08:00', CMD)
      .flag('from')
      .add('sysmon', 3, '08:01', {
        ...{ ProcessGuid: guid(1), Image: CMD, SourceIp: '10.0.0.5', SourcePort: '50001', Initiated: 'true' },
        ...{ DestinationIp: '10.0.0.9', DestinationPort: '445' },
      });
  const target = (log: Log): Log =>
    log
      .add('security', 4624, '08:01:01', {
        ...{ TargetLogonId: '0x5a001', TargetUserName: 'u', TargetDomainName: 'CORP', LogonType: '3' },
        ...{ IpAddress: '10.0.0.5', IpPort: '50001' },
      })
      .start(2, '08:01:02', CMD, { LogonId: '0x5a001' })
      .flag('to');
  for (const [first, second] of [
    [part('A', source), part('B', target)],
    [part('B', target), part('A', source)],
  ] as const) {
    const net = new Net();
    net.replace(undefined, first);
    net.replace(undefined, part('C', alone(3)));
    expect(told(net)).toHaveLength(2);
    net.replace(undefined, second);
    expect(told(net)).toEqual(['A from + B to']);
    net.replace(second, undefined);
    expect(told(net)).toHaveLength(1);
  }
});
