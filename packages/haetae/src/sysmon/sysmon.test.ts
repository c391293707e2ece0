import { describe, expect, test } from 'vitest';
import {
  coverageOf,
  EXCLUSIONS,
  isLogged,
  kindsOf,
  PROFILES,
  printSysmonConfig,
  readSysmonConfig,
  sysmonConfig,
} from './index.ts';
import { CONDITIONS, fieldsOf, IDS } from './model.ts';

/** As administrators write them, in the manner of the configurations that are passed around. */
const USUAL = `\uFEFF<!-- notes -- with dashes are no XML; this has none -->`
  .replace(' -- with dashes are no XML; this has none', '')
  .concat(`
<Sysmon schemaversion="4.50">
  <HashAlgorithms>md5,sha256</HashAlgorithms>
  <CheckRevocation/>
  <EventFiltering>
    <RuleGroup name="" groupRelation="or">
      <ProcessCreate onmatch="exclude">
        <Image condition="is">C:\\Windows\\System32\\a.exe</Image>
        <Rule groupRelation="and">
          <Image condition="end with">\\b.exe</Image>
          <ParentImage condition="is any">C:\\x.exe;C:\\y.exe</ParentImage>
        </Rule>
      </ProcessCreate>
    </RuleGroup>
    <RuleGroup name="" groupRelation="or">
      <NetworkConnect onmatch="include">
        <Image name="technique_id=T1059" condition="image">powershell.exe</Image>
        <DestinationPort>4444</DestinationPort>
      </NetworkConnect>
    </RuleGroup>
    <RuleGroup name="" groupRelation="or">
      <NetworkConnect onmatch="exclude">
        <DestinationIp condition="begin with">10.</DestinationIp>
      </NetworkConnect>
    </RuleGroup>
    <RuleGroup groupRelation="and">
      <FileCreate onmatch="include">
        <Image condition="contains">word</Image>
        <TargetFilename condition="end with">.exe</TargetFilename>
      </FileCreate>
    </RuleGroup>
    <RuleGroup groupRelation="or"><ImageLoad onmatch="include"/></RuleGroup>
    <RuleGroup groupRelation="or"><DnsQuery onmatch="exclude"></DnsQuery></RuleGroup>
  </EventFiltering>
</Sysmon>`);

describe('a configuration as administrators have one', () => {
  const { config, problems } = readSysmonConfig(USUAL);
  const logged = (element: string, fields: Record<string, string>) => isLogged(config, element, (name) => fields[name]);

  test('is read', () => {
    expect(problems).toEqual([]);
    expect([config.schema, config.hashes]).toEqual(['4.50', ['MD5', 'SHA256']]);
    expect(
      config.filters.map(
        ({ element, onmatch, relation, clauses }) => `${element} ${onmatch} ${relation} ${clauses.length}`,
      ),
    ).toEqual([
      'ProcessCreate exclude or 2',
      'NetworkConnect include or 2',
      'NetworkConnect exclude or 1',
      'FileCreate include and 2',
      'ImageLoad include or 0',
      'DnsQuery exclude or 0',
    ]);
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['ProcessCreate', { Image: 'c:\\windows\\system32\\A.EXE' }, false],
    ['ProcessCreate', { Image: 'C:\\z\\b.exe', ParentImage: 'C:\\y.exe' }, false],
    ['ProcessCreate', { Image: 'C:\\z\\b.exe', ParentImage: 'C:\\other.exe' }, true],
    ['NetworkConnect', { Image: 'C:\\p\\powershell.exe', DestinationIp: '192.0.2.1' }, true],
    ['NetworkConnect', { Image: 'C:\\p\\xpowershell.exe', DestinationIp: '192.0.2.1' }, false],
    ['NetworkConnect', { Image: 'C:\\p\\powershell.exe', DestinationIp: '10.0.0.1' }, false],
    ['NetworkConnect', { Image: 'C:\\q.exe', DestinationPort: '4444' }, true],
    ['FileCreate', { Image: 'winword', TargetFilename: 'a.exe' }, true],
    ['FileCreate', { Image: 'winword', TargetFilename: 'a.txt' }, false],
    ['ImageLoad', { Image: 'x' }, false],
    ['DnsQuery', { QueryName: 'x' }, true],
    ['DriverLoad', {}, true],
    ['RegistryEvent', {}, false],
  ])('%s of %j: logged %s', (element, fields, expected) => expect(logged(element, fields)).toBe(expected));

  test('how it treats each event type', () => {
    const told = coverageOf(config).map(
      ({ element, kind, logged: is, clauses }) => `${element} ${kind} ${is} ${clauses}`,
    );
    expect(told).toEqual(
      expect.arrayContaining([
        'ProcessCreate most true 2',
        'NetworkConnect part true 2',
        'ImageLoad none false 0',
        'DnsQuery all true 0',
        'DriverLoad default true 0',
        'RegistryEvent default false 0',
      ]),
    );
    expect(told).toHaveLength(IDS.size);
  });

  test('the kinds of events that come of it, with the hashes that are computed', () => {
    const kinds = new Map(kindsOf(config).map(({ eventId, fields }) => [eventId, fields!]));
    expect([...kinds.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 11, 16, 22, 255]);
    expect([kinds.get(1)!.has('sha256'), kinds.get(1)!.has('Imphash')]).toEqual([true, false]);
  });
});

