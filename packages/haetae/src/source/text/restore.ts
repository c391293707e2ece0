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
/** By field: words in English, Korean and Japanese. */
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
};
/** `TokenElevationTypeLimited (3)`: the number is the same in every language. */
const ELEVATION: Readonly<Record<string, string>> = { 1: '%%1936', 2: '%%1937', 3: '%%1938' };

/** Puts back what Windows stores for the value of one field; undefined where the value already is that, or is not known. */
export type Restore = (value: string) => string | undefined;

/** The fields of an event whose messages show names for SIDs and codes. */
export function restoresOf(provider: string, eventId: number): ReadonlyMap<string, Restore> {
  const found = new Map<string, Restore>();
  if (provider !== 'Microsoft-Windows-Security-Auditing') return found;
  for (const [field, type] of Object.entries(findEvent(provider, eventId)?.fields ?? {})) {
    if (type === 'sid') found.set(field, (value) => own(SIDS, value));
    else if (Object.hasOwn(CODES, field)) found.set(field, (value) => own(CODES[field]!, value));
    else if (field === 'TokenElevationType')
      found.set(field, (value) => own(ELEVATION, /\((\d)\)$/.exec(value)?.[1] ?? ''));
  }
  return found;
}

function own(table: Readonly<Record<string, string>>, text: string): string | undefined {
  const key = text.toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
