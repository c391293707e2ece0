/**
 * The few facts of Windows' events that mappings need, so that this package stands alone. `@haetae/event` has the whole
 * table; a test of the house holds both equal.
 */

/** Mandatory integrity levels as Sysmon names them. Source: learn.microsoft.com/windows/win32/secauthz/well-known-sids. */
export const INTEGRITY_LEVELS: Readonly<Record<string, string>> = {
  'S-1-16-0': 'Untrusted',
  'S-1-16-4096': 'Low',
  'S-1-16-8192': 'Medium',
  'S-1-16-8448': 'MediumPlus',
  'S-1-16-12288': 'High',
  'S-1-16-16384': 'System',
  'S-1-16-20480': 'Protected',
};

const names = (list: string): readonly string[] => list.split(' ');

/** Sysmon's fields by event id, in the order of its manifest. Source: learn.microsoft.com/sysinternals/downloads/sysmon. */
export const SYSMON_FIELDS = {
  1: names(
    'RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName CommandLine ' +
      'CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ' +
      'ParentImage ParentCommandLine ParentUser',
  ),
  3: names(
    'RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort ' +
      'SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  ),
  12: names('RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject User'),
  13: names('RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User'),
  14: names('RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject NewName User'),
} as const;

/** Hex digits of each algorithm Sysmon knows. Source: the same, HashAlgorithms. */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ['MD5', 32],
  ['SHA1', 40],
  ['SHA256', 64],
  ['IMPHASH', 32],
]);

/**
 * Sysmon's `SHA256=…,IMPHASH=…` by algorithm in upper case; values keep their spelling. undefined for a text that is anything
 * else: no `NAME=hex`, a wrong length, an algorithm told twice. '' and `-` hold no hash.
 */
export function readHashes(text: string): ReadonlyMap<string, string> | undefined {
  const hashes = new Map<string, string>();
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '-') return hashes;
  for (const part of trimmed.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) return undefined;
    const algorithm = part.slice(0, equals).trim().toUpperCase();
    const hex = part.slice(equals + 1).trim();
    const { length } = hex;
    if (algorithm === '' || hashes.has(algorithm) || (DIGITS.get(algorithm) ?? length) !== length) return undefined;
    if (!/^[0-9a-f]+$/i.test(hex)) return undefined;
    hashes.set(algorithm, hex);
  }
  return hashes;
}
