import { expect, test } from 'vitest';
import { defaultConfig, readConfig, remoteConfig } from './config.ts';
import { ko } from './words/ko.ts';

const base = defaultConfig('linux', true);

test('each setting over the default', () => {
  expect(
    readConfig({ files: ['/a/b.log', { path: '/c/*.log', from: 'beginning' }], heartbeatSeconds: 30 }, base),
  ).toEqual({
    kind: 'config',
    config: {
      ...base,
      heartbeatSeconds: 30,
      files: [
        { path: '/a/b.log', from: 'end' },
        { path: '/c/*.log', from: 'beginning' },
      ],
    },
  });
});

test.each([
  [[], ''],
  [{ file: [] }, 'file'],
  [{ winlog: [{ query: 'x' }] }, 'winlog[0]'],
  [{ winlog: ['Security', null] }, 'winlog[1]'],
  [{ files: ['relative.log'] }, 'files[0]'],
  [{ files: ['/a/../b.log'] }, 'files[0]'],
  [{ heartbeatSeconds: 1 }, 'heartbeatSeconds'],
  [{ spoolMegabytes: 0.5 }, 'spoolMegabytes'],
  [{ kilobytesPerSecond: '9' }, 'kilobytesPerSecond'],
  [{ whenFull: 'panic' }, 'whenFull'],
  [{ journald: 1 }, 'journald'],
  [{ from: 'middle' }, 'from'],
  [{ remoteFolders: ['x'] }, 'remoteFolders'],
])('%j is refused at “%s”, in Korean too', (value, at) => {
  const read = readConfig(value, base);
  expect(read).toMatchObject({ kind: 'fault', fault: { at } });
  if (read.kind === 'fault') expect(ko.badConfig('f', at, read.fault.why)).toMatch(/[가-힣]/);
});

test.each([
  [{ files: ['/var/log/x.log'] }, 'config'],
  [{ files: ['/etc/shadow'] }, 'fault'],
  [{ files: ['/var/logs/x'] }, 'fault'],
  [{ remoteFolders: ['/'], files: ['/etc/shadow'] }, 'fault'],
  [{ heartbeatSeconds: 15 }, 'config'],
])('a server may say %j: %s', (value, kind) => {
  const read = remoteConfig(value, base);
  expect(read.kind).toBe(kind);
  if (read.kind === 'config') expect(read.config.remoteFolders).toEqual(['/var/log']);
});

test('a server may say nothing where the host does not let it', () => {
  expect(remoteConfig({ heartbeatSeconds: 15 }, { ...base, remote: false }).kind).toBe('fault');
});