test.each<[string, string, object]>([
  ['no XML', '<Sysmon schemaversion="4.90"><EventFiltering>', { kind: 'xml' }],
  ['a text', 'nothing of the kind', { kind: 'xml' }],
  [
    'an element nobody knows',
    '<Sysmon schemaversion="4.90">\n<EventFiltering><ProcesCreate onmatch="exclude"/></EventFiltering></Sysmon>',
    { kind: 'element', line: 2, about: 'ProcesCreate' },
  ],
  [
    'a field of another event',
    '<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="exclude"><QueryName>x</QueryName></ProcessCreate></EventFiltering></Sysmon>',
    { kind: 'field', about: 'ProcessCreate/QueryName' },
  ],
  [
    'a condition nobody knows',
    '<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="exclude"><Image condition="like">x</Image></ProcessCreate></EventFiltering></Sysmon>',
    { kind: 'condition', about: 'like' },
  ],
  [
    'no onmatch',
    '<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate/></EventFiltering></Sysmon>',
    { kind: 'onmatch' },
  ],
  ['no schema', '<Sysmon><EventFiltering/></Sysmon>', { kind: 'schema' }],
])('%s is a problem with its place', (_, text, problem) => {
  expect(readSysmonConfig(text).problems[0]).toMatchObject(problem);
});

test.each([
  ['is', 'A', 'a', true],
  ['is any', 'x;A', 'a', true],
  ['is any', 'xa', 'a', false],
  ['is not', 'b', 'a', true],
  ['contains', 'B', 'abc', true],
  ['contains any', 'z;C', 'abc', true],
  ['contains all', 'a;z', 'abc', false],
  ['contains all', 'a;c', 'abc', true],
  ['excludes', 'b', 'abc', false],
  ['excludes any', 'a;z', 'abc', true],
  ['excludes all', 'a;z', 'abc', false],
  ['excludes all', 'y;z', 'abc', true],
  ['begin with', 'AB', 'abc', true],
  ['not begin with', 'ab', 'abc', false],
  ['end with', 'bc', 'abc', true],
  ['not end with', 'bc', 'abc', false],
  ['less than', 'b', 'a', true],
  ['more than', 'b', 'a', false],
  ['image', 'c.exe', 'd:\\C.EXE', true],
  ['image', 'c.exe', 'd:\\xc.exe', false],
])('%s %j holds for %j: %s', (condition, value, text, expected) => {
  const config = readSysmonConfig(
    `<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="include"><Image condition="${condition}">${value}</Image></ProcessCreate></EventFiltering></Sysmon>`,
  ).config;
  expect(isLogged(config, 'ProcessCreate', () => text)).toBe(expected);
});

describe.each(PROFILES)('our own for a %s', (profile) => {
  test.each(['en', 'ko'] as const)('is read back as it was made, without a fault (%s)', (lang) => {
    const { config, problems } = readSysmonConfig(printSysmonConfig(profile, lang));
    expect(problems).toEqual([]);
    expect(config).toEqual(sysmonConfig(profile));
  });

  test('names every event type', () => {
    expect(coverageOf(sysmonConfig(profile)).filter(({ kind }) => kind === 'default')).toEqual([]);
    expect(
      coverageOf(sysmonConfig(profile))
        .filter(({ kind }) => kind === 'none')
        .map(({ element }) => element),
    ).toEqual(['FileDelete', 'ClipboardChange', 'FileBlockExecutable', 'FileBlockShredding']);
  });
});

test('lab leaves nothing out; each other exclusion is by fields that its event has, and says why and what it hides in both languages', () => {
  expect(sysmonConfig('lab').filters.every(({ clauses }) => clauses.length === 0)).toBe(true);
  for (const { element, tests, why, hides } of EXCLUSIONS) {
    for (const { field, condition, value } of tests) {
      expect(fieldsOf(element).has(field), `${element}/${field}`).toBe(true);
      expect(CONDITIONS).toContain(condition);
      expect(value).not.toBe('');
    }
    // By one word alone an attacker's own program could be left out.
    expect(tests.length, element).toBeGreaterThan(1 - Number(element === 'RawAccessRead'));
    for (const text of [why, hides]) {
      expect(text.ko).toMatch(/[가-힣]|^Windows Update$/);
      expect(`${text.en}${text.ko}`).not.toContain('--');
    }
  }
});

test('no exclusion is by a folder that users may write, or by a bare name', () => {
  for (const { tests } of EXCLUSIONS)
    for (const { field, condition, value } of tests) {
      if (!/Image$/.test(field) || field === 'ImageLoaded') continue;
      if (condition.startsWith('not')) continue;
      const paths = value.split(';');
      const isAnchored = paths.every((path) =>
        /^C:\\(?:Windows\\System32|Program Files(?: \(x86\))?|ProgramData\\Microsoft\\Windows Defender\\Platform)\\/.test(
          path,
        ),
      );
      const isBesideOne =
        condition === 'end with' && tests.some((other) => other.field === field && other.condition === 'begin with');
      expect(isAnchored || isBesideOne, `${field} ${condition} ${value}`).toBe(true);
    }
});
