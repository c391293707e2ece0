import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashShape, hashText, mix } from './hash.ts';

test.each([
  ['C:\\Windows\\System32\\cmd.exe', 'c:\\windows\\system32\\CMD.EXE'],
  ['HKU\\S-1-5-21-1-2-3-1001\\Run', 'HKU\\S-1-5-21-99-88-77-500\\Run'],
  ['\\CLSID\\{018D5C66-4533-4307-9B53-224DE2ED1FE6}\\x', '\\CLSID\\{AAAAAAAA-BBBB-4307-9B53-224DE2ED1FE6}\\x'],
  ['tmp4f2a9c0d.ps1', 'tmp0b3e1a22.ps1'],
  ['chrome_pipe.1234.5', 'chrome_pipe.77.88888'],
])('%s has the shape of %s', (a, b) => expect(hashShape(a)).toBe(hashShape(b)));

test.each([
  ['c:\\windows\\system32\\a.exe', 'c:\\windows\\syswow64\\a.exe'],
  ['ab', 'ba'],
  ['\\Run', '\\RunOnce'],
  ['{', ''],
])('%s has not the shape of %s', (a, b) => expect(hashShape(a)).not.toBe(hashShape(b)));

test('of a part is as of that part alone', () => {
  expect(hashShape('c:\\windows\\cmd.exe', 11)).toBe(hashShape('cmd.exe'));
});

describe('hashes', () => {
  test('are whole numbers below 2^53', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const hash of [hashText(text), hashShape(text), mix(hashText(text), 7)]) {
          expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
        }
      }),
    );
  });

  test('of a million different texts and pairs are different', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 500_000; i++) {
      const hash = hashText(`c:\\windows\\${i}`);
      seen.add(hash);
      seen.add(mix(hash, 5));
    }
    expect(seen.size).toBe(1_000_000);
  });

  test('of pairs depend on the order', () => expect(mix(1, 2)).not.toBe(mix(2, 1)));
});
