import { findEvent } from '@haetae/event';

/**
 * Windows stores SIDs and codes, and its messages show names for them. Where a name means one SID or code on every
 * Windows, it is put back, since rules are written for what is stored. Source: learn.microsoft.com, well-known SIDs;
 * msobjs.dll for the codes.
 */
const SIDS: Readonly<Record<string, string>> = {
  'null sid': 'S-1-0-0',
  everyone: 'S-1-1-0',
  'anonymous logon': 'S-1-5-7',
  'authenticated users': 'S-1-5-11',
  system: 'S-1-5-18',
  'local service': 'S-1-5-19',
  'network service': 'S-1-5-20',
  'nt authority\\anonymous logon': 'S-1-5-7',
  'nt authority\\authenticated users': 'S-1-5-11',
  'nt authority\\system': 'S-1-5-18',
  'nt authority\\local service': 'S-1-5-19',
  'nt authority\\network service': 'S-1-5-20',
  'builtin\\administrators': 'S-1-5-32-544',
  'builtin\\users': 'S-1-5-32-545',
  'builtin\\guests': 'S-1-5-32-546',
  'builtin\\account operators': 'S-1-5-32-548',
  'builtin\\server operators': 'S-1-5-32-549',
  'builtin\\print operators': 'S-1-5-32-550',
  'builtin\\backup operators': 'S-1-5-32-551',
  'builtin\\remote desktop users': 'S-1-5-32-555',
  'builtin\\remote management users': 'S-1-5-32-580',
  'mandatory label\\untrusted mandatory level': 'S-1-16-0',
  'mandatory label\\low mandatory level': 'S-1-16-4096',
  'mandatory label\\medium mandatory level': 'S-1-16-8192',
  'mandatory label\\medium plus mandatory level': 'S-1-16-8448',
  'mandatory label\\high mandatory level': 'S-1-16-12288',
  'mandatory label\\system mandatory level': 'S-1-16-16384',
};

