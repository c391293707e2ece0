import { createHash } from 'node:crypto';
import type { ChannelState, SysmonState } from '../protocol/index.ts';
import type { Run } from '../sources/winlog/wevtutil.ts';

/**
 * What Windows says of Sysmon and of its logs, by the programs that every Windows has: sc, reg and wevtutil. That they run is a sign of life
 * of its own: a Sysmon that logs the start of processes logs these, so that its channel is never still while heartbeats are sent.
 * None of it was run on Windows by this project's tests; they read what Microsoft's documentation prints.
 */

/** Of the provider Microsoft-Windows-Sysmon, under whatever name its service and driver were installed. */
const PUBLISHER =
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{5770385f-c22a-43e0-bf4c-06f5698ffbd9}';
const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';

/** null where Sysmon is not installed. */
export async function sysmonState(run: Run): Promise<SysmonState | null> {
  const publisher = await values(run, PUBLISHER);
  const file = publisher?.get('MessageFileName') ?? publisher?.get('ResourceFileName');
  if (file === undefined) return null;
  // C:\Windows\Sysmon64.exe: the service is called as its program is.
  const service = /([^\\/"]+?)(?:\.exe)?"?$/i.exec(file.trim())?.[1] ?? 'Sysmon';
  const named = await values(run, `${SERVICES}\\${service}\\Parameters`);
  const driver = named?.get('DriverName') ?? 'SysmonDrv';
  const parameters = await values(run, `${SERVICES}\\${driver}\\Parameters`);
  const rules = parameters?.get('Rules');
  return {
    service,
    serviceState: await serviceState(run, service),
    driver,
    driverState: await serviceState(run, driver),
    version: await versionOf(run, file.trim()),
    configHash: parameters?.get('ConfigHash') ?? null,
    rulesHash: rules === undefined ? null : createHash('sha256').update(Buffer.from(rules, 'hex')).digest('hex'),
  };
}

/** The values of a key, by name; undefined where there is no such key. `    Name    REG_SZ    text`. */
async function values(run: Run, key: string): Promise<ReadonlyMap<string, string> | undefined> {
  let text: string;
  try {
    text = await run('reg.exe', ['query', key]);
  } catch {
    return undefined;
  }
  return registryValues(text);
}

export function registryValues(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^ {4}(\S.*?) {4}REG_\w+(?: {4}(.*))?$/.exec(line);
    if (match !== null) found.set(match[1]!, match[2] ?? '');
  }
  return found;
}

/** `        STATE              : 4  RUNNING`: the number is the same in every language. Source: SERVICE_STATUS, dwCurrentState. */
const STATES: Readonly<Record<string, string>> = {
  1: 'stopped',
  2: 'starting',
  3: 'stopping',
  4: 'running',
  5: 'continuing',
  6: 'pausing',
  7: 'paused',
};

async function serviceState(run: Run, name: string): Promise<string> {
  try {
    return stateIn(await run('sc.exe', ['query', name]));
  } catch {
    return 'missing';
  }
}

export const stateIn = (text: string): string => STATES[/^\s*STATE\s*:\s*(\d)/m.exec(text)?.[1] ?? ''] ?? 'unknown';

async function versionOf(run: Run, file: string): Promise<string | null> {
  const path = file.replace(/'/g, "''");
  try {
    const text = await run('powershell.exe', [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      `(Get-Item -LiteralPath '${path}').VersionInfo.FileVersion`,
    ]);
    return text.trim().slice(0, 50) || null;
  } catch {
    return null;
  }
}

/** Of one log. */
export async function channelState(run: Run, name: string, nowMs: number): Promise<ChannelState> {
  const nothing = {
    name,
    enabled: null,
    lastRecord: null,
    oldestRecord: null,
    sizeBytes: null,
    maxBytes: null,
    retainedHours: null,
  };
  try {
    const [config, info] = [await run('wevtutil.exe', ['gl', name]), await run('wevtutil.exe', ['gli', name])];
    const oldest = await run('wevtutil.exe', ['qe', name, '/c:1', '/f:xml', '/rd:false']).catch(() => '');
    return { ...channelOf(name, config, info, oldest, nowMs), error: null };
  } catch (error) {
    return { ...nothing, error: (error as Error).message.slice(0, 500) };
  }
}

/** From what `wevtutil gl`, `gli` and `qe /c:1` print; their words are not translated. */
export function channelOf(
  name: string,
  config: string,
  info: string,
  oldest: string,
  nowMs: number,
): Omit<ChannelState, 'error'> {
  const number = (text: string, word: string): bigint | null => {
    const match = new RegExp(`^\\s*${word}:\\s*(\\d{1,20})\\s*$`, 'm').exec(text);
    return match === null ? null : BigInt(match[1]!);
  };
  const records = number(info, 'numberOfLogRecords');
  const first = number(info, 'oldestRecordNumber');
  const enabled = /^enabled:\s*(true|false)\s*$/m.exec(config)?.[1];
  const sinceMs = Date.parse(
    /<TimeCreated SystemTime=['"]([^'"]+)['"]/.exec(oldest)?.[1]?.replace(/(\.\d{3})\d+/, '$1') ?? '',
  );
  const asNumber = (value: bigint | null): number | null => (value === null ? null : Number(value));
  return {
    name,
    enabled: enabled === undefined ? null : enabled === 'true',
    lastRecord: records === null || first === null || records === 0n ? null : String(first + records - 1n),
    oldestRecord: first === null ? null : String(first),
    sizeBytes: asNumber(number(info, 'fileSize')),
    maxBytes: asNumber(number(config, 'maxSize')),
    retainedHours: Number.isNaN(sinceMs) ? null : Math.round(Math.max(0, nowMs - sinceMs) / 360_000) / 10,
  };
}
