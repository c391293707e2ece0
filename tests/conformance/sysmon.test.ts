import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvtx } from '@haetae/evtx';
import { SYSMON_ELEMENTS } from '@haetae/sigma/windows';
import { expect, test } from 'vitest';
import { readRules } from '../../packages/haetae/src/rules/read.ts';
import { sysmonReady } from '../../packages/haetae/src/rules/sysmon-ready.ts';
import { isLogged, PROFILES, SYSMON_CHANNEL, sysmonConfig } from '../../packages/haetae/src/sysmon/index.ts';
import { data, describeWithData } from '../data.ts';

describeWithData('our Sysmon configurations', () => {
  const filesBelow = (folder: string, end: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(end))
      .map((name) => join(folder, name));

  test.each(PROFILES)('%s: no category of SigmaHQ’s rules is blind but those that would block', (profile) => {
    const rules = ['rules/windows', 'rules-emerging-threats', 'rules-threat-hunting/windows'].flatMap((folder) =>
      filesBelow(data('sigma', folder), '.yml'),
    );
    const { entries } = readRules(rules.map((path) => ({ path, text: readFileSync(path, 'utf8') })));
    const ready = sysmonReady(entries, [], sysmonConfig(profile));
    expect(ready.rules).toBeGreaterThan(2000);
    expect(
      ready.elements.filter(({ blind }) => blind.length > 0).map(({ element, blind }) => `${element} ${blind.length}`),
    ).toEqual(['FileBlockExecutable 1', 'FileBlockShredding 1']);
    expect(ready.missingHashes).toEqual([]);
    console.log(`${profile}: ${ready.canFire} of ${ready.rules} rules`);
  });

  test.each(PROFILES)('%s: none of the recorded events on which SigmaHQ’s rules must fire is left out', (profile) => {
    const config = sysmonConfig(profile);
    const lost: string[] = [];
    let events = 0;
    for (const path of filesBelow(data('sigma', 'regression_data'), '.evtx'))
      for (const record of readEvtx(readFileSync(path))) {
        if (record.channel !== SYSMON_CHANNEL) continue;
        const [element = ''] = SYSMON_ELEMENTS[record.eventId] ?? [];
        if (element === '') continue;
        const { data: fields } = JSON.parse(record.toCanonicalLine()) as { data: Record<string, string> };
        events++;
        if (!isLogged(config, element, (name) => fields[name])) lost.push(`${path.split('/').at(-1)} ${element}`);
      }
    expect(events).toBeGreaterThan(50);
    expect(lost).toEqual([]);
    console.log(`${profile}: ${events} events kept`);
  });
});
