import { resolve } from 'node:path';

/** What an agent reads and how it behaves. Times in seconds, sizes in the units that their names say. */
export interface AgentConfig {
  /** Logs of Windows; a query is XPath, `*` for all. */
  readonly winlog: readonly { readonly channel: string; readonly query: string }[];
  readonly journald: boolean;
  /** A `*` in a file's name stands for anything. */
  readonly files: readonly { readonly path: string; readonly from: 'beginning' | 'end' }[];
  /** Where a log of Windows or a journal begins that was never read. */
  readonly from: 'beginning' | 'end';
  readonly heartbeatSeconds: number;
  readonly spoolMegabytes: number;
  readonly whenFull: 'hold' | 'drop-oldest';
  /** 0 for no limit. */
  readonly kilobytesPerSecond: number;
  /** Whether the server may change all this but what is named here: an agent reads no file that its own host does not allow. */
  readonly remote: boolean;
  /** Folders below which the server may name files. */
  readonly remoteFolders: readonly string[];
}

/** Logs that rules look at and every Windows has; one that is not there is told in the heartbeat. */
export const WINDOWS_CHANNELS: readonly string[] = [
  'Microsoft-Windows-Sysmon/Operational',
  'Security',
  'System',
  'Application',
  'Microsoft-Windows-PowerShell/Operational',
  'Windows PowerShell',
  'Microsoft-Windows-Windows Defender/Operational',
  'Microsoft-Windows-TaskScheduler/Operational',
  'Microsoft-Windows-WMI-Activity/Operational',
  'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
  'Microsoft-Windows-Bits-Client/Operational',
  'Microsoft-Windows-CodeIntegrity/Operational',
  'Microsoft-Windows-AppLocker/EXE and DLL',
  'Microsoft-Windows-AppLocker/MSI and Script',
  'Microsoft-Windows-SMBServer/Security',
  'Microsoft-Windows-NTLM/Operational',
];

export function defaultConfig(platform: string, hasJournal: boolean): AgentConfig {
  const isWindows = platform === 'win32';
  return {
    winlog: isWindows ? WINDOWS_CHANNELS.map((channel) => ({ channel, query: '*' })) : [],
    journald: !isWindows && hasJournal,
    files:
      isWindows || hasJournal
        ? []
        : ['/var/log/syslog', '/var/log/messages', '/var/log/auth.log', '/var/log/secure'].map((path) => ({
            path,
            from: 'end' as const,
          })),
    from: 'end',
    heartbeatSeconds: 60,
    spoolMegabytes: 512,
    whenFull: 'hold',
    kilobytesPerSecond: 0,
    remote: true,
    remoteFolders: isWindows ? [] : ['/var/log'],
  };
}

type Fault = { readonly at: string; readonly why: string };
export type ReadConfig =
  | { readonly kind: 'config'; readonly config: AgentConfig }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What the text of a configuration says, over `base`. Members that nobody knows are faults: a misspelt one would be without effect. */
export function readConfig(value: unknown, base: AgentConfig): ReadConfig {
  const fault = (at: string, why: string): ReadConfig => ({ kind: 'fault', fault: { at, why } });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'not a JSON object');
  let config: AgentConfig = base;
  for (const [name, one] of Object.entries(value)) {
    const whole = (least: number, most: number): boolean => Number.isSafeInteger(one) && one >= least && one <= most;
    switch (name) {
      case 'winlog': {
        if (!Array.isArray(one) || one.length > 500) return fault(name, 'not a list of channels');
        const winlog: { channel: string; query: string }[] = [];
        for (const [index, entry] of one.entries()) {
          const { channel, query = '*' } = typeof entry === 'string' ? { channel: entry } : ((entry ?? {}) as never);
          if (!isText(channel) || !isText(query))
            return fault(`${name}[${index}]`, 'not a channel or {channel, query}');
          winlog.push({ channel, query });
        }
        config = { ...config, winlog };
        break;
      }
      case 'files': {
        if (!Array.isArray(one) || one.length > 500) return fault(name, 'not a list of files');
        const files: { path: string; from: 'beginning' | 'end' }[] = [];
        for (const [index, entry] of one.entries()) {
          const { path, from = 'end' } = typeof entry === 'string' ? { path: entry } : ((entry ?? {}) as never);
          if (!isText(path) || !['beginning', 'end'].includes(from) || resolve(path) !== path)
            return fault(`${name}[${index}]`, 'not an absolute path or {path, from: "beginning" | "end"}');
          files.push({ path, from });
        }
        config = { ...config, files };
        break;
      }
      case 'journald':
      case 'remote':
        if (typeof one !== 'boolean') return fault(name, 'neither true nor false');
        config = { ...config, [name]: one };
        break;
      case 'from':
        if (one !== 'beginning' && one !== 'end') return fault(name, 'neither "beginning" nor "end"');
        config = { ...config, from: one };
        break;
      case 'whenFull':
        if (one !== 'hold' && one !== 'drop-oldest') return fault(name, 'neither "hold" nor "drop-oldest"');
        config = { ...config, whenFull: one };
        break;
      case 'heartbeatSeconds':
        if (!whole(5, 240)) return fault(name, 'not a whole number from 5 to 240');
        config = { ...config, heartbeatSeconds: one };
        break;
      case 'spoolMegabytes':
        if (!whole(1, 1_000_000)) return fault(name, 'not a whole number from 1 to 1000000');
        config = { ...config, spoolMegabytes: one };
        break;
      case 'kilobytesPerSecond':
        if (!whole(0, 10_000_000)) return fault(name, 'not a whole number from 0 to 10000000');
        config = { ...config, kilobytesPerSecond: one };
        break;
      case 'remoteFolders':
        if (!Array.isArray(one) || !one.every((path) => isText(path) && resolve(path) === path))
          return fault(name, 'not a list of absolute paths');
        config = { ...config, remoteFolders: one };
        break;
      default:
        return fault(name, 'there is no such setting');
    }
  }
  return { kind: 'config', config };
}

/** What the server asks for, over what the host itself allows. */
export function remoteConfig(value: unknown, own: AgentConfig): ReadConfig {
  if (!own.remote) return { kind: 'fault', fault: { at: 'remote', why: 'this host lets no server configure it' } };
  const read = readConfig(value, own);
  if (read.kind === 'fault') return read;
  const { config } = read;
  const isAllowed = (path: string): boolean =>
    own.files.some((file) => file.path === path) ||
    own.remoteFolders.some((folder) =>
      path.startsWith(folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}/`),
    );
  const foreign = config.files.findIndex(({ path }) => !isAllowed(path));
  if (foreign >= 0)
    return {
      kind: 'fault',
      fault: { at: `files[${foreign}]`, why: 'lies in no folder of remoteFolders on this host' },
    };
  const { remote, remoteFolders } = own;
  return { kind: 'config', config: { ...config, remote, remoteFolders } };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 4000 && !value.includes('\0');
