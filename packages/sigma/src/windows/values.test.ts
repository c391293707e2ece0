import { expect, test } from 'vitest';
import { account, decimal, details, drivePath, protocol, registryPaths } from './values.ts';

test.each([
  ['\\device\\harddiskvolume3\\windows\\system32\\svchost.exe', 'C:\\windows\\system32\\svchost.exe'],
  ['\\Device\\HarddiskVolume12\\Program Files (x86)\\a\\b.exe', 'C:\\Program Files (x86)\\a\\b.exe'],
  ['\\\\?\\device\\harddiskvolume3\\users\\bob\\x.exe', 'C:\\users\\bob\\x.exe'],
  ['\\device\\harddiskvolume5\\tools\\x.exe', '\\device\\harddiskvolume5\\tools\\x.exe'],
  ['\\device\\harddiskvolume5\\windows', '\\device\\harddiskvolume5\\windows'],
  ['\\device\\mup\\server\\share\\x.exe', '\\\\server\\share\\x.exe'],
  ['\\device\\mup\\;lanmanredirector\\;z:0000\\server\\share\\x.exe', '\\\\server\\share\\x.exe'],
  ['C:\\Windows\\x.exe', 'C:\\Windows\\x.exe'],
  ['System', 'System'],
])('path %s is %s', (path, drive) => {
  expect(drivePath(path)).toBe(drive);
});

test.each([
  ['\\REGISTRY\\MACHINE\\SOFTWARE\\a', ['HKLM\\SOFTWARE\\a']],
  ['\\Registry\\Machine', ['HKLM']],
  ['\\REGISTRY\\MACHINE2\\a', ['\\REGISTRY\\MACHINE2\\a']],
  ['\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001\\Software\\a', ['HKU\\S-1-5-21-1-2-3-1001\\Software\\a']],
  ['\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001_Classes\\a', ['HKU\\S-1-5-21-1-2-3-1001_Classes\\a']],
  [
    '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x',
    ['HKLM\\SYSTEM\\CurrentControlSet\\Services\\x', 'HKLM\\SYSTEM\\ControlSet001\\Services\\x'],
  ],
  ['\\REGISTRY\\MACHINE\\SOFTWARE\\Classes\\exefile', ['HKCR\\exefile', 'HKLM\\SOFTWARE\\Classes\\exefile']],
  ['\\REGISTRY\\A\\{b2}\\c', ['\\REGISTRY\\A\\{b2}\\c']],
])('key %s is %j', (path, names) => {
  expect(registryPaths(path)).toEqual(names);
});

test.each([
  ['%%1876', '1', 'DWORD (0x00000001)'],
  ['%%1876', '0x1f', 'DWORD (0x0000001f)'],
  ['REG_DWORD', '4294967295', 'DWORD (0xffffffff)'],
  ['%%1883', '0x1d63ed2b4b2a7c0', 'QWORD (0x01d63ed2-0xb4b2a7c0)'],
  ['%%1876', '-', undefined],
  ['%%1876', 'x', 'x'],
  ['%%1875', '0102', 'Binary Data'],
  ['%%1873', 'C:\\a.exe', 'C:\\a.exe'],
  ['%%1873', '', '(Empty)'],
  ['%%1873', '-', '-'],
  ['-', '-', undefined],
  [undefined, 'a', 'a'],
  ['%%1873', undefined, undefined],
])('a value of %s %s is %s', (type, value, shown) => {
  expect(details(type, value)).toBe(shown);
});

test.each([
  ['S-1-5-18', 'WORKGROUP', 'PC$', 'NT AUTHORITY\\SYSTEM'],
  ['S-1-5-21-1', 'CORP', 'bob', 'CORP\\bob'],
  ['S-1-5-21-1', '-', 'bob', 'bob'],
  ['S-1-5-21-1', 'CORP', '-', undefined],
  [undefined, undefined, undefined, undefined],
])('account %s %s %s is %s', (sid, domain, name, shown) => {
  expect(account(sid, domain, name)).toBe(shown);
});

test.each([
  [decimal('0x1f4'), '500'],
  [decimal('500'), '500'],
  [decimal('0x'), '0x'],
  [protocol('6'), 'tcp'],
  [protocol('17'), 'udp'],
  [protocol('udp'), 'udp'],
  [protocol('47'), '47'],
])('%s is %s', (value, shown) => {
  expect(value).toBe(shown);
});
