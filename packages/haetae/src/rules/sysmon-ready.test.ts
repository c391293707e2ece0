import { expect, test } from 'vitest';
import { PROFILES, readSysmonConfig, sysmonConfig } from '../sysmon/index.ts';
import { builtinRules } from './load.ts';
import { readRules } from './read.ts';
import { sysmonReady } from './sysmon-ready.ts';

const pack = builtinRules();
const { entries } = readRules(pack.files);

test.each(PROFILES)(
  'with our configuration for a %s no rule of the pack is blind that does not ask Sysmon to prevent, no hash is missing, and none of its own test events is left out',
  (profile) => {
    const ready = sysmonReady(entries, pack.examples, sysmonConfig(profile));
    expect(ready.rules).toBeGreaterThan(50);
    // It tells that Sysmon prevented something, which none of ours does.
    const prevented = ['Sysmon Blocked a File'];
    expect([...new Set(ready.elements.flatMap(({ blind }) => blind.map(({ rule }) => rule.title)))]).toEqual(prevented);
    expect(ready.canFire).toBe(ready.rules - prevented.length);
    expect(ready.missingHashes).toEqual([]);
    expect(ready.dropped.map(({ entry }) => entry.rule.title)).toEqual([]);
  },
);

test('what a poor one lacks is told: event types, hashes, and rules whose own examples it drops', () => {
  const poor = readSysmonConfig(`<Sysmon schemaversion="4.90"><HashAlgorithms>sha1</HashAlgorithms><EventFiltering>
    <ProcessCreate onmatch="exclude"><Image condition="end with">\\cmd.exe</Image></ProcessCreate>
    <FileCreate onmatch="include"/>
  </EventFiltering></Sysmon>`).config;
  const ready = sysmonReady(entries, pack.examples, poor);
  const blind = new Map(ready.elements.map(({ element, blind: rules }) => [element, rules.length]));
  expect(blind.get('ProcessCreate')).toBe(0);
  expect(blind.get('FileCreate')).toBeGreaterThan(0);
  expect(blind.get('RegistryEvent')).toBeGreaterThan(0);
  expect(ready.dropped.length).toBeGreaterThan(0);
  expect(ready.dropped.every(({ element }) => element !== '')).toBe(true);
  const asking = readRules([
    {
      path: 'x.yml',
      text: 'title: x\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s: {Hashes|contains: IMPHASH=ABC}\n  condition: s\n',
    },
  ]).entries;
  expect(sysmonReady(asking, [], poor).missingHashes).toEqual(['IMPHASH']);
});
