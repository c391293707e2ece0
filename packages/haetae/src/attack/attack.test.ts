import { describe, expect, test } from 'vitest';
import {
  current,
  evasionNow,
  fromSigmaTags,
  legacy,
  TACTICS,
  TECHNIQUES,
  tactic,
  technique,
  techniqueUrl,
} from './index.ts';

test('the matrix of v19 has fifteen tactics, Stealth and Defense Impairment side by side', () => {
  expect(TACTICS.map(({ id }) => id).join(' ')).toBe(
    'TA0043 TA0042 TA0001 TA0002 TA0003 TA0004 TA0005 TA0112 TA0006 TA0007 TA0008 TA0009 TA0011 TA0010 TA0040',
  );
  expect(tactic('ta0005')?.name).toEqual({ en: 'Stealth', ko: '은닉' });
  expect(tactic('defense-impairment')?.name.ko).toBe('방어 무력화');
  expect(tactic('defense-evasion')).toBeUndefined();
  expect(TECHNIQUES.length).toBe(697);
});

test.each([
  { id: 't1059.001', name: 'PowerShell', kind: 'current', parent: 'T1059' },
  { id: 'T1105', name: 'Ingress Tool Transfer', kind: 'current', parent: undefined },
  { id: 'T1562.001', name: 'Disable or Modify Tools', kind: 'revoked', parent: 'T1562' },
])('$id is $name', ({ id, ...expected }) => expect(technique(id)).toMatchObject(expected));

test.each([
  { id: 'T1562.001', now: 'T1685' },
  { id: 'T1070.001', now: 'T1685.005' },
  { id: 't1059.001', now: 'T1059.001' },
  { id: 'T1685', now: 'T1685' },
  { id: 'T9999', now: undefined },
  { id: 'T1059.999', now: undefined },
  { id: '', now: undefined },
])('$id is now $now', ({ id, now }) => expect(current(id)).toBe(now));

test.each([
  { id: 'T1685', before: ['T1562', 'T1562.001', 'T1562.006'] },
  { id: 'T1685.005', before: ['T1070.001'] },
  { id: 'T1059.001', before: ['T1059.001'] },
  { id: 'T1682', before: [] },
  { id: 'T1562.001', before: [] },
])('$id was $before', ({ id, before }) => expect(legacy(id)).toEqual(before));

test.each([
  { id: 'T1562.001', became: ['defense-impairment'] },
  { id: 'T1055', became: ['stealth'] },
  { id: 'T1548.002', became: ['privilege-escalation'] },
  { id: 'T1059', became: [] },
])('Defense Evasion of $id became $became', ({ id, became }) => expect(evasionNow(id)).toEqual(became));

test('the page of a sub-technique', () =>
  expect(techniqueUrl('T1059.001')).toBe('https://attack.mitre.org/techniques/T1059/001'));

describe('tags of Sigma rules', () => {
  test.each([
    { tags: ['attack.execution', 'attack.t1059.001'], tactics: ['execution'], techniques: ['T1059.001'] },
    { tags: ['attack.defense-evasion', 'attack.t1562.001'], tactics: ['defense-impairment'], techniques: ['T1685'] },
    { tags: ['attack.defense_evasion', 'attack.t1027'], tactics: ['stealth'], techniques: ['T1027'] },
    { tags: ['attack.defense-evasion'], tactics: ['stealth'], techniques: [] },
    { tags: ['attack.defense-evasion', 'attack.t1059'], tactics: ['stealth'], techniques: ['T1059'] },
    {
      tags: ['attack.defense-evasion', 'attack.t1548.002'],
      tactics: ['privilege-escalation'],
      techniques: ['T1548.002'],
    },
    {
      tags: ['attack.impact', 'attack.stealth', 'attack.initial-access'],
      tactics: ['initial-access', 'stealth', 'impact'],
      techniques: [],
    },
    { tags: ['ATTACK.T1105'], tactics: ['command-and-control'], techniques: ['T1105'] },
    { tags: ['attack.t1562.001', 'attack.t1685'], tactics: ['defense-impairment'], techniques: ['T1685'] },
    { tags: [], tactics: [], techniques: [] },
  ])('$tags', ({ tags, tactics, techniques }) => {
    expect(fromSigmaTags(tags)).toMatchObject({ tactics, techniques, unknown: [] });
  });

  test('groups, software, vulnerabilities and the rest are told apart', () => {
    const tags = [
      'attack.g0094',
      'attack.s0002',
      'cve.2021-1675',
      'cve.2021.44228',
      'attack.ds0026',
      'car.2013-05-009',
      'tlp.white',
    ];
    expect(fromSigmaTags([...tags, 'attack.t9999', 'attack.nonsense', 'cve.x'])).toEqual({
      tactics: [],
      techniques: [],
      groups: ['G0094'],
      software: ['S0002'],
      cves: ['CVE-2021-1675', 'CVE-2021-44228'],
      other: ['attack.ds0026', 'car.2013-05-009', 'tlp.white'],
      unknown: ['attack.t9999', 'attack.nonsense', 'cve.x'],
    });
  });
});
