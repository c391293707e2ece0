import { describe, expect, test } from 'vitest';
import { edits, likeness } from './masquerade.ts';
import { factsOfPath, plainPath } from './paths.ts';

test.each([
  ['\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe', 'c:\\windows\\system32\\svchost.exe'],
  ['\\??\\C:\\Windows\\system32\\conhost.exe', 'c:\\windows\\system32\\conhost.exe'],
  ['\\\\?\\C:\\Temp\\a.exe', 'c:\\temp\\a.exe'],
  ['\\SystemRoot\\System32\\smss.exe', 'c:\\windows\\system32\\smss.exe'],
  ['%SystemRoot%\\System32\\a.dll', 'c:\\windows\\system32\\a.dll'],
  ['"C:\\Program Files\\x y\\z.exe" -k', 'c:\\program files\\x y\\z.exe'],
  ['System32\\drivers\\a.sys', 'c:\\windows\\system32\\drivers\\a.sys'],
])('%s is %s', (text, path) => expect(plainPath(text)).toBe(path));

describe('a folder that users can write to', () => {
  test.each([
    ['C:\\Users\\kim\\AppData\\Local\\Temp\\a.exe', 1],
    ['C:\\ProgramData\\a.exe', 1],
    ['C:\\Windows\\Temp\\a.exe', 1],
    ['C:\\Windows\\System32\\Tasks\\a', 1],
    ['\\\\server\\share\\a.exe', 1],
    ['C:\\a.exe', 1],
    ['C:\\Windows\\System32\\cmd.exe', 0],
    ['C:\\Program Files\\App\\a.exe', 0],
    ['System', 0],
  ])('%s: %i', (path, wanted) => expect(factsOfPath(path).writable).toBe(wanted));
});

describe('relations do not know whose profile or which drive it is', () => {
  test.each([
    ['C:\\Users\\kim\\a.exe', 'D:\\Users\\lee\\a.exe'],
    ['C:\\Windows\\explorer.exe', '\\Device\\HarddiskVolume2\\Windows\\explorer.exe'],
  ])('%s and %s', (a, b) => {
    expect(factsOfPath(a).path).toBe(factsOfPath(b).path);
    expect(factsOfPath(a).folder).toBe(factsOfPath(b).folder);
  });
});

describe('likeness to a program of Windows', () => {
  test.each([
    ['c:\\windows\\system32\\svchost.exe', 0],
    ['c:\\windows\\syswow64\\svchost.exe', 0],
    ['c:\\windows\\explorer.exe', 0],
    ['c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe', 0],
    ['svchost.exe', 0],
    ['c:\\users\\public\\svchost.exe', 4],
    ['c:\\windows\\system32\\explorer.exe', 4],
    ['c:\\windows\\svchost.exe', 4],
    ['c:\\windows\\system32\\svch0st.exe', 3],
    ['c:\\windows\\system32\\scvhost.exe', 3],
    ['c:\\temp\\rundl132.exe', 3],
    ['c:\\temp\\exploerrr.exe', 2],
    ['c:\\program files\\app\\chrome.exe', 0],
    ['c:\\program files\\app\\notes.exe', 0],
  ])('%s: %i', (path, wanted) => expect(likeness(path, path.slice(path.lastIndexOf('\\') + 1))).toBe(wanted));

  test.each([
    ['svchost.exe', 'svchost.exe', 0],
    ['scvhost.exe', 'svchost.exe', 1],
    ['svch0st.exe', 'svchost.exe', 1],
    ['svhost.exe', 'svchost.exe', 1],
    ['abc', 'xyz', 3],
  ])('%s is edited into %s by %i', (a, b, n) => expect(edits(a, b, 2)).toBe(n));
});
