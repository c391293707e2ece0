/** Values that Windows writes as numbers or SIDs and people read as words. */

/** Mandatory integrity levels as Sysmon names them. Source: learn.microsoft.com/windows/win32/secauthz/well-known-sids. */
export const INTEGRITY_LEVELS = {
  'S-1-16-0': 'Untrusted',
  'S-1-16-4096': 'Low',
  'S-1-16-8192': 'Medium',
  'S-1-16-8448': 'MediumPlus',
  'S-1-16-12288': 'High',
  'S-1-16-16384': 'System',
  'S-1-16-20480': 'Protected',
} as const;
export type IntegrityLevel = (typeof INTEGRITY_LEVELS)[keyof typeof INTEGRITY_LEVELS];

/** `S-1-16-12288` → `High`; undefined for any other text. */
export function integrityLevel(sid: string): IntegrityLevel | undefined {
  const key = sid.trim().toUpperCase();
  return Object.hasOwn(INTEGRITY_LEVELS, key) ? INTEGRITY_LEVELS[key as keyof typeof INTEGRITY_LEVELS] : undefined;
}

/** LogonType of Security 4624 and 4625. Source: learn.microsoft.com event-4624, SECURITY_LOGON_TYPE of ntsecapi.h. */
export const LOGON_TYPES = {
  0: { en: 'System', ko: '시스템' },
  2: { en: 'Interactive', ko: '대화형' },
  3: { en: 'Network', ko: '네트워크' },
  4: { en: 'Batch', ko: '일괄 처리' },
  5: { en: 'Service', ko: '서비스' },
  6: { en: 'Proxy', ko: '프록시' },
  7: { en: 'Unlock', ko: '잠금 해제' },
  8: { en: 'NetworkCleartext', ko: '네트워크 일반 텍스트' },
  9: { en: 'NewCredentials', ko: '새 자격 증명' },
  10: { en: 'RemoteInteractive', ko: '원격 대화형' },
  11: { en: 'CachedInteractive', ko: '캐시된 대화형' },
  12: { en: 'CachedRemoteInteractive', ko: '캐시된 원격 대화형' },
  13: { en: 'CachedUnlock', ko: '캐시된 잠금 해제' },
} as const;
export type LogonTypeName = (typeof LOGON_TYPES)[keyof typeof LOGON_TYPES];

/** The name of a LogonType, given as the event writes it (`'10'`) or as a number; undefined when Windows has no such type. */
export function logonType(type: string | number): LogonTypeName | undefined {
  const text = String(type).trim();
  return /^\d{1,2}$/.test(text) ? (LOGON_TYPES as Readonly<Record<number, LogonTypeName>>)[Number(text)] : undefined;
}
