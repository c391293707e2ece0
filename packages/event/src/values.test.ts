import { describe, expect, test } from 'vitest';
import { integrityLevel, logonType, parseHashes, processGuid } from './index.ts';

describe('ProcessGuid', () => {
  test.each(['{c00189fc-4636-6859-a85a-000000006900}', 'C00189FC-4636-6859-A85A-000000006900'])('%s', (guid) => {
    expect(processGuid(guid)).toEqual({
      ok: true,
      hostId: 'c00189fc',
      startTime: Date.UTC(2025, 5, 23, 12, 19, 2),
      token: 'a85a000000006900',
    });
  });

  test.each([
    { guid: '', error: 'malformed' },
    { guid: '-', error: 'malformed' },
    { guid: '{c00189fc-4636-6859-a85a-00000000690}', error: 'malformed' },
    { guid: '{00000000-0000-0000-0000-000000000000}', error: 'empty' },
    { guid: '{c00189fc-0001-0000-a85a-000000006900}', error: 'implausible' },
    { guid: '{c00189fc-ffff-ffff-a85a-000000006900}', error: 'implausible' },
  ])('$guid is $error', ({ guid, error }) => expect(processGuid(guid)).toMatchObject({ ok: false, error }));
});

describe('Hashes', () => {
  const sha1 = 'a'.repeat(40);
  const md5 = 'B'.repeat(32);
  test.each([
    { text: `SHA1=${sha1},MD5=${md5}`, hashes: { SHA1: sha1, MD5: md5 } },
    { text: ` md5=${md5} `, hashes: { MD5: md5 } },
    { text: `IMPHASH=${'0'.repeat(32)}`, hashes: { IMPHASH: '0'.repeat(32) } },
    { text: '', hashes: {} },
    { text: '-', hashes: {} },
  ])('$text', ({ text, hashes }) => {
    const result = parseHashes(text);
    expect(result.ok ? Object.fromEntries(result.hashes) : result.message).toEqual(hashes);
  });

  test.each([
    { text: 'SHA1', message: 'not NAME=hex: SHA1' },
    { text: 'SHA1=xyz', message: 'not NAME=hex: SHA1=xyz' },
    { text: `SHA1=${md5}`, message: 'SHA1 has 32 digits, not 40' },
    { text: `MD5=${md5},MD5=${md5}`, message: 'MD5 is told twice' },
    { text: `MD5=${md5},`, message: 'not NAME=hex: ' },
  ])('$text is refused', ({ text, message }) => expect(parseHashes(text)).toEqual({ ok: false, message }));
});

test.each([
  { sid: 'S-1-16-4096', level: 'Low' },
  { sid: 'S-1-16-8192', level: 'Medium' },
  { sid: 's-1-16-12288', level: 'High' },
  { sid: 'S-1-16-16384', level: 'System' },
  { sid: 'S-1-5-18', level: undefined },
])('$sid is $level', ({ sid, level }) => expect(integrityLevel(sid)).toBe(level));

test.each([
  { type: '2', name: { en: 'Interactive', ko: '대화형' } },
  { type: 10, name: { en: 'RemoteInteractive', ko: '원격 대화형' } },
  { type: ' 3 ', name: { en: 'Network', ko: '네트워크' } },
  { type: '99', name: undefined },
  { type: '-', name: undefined },
])('logon type $type', ({ type, name }) => expect(logonType(type)).toEqual(name));
