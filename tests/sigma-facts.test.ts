import { readFileSync } from 'node:fs';
import { INTEGRITY_LEVELS, parseHashes, SYSMON_EVENTS } from '@haetae/event';
import { expect, test } from 'vitest';
import * as facts from '../packages/sigma/src/windows/facts.ts';

/** `@haetae/sigma` depends on nothing of ours, so it has copies of what it needs of the table in `@haetae/event`. */
test('the integrity levels that sigma knows are those of the table', () => {
  expect(facts.INTEGRITY_LEVELS).toEqual(INTEGRITY_LEVELS);
});

test.each(Object.entries(facts.SYSMON_FIELDS))(
  'the fields of Sysmon %s that sigma knows are those of the table',
  (id, fields) => {
    const events: Readonly<Record<string, { readonly fields: object }>> = SYSMON_EVENTS;
    expect(fields).toEqual(Object.keys(events[id]!.fields));
  },
);

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
test.each([
  '',
  ' - ',
  `MD5=${MD5}`,
  ` md5 = ${MD5.toUpperCase()} , IMPHASH=${MD5}`,
  `SHA1=${MD5}01234567,SHA256=${MD5}${MD5}`,
  'SHA512=ab,OTHER=1',
  `MD5=${MD5},md5=${MD5}`,
  `SHA1=${MD5}`,
  `MD5=${MD5},`,
  'MD5=',
  '=ab',
  ' =ab',
  'abc',
  'MD5=xyz',
  'A=B=C',
])('both read the hashes of %j alike', (text) => {
  const whole = parseHashes(text);
  expect(facts.readHashes(text)).toEqual(whole.ok ? whole.hashes : undefined);
});

test('sigma needs nothing of ours to run', () => {
  const manifest = readFileSync(new URL('../packages/sigma/package.json', import.meta.url), 'utf8');
  expect(Object.keys(JSON.parse(manifest).dependencies)).toEqual(['yaml']);
});