const YES_NO = { yes: '%%1842', 예: '%%1842', はい: '%%1842', no: '%%1843', 아니요: '%%1843', いいえ: '%%1843' };
const UNSET = { '<value not set>': '%%1793', '<never>': '%%1794' };
const REGISTRY_TYPE = {
  reg_none: '%%1872',
  reg_sz: '%%1873',
  reg_expand_sz: '%%1874',
  reg_binary: '%%1875',
  reg_dword: '%%1876',
  reg_multi_sz: '%%1879',
  reg_qword: '%%1883',
};
/** By field: words in English and, where they are known for certain, Korean and Japanese. */
const CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ImpersonationLevel: {
    anonymous: '%%1831',
    익명: '%%1831',
    匿名: '%%1831',
    identification: '%%1832',
    식별: '%%1832',
    識別: '%%1832',
    impersonation: '%%1833',
    가장: '%%1833',
    偽装: '%%1833',
    delegation: '%%1840',
    위임: '%%1840',
    委任: '%%1840',
  },
  ElevatedToken: YES_NO,
  VirtualAccount: YES_NO,
  FailureReason: {
    'an error occured during logon.': '%%2304',
    'the specified user account has expired.': '%%2305',
    'the netlogon component is not active.': '%%2306',
    'account locked out.': '%%2307',
    'the user has not been granted the requested logon type at this machine.': '%%2308',
    "the specified account's password has expired.": '%%2309',
    'account currently disabled.': '%%2310',
    'account logon time restriction violation.': '%%2311',
    'user not allowed to logon at this computer.': '%%2312',
    'unknown user name or bad password.': '%%2313',
    '알 수 없는 사용자 이름이거나 잘못된 암호입니다.': '%%2313',
  },
  OperationType: {
    'new registry value created': '%%1904',
    'existing registry value modified': '%%1905',
    'registry value deleted': '%%1906',
    'value added': '%%14674',
    'value deleted': '%%14675',
  },
  OldValueType: REGISTRY_TYPE,
  NewValueType: REGISTRY_TYPE,
  Direction: { inbound: '%%14592', 인바운드: '%%14592', outbound: '%%14593', 아웃바운드: '%%14593' },
  DisplayName: UNSET,
  HomeDirectory: UNSET,
  HomePath: UNSET,
  ScriptPath: UNSET,
  ProfilePath: UNSET,
  UserWorkstations: UNSET,
  UserParameters: UNSET,
  PasswordLastSet: UNSET,
  AccountExpires: UNSET,
};
/** Rights, one a line. The same in Korean and Japanese for the names in capitals. */
const RIGHTS: Readonly<Record<string, string>> = {
  delete: '%%1537',
  read_control: '%%1538',
  write_dac: '%%1539',
  write_owner: '%%1540',
  synchronize: '%%1541',
  access_sys_sec: '%%1542',
  'readdata (or listdirectory)': '%%4416',
  'writedata (or addfile)': '%%4417',
  'appenddata (or addsubdirectory or createpipeinstance)': '%%4418',
  readea: '%%4419',
  writeea: '%%4420',
  'execute/traverse': '%%4421',
  deletechild: '%%4422',
  readattributes: '%%4423',
  writeattributes: '%%4424',
  'query key value': '%%4432',
  'set key value': '%%4433',
  'create sub-key': '%%4434',
  'enumerate sub-keys': '%%4435',
  'notify about changes to keys': '%%4436',
  'create link': '%%4437',
  'force process termination': '%%4480',
  'create new thread in process': '%%4481',
  'set process session id': '%%4482',
  'perform virtual memory operation': '%%4483',
  'read from process memory': '%%4484',
  'write to process memory': '%%4485',
  'duplicate handle into or out of process': '%%4486',
  'create a subprocess of process': '%%4487',
  'set process quotas': '%%4488',
  'set process information': '%%4489',
  'query process information': '%%4490',
  'set process termination port': '%%4491',
};
/** `TokenElevationTypeLimited (3)`: the number is the same in every language. */
const ELEVATION: Readonly<Record<string, string>> = { 1: '%%1936', 2: '%%1937', 3: '%%1938' };

/** Puts back what Windows stores for the value of one field; undefined where the value already is that, or is not known. */
export type Restore = (value: string) => string | undefined;

const NONE: ReadonlyMap<string, Restore> = new Map();
const cache = new Map<number, Map<string, Restore>>();

/** The fields of an event whose messages show names for SIDs and codes. */
export function restoresOf(provider: string, eventId: number): ReadonlyMap<string, Restore> {
  if (provider !== 'Microsoft-Windows-Security-Auditing') return NONE;
  let found = cache.get(eventId);
  if (found !== undefined) return found;
  found = new Map<string, Restore>();
  for (const [field, type] of Object.entries(findEvent(provider, eventId)?.fields ?? {})) {
    if (type === 'sid') found.set(field, (value) => own(SIDS, value));
    else if (Object.hasOwn(CODES, field)) found.set(field, (value) => own(CODES[field]!, value));
    else if (field === 'AccessList') found.set(field, rights);
    else if (type === 'time')
      found.set(field, (value) => (value.startsWith('\u200e') ? value.replaceAll('\u200e', '') : undefined));
    else if (field === 'TokenElevationType')
      found.set(field, (value) => own(ELEVATION, /\((\d)\)$/.exec(value)?.[1] ?? ''));
  }
  // Ids come from the log: only those that the table has are kept.
  if (found.size > 0) cache.set(eventId, found);
  return found;
}

/** `READ_CONTROL` and so on, each on a line of its own; undefined unless every one is known. */
function rights(value: string): string | undefined {
  const codes = value.split(/\s*[\r\n]+\s*/).map((right) => own(RIGHTS, right.trim()));
  return codes.length > 0 && codes.every((code) => code !== undefined) ? codes.join('\r\n\t\t\t\t') : undefined;
}

function own(table: Readonly<Record<string, string>>, text: string): string | undefined {
  const key = text.toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
