import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { bundleOf } from './bundle/bundle.ts';
import { builtinPlaybooks, respondScripts } from './node.ts';
import { type PlanOptions, planOf } from './planner.ts';
import { readPlaybooks } from './playbooks/read.ts';
import { DEFAULT_BOUNDS } from './policy/bounds.ts';
import { someIncident } from './testing/incident.ts';

const { playbooks } = readPlaybooks(builtinPlaybooks());
const options: PlanOptions = {
  playbooks,
  actions: [],
  never: DEFAULT_BOUNDS.never,
  server: { address: '192.0.2.1', port: 8443 },
};
const linux = { channel: 'Linux-Sysmon/Operational' } as const;
const incident = someIncident({
  risk: 90,
  processes: [
    { key: 'p', image: '/tmp/evil', user: 'kim' },
    { key: 'q', image: 'C:\\Users\\lee\\evil.exe', host: 'PC-2' },
  ],
  findings: [
    { process: 'p', techniques: ['T1486'], level: 'critical', ...linux },
    { process: 'q', host: 'PC-2', techniques: ['T1003.001'] },
  ],
});
const told = (more: Partial<PlanOptions> = {}) =>
  planOf(incident, { ...options, ...more }).actions.map(
    ({ host, system, action, persons }) => `${host} ${system} ${action} ${persons}`,
  );

test('what the playbooks ask for, by host, what stops first; the stricter approval holds', () =>
  expect(told()).toEqual([
    'PC-1 linux collect-triage 1',
    'PC-1 linux kill-tree 0',
    'PC-1 linux isolate-host 1',
    'PC-2 windows collect-triage 1',
    'PC-2 windows suspend-process 0',
    'PC-2 windows isolate-host 1',
  ]));

test('what a person asks for needs one at least, and is on all that the incident names', () =>
  expect(told({ playbooks: [], actions: ['kill-process', 'disable-account'] })).toEqual([
    'PC-1 linux kill-process 1',
    'PC-1 linux disable-account 2',
    'PC-2 windows kill-process 1',
  ]));

test('who asks for an action is told where there is nothing that it could be done to', () =>
  expect(
    planOf(incident, { ...options, playbooks: [], actions: ['kill-process', 'remove-task'] }).refused.map(
      ({ host, action, about, why }) => [host, action, about, why],
    ),
  ).toEqual([
    ['PC-1', 'remove-task', '', 'names-none'],
    ['PC-2', 'remove-task', '', 'names-none'],
  ]));

test('nothing is done to what is on the never-list, but evidence may be collected there', () => {
  const never = { ...DEFAULT_BOUNDS.never, hosts: ['pc-1'] };
  expect(told({ never, host: 'PC-1' })).toEqual(['PC-1 linux collect-triage 1']);
  expect(
    planOf(incident, { ...options, never, host: 'PC-1' }).refused.map(({ action, why }) => `${action} ${why}`),
  ).toEqual(['kill-tree never', 'isolate-host never']);
});

test('a domain controller is on the never-list by what it logs', () => {
  const dc = someIncident({
    processes: [{ key: 'p', host: 'DC-1' }],
    findings: [
      { process: 'p', host: 'DC-1', techniques: ['T1003.001'] },
      { host: 'DC-1', channel: 'Security', eventId: 4769 },
    ],
  });
  const plan = planOf(dc, options);
  expect([plan.actions.map(({ action }) => action), [...new Set(plan.refused.map(({ why }) => why))]]).toEqual([
    ['collect-triage'],
    ['never'],
  ]);
});

const book = (when: string, on: string) =>
  readPlaybooks([
    {
      path: 'p.yml',
      text: `id: 00000000-0000-4000-8000-000000000001
title: Stop
title_ko: 중지
when: ${when}
do: [{ action: kill-process, on: ${on} }]
approval: none
limits: { per_host_per_hour: 1, per_hour: 5 }
`,
    },
  ]).playbooks;
test.each([
  ['what it speaks of', '{ techniques: [T1486] }', 'matched', { 'PC-1': [] }],
  ['all that the incident names', '{ techniques: [T1486] }', 'incident', { 'PC-1': [0], 'PC-2': [0] }],
  ['what it speaks of, by risk', '{ techniques: [T1486], risk: 50 }', 'matched', { 'PC-1': [0, 1] }],
])('what pulled the trigger is told where it is aimed at %s', (_, when, on, expected) => {
  const { actions } = planOf(incident, { ...options, playbooks: book(when, on) });
  expect(Object.fromEntries(actions.map(({ host, triggers }) => [host, triggers]))).toEqual(expected);
});

test('without a server that stays reachable nobody is isolated', () => {
  const { refused } = planOf(incident, { ...options, server: undefined });
  expect(refused.map(({ host, action, why }) => `${host} ${action} ${why}`)).toEqual([
    'PC-1 isolate-host no-server',
    'PC-2 isolate-host no-server',
  ]);
});

test('a bundle: the same bytes again, its sums hold, and no name of a host leads out of its folder', () => {
  const hostile = someIncident({
    processes: [{ key: 'p', image: '/tmp/evil', host: '../../etc', user: 'kim' }],
    findings: [{ process: 'p', host: '../../etc', techniques: ['T1486'], ...linux }],
  });
  const bundle = (one: typeof incident) => bundleOf(planOf(one, options), respondScripts(), '1.2.3');
  const files = bundle(incident);
  expect(files).toEqual(bundle(incident));
  expect(files.map(([path]) => path)).toEqual([
    ...['3-undo.nft', '3.nft', 'README.txt', 'haetae-respond.sh', 'plan.json', 'plan.tsv', 'SHA256SUMS'].map(
      (name) => `pc-1/${name}`,
    ),
    ...['README.txt', 'haetae-respond.ps1', 'plan.json', 'SHA256SUMS'].map((name) => `pc-2/${name}`),
  ]);
  const sums = Buffer.from(files.find(([path]) => path === 'pc-1/SHA256SUMS')![1]).toString();
  for (const line of sums.trim().split('\n')) {
    const [sum, name] = line.split('  ');
    const [, bytes] = files.find(([path]) => path === `pc-1/${name}`)!;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum);
  }
  expect(new Set(bundle(hostile).map(([path]) => path.split('/')[0]))).toEqual(new Set(['__.._etc']));
});
