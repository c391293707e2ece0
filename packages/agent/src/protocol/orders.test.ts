import { expect, test } from 'vitest';
import { blockable, pathFault, readOrder } from './orders.ts';

const process = { pid: 4000, startMs: 1, withinMs: 500, image: '/tmp/evil' };

test.each([
  [{ action: 'kill-process', process }, ''],
  [{ action: 'kill-process', process: { ...process, pid: 1 } }, 'process: not a process id that may be acted on'],
  [{ action: 'kill-process', process: { ...process, pid: 4.5 } }, 'process: not a process id that may be acted on'],
  [{ action: 'kill-process', process: { ...process, startMs: 0 } }, 'process: it lacks the time of its start'],
  [{ action: 'kill-process', process: { ...process, withinMs: 60_000 } }, 'process: withinMs is not from 0 to 5000'],
  [{ action: 'kill-process', process, signal: 'SIGTERM' }, 'signal: there is no such member'],
  [{ action: 'kill-process' }, 'process: not a process'],
  [{ action: 'toString' }, 'action: there is no such action'],
  [{ action: 'format-disk' }, 'action: there is no such action'],
  [[], ': not an object'],
  [{ action: 'isolate-host', minutes: 0 }, 'minutes: not a whole number from 1 to 10080'],
  [{ action: 'disable-account', account: '-D' }, 'account: not the name of a local account'],
  [{ action: 'disable-account', account: 'kim\n' }, 'account: control characters in it'],
  [{ action: 'disable-account', account: '김해태' }, ''],
  [{ action: 'remove-service', name: '-x' }, 'name: not the name of a service'],
  [{ action: 'remove-run-key', key: 'HKLM\\Software\\Evil', value: 'x' }, 'key: not a Run or RunOnce key'],
  [{ action: 'block-domain', domain: 'com' }, 'domain: not a domain'],
  [{ action: 'block-domain', domain: '*.example.com' }, 'domain: not a domain'],
  [{ action: 'quarantine-file', path: '/tmp/evil', sha256: 'AB'.repeat(32) }, 'sha256: not a SHA-256'],
  [
    { action: 'run-script', name: 'a.sh', text: 'x'.repeat(70_000), signature: 'A'.repeat(86) },
    'text: not a text of at most 65536 bytes',
  ],
])('%j', (order, fault) => {
  const read = readOrder(order);
  expect(read.kind === 'order' ? '' : `${read.fault.at}: ${read.fault.why}`).toBe(fault);
});

test.each([
  ['8.8.8.8', true],
  ['203.0.113.7', true],
  ['008.8.8.8', false],
  ['203.0.113.0/24', false],
  ['10.0.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.1.1', false],
  ['127.0.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['0.0.0.0', false],
  ['2001:db8::1', true],
  ['2001:DB8::1', false],
  ['2001:db8:0::1', false],
  ['::ffff:8.8.8.8', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['2001::1', false],
  ['2002:808:808::1', false],
  ['::1', false],
])('may %s be blocked: %s', (address, expected) => expect(blockable(address)).toBe(expected));

test.each([
  ['/tmp/evil', undefined],
  ['C:\\Users\\kim\\evil.exe', undefined],
  ['/tmp/../etc/shadow', 'a path that leads elsewhere'],
  ['/tmp//x', 'a path that leads elsewhere'],
  ['tmp/x', 'not an absolute path of a file'],
  ['\\\\srv\\share\\x', 'not an absolute path of a file'],
  ['\\\\?\\C:\\x', 'not an absolute path of a file'],
  ['C:\\a.txt:evil', 'no plain path of Windows: a stream, a wildcard or a device'],
  ['C:\\a\\evil. ', 'no plain path of Windows: a stream, a wildcard or a device'],
  ['/tmp/a\u0000b', 'control characters in it'],
  ['/tmp/a\u2028b', 'control characters in it'],
])('the path %j', (path, fault) => expect(pathFault(path)).toBe(fault));
