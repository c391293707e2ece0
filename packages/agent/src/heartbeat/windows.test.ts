import { describe, expect, test } from 'vitest';
import { channelOf, channelState, registryValues, stateIn, sysmonState } from './windows.ts';

/** As the programs print; nothing here was run on Windows. */
const PUBLISHER = `
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{5770385f-c22a-43e0-bf4c-06f5698ffbd9}
    (Default)    REG_SZ    Microsoft-Windows-Sysmon
    ResourceFileName    REG_SZ    C:\\Windows\\Renamed64.exe
    MessageFileName    REG_SZ    C:\\Windows\\Renamed64.exe

`;
const running = (name: string, state = 4, word = 'RUNNING') => `
SERVICE_NAME: ${name}
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : ${state}  ${word}
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
`;
const table = (rows: Readonly<Record<string, string>>) => async (program: string, args: readonly string[]) => {
  const answer = rows[`${program} ${args.join(' ')}`] ?? rows[program];
  if (answer === undefined) throw new Error('exit status 1');
  return answer;
};
const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';

describe('Sysmon', () => {
  test('under another name: service, driver, version and hashes', async () => {
    const run = table({
      'reg.exe query HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{5770385f-c22a-43e0-bf4c-06f5698ffbd9}':
        PUBLISHER,
      [`reg.exe query ${SERVICES}\\Renamed64\\Parameters`]: '\n    DriverName    REG_SZ    MyDrv\n',
      [`reg.exe query ${SERVICES}\\MyDrv\\Parameters`]:
        '\n    ConfigHash    REG_SZ    SHA256=AB12\n    Rules    REG_BINARY    00FF\n',
      'sc.exe query Renamed64': running('Renamed64'),
      'sc.exe query MyDrv': running('MyDrv', 1, '중지됨'),
      'powershell.exe': '15.15\r\n',
    });
    expect(await sysmonState(run)).toEqual({
      service: 'Renamed64',
      serviceState: 'running',
      driver: 'MyDrv',
      driverState: 'stopped',
      version: '15.15',
      configHash: 'SHA256=AB12',
      rulesHash: '06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8',
    });
  });

  test('not installed', async () => expect(await sysmonState(table({}))).toBeNull());

  test('unloaded: the registry still knows it, the service manager does not', async () => {
    const run = table({
      'reg.exe query HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{5770385f-c22a-43e0-bf4c-06f5698ffbd9}':
        PUBLISHER,
    });
    expect(await sysmonState(run)).toMatchObject({ driver: 'SysmonDrv', serviceState: 'missing', configHash: null });
  });
});

test('values of a key', () => {
  expect([...registryValues(PUBLISHER)]).toEqual([
    ['(Default)', 'Microsoft-Windows-Sysmon'],
    ['ResourceFileName', 'C:\\Windows\\Renamed64.exe'],
    ['MessageFileName', 'C:\\Windows\\Renamed64.exe'],
  ]);
  expect([...registryValues('    Empty    REG_SZ\n    Spaced    REG_SZ    a    b\n')]).toEqual([
    ['Empty', ''],
    ['Spaced', 'a    b'],
  ]);
});

test.each([
  ['RUNNING', 4, 'running'],
  ['중지됨', 1, 'stopped'],
  ['?', 9, 'unknown'],
])('a service that is %s', (word, state, expected) => expect(stateIn(running('x', state, word))).toBe(expected));

describe('a log', () => {
  const config = 'name: Security\nenabled: true\nlogging:\n  retention: false\n  maxSize: 20971520\n';
  const info =
    'creationTime: 2026\nfileSize: 69632\nnumberOfLogRecords: 120\noldestRecordNumber: 18446744073709551000\n';
  const oldest = "<Event><System><TimeCreated SystemTime='2026-03-01T02:00:00.1234567Z'/></System></Event>";
  const nowMs = Date.UTC(2026, 2, 2, 2);

  test('as it is', () => {
    expect(channelOf('Security', config, info, oldest, nowMs)).toEqual({
      name: 'Security',
      enabled: true,
      lastRecord: '18446744073709551119',
      oldestRecord: '18446744073709551000',
      sizeBytes: 69632,
      maxBytes: 20971520,
      retainedHours: 24,
    });
  });

  test('empty and switched off', () => {
    const empty = info.replace('120', '0');
    expect(channelOf('x', config.replace('true', 'false'), empty, '', nowMs)).toMatchObject({
      enabled: false,
      lastRecord: null,
      retainedHours: null,
    });
  });

  test('that is not there says why', async () => {
    expect(await channelState(table({}), 'Nope', nowMs)).toMatchObject({ enabled: null, error: 'exit status 1' });
  });
});
