/** Level as the number Windows stores. */
const LEVELS: Readonly<Record<string, string>> = {
  critical: '1',
  위험: '1',
  重大: '1',
  error: '2',
  오류: '2',
  エラー: '2',
  warning: '3',
  경고: '3',
  警告: '3',
  information: '4',
  info: '4',
  logalways: '0',
  정보: '4',
  情報: '4',
  verbose: '5',
  successaudit: '0',
  failureaudit: '0',
  '자세한 정보': '5',
  자세히: '5',
  詳細: '5',
};

/** Standard keywords. Source: winmeta.xml of the Windows SDK. */
const KEYWORDS: Readonly<Record<string, string>> = {
  'audit success': '0x8020000000000000',
  '감사 성공': '0x8020000000000000',
  成功の監査: '0x8020000000000000',
  監査の成功: '0x8020000000000000',
  'audit failure': '0x8010000000000000',
  '감사 실패': '0x8010000000000000',
  失敗の監査: '0x8010000000000000',
  監査の失敗: '0x8010000000000000',
  classic: '0x80000000000000',
  클래식: '0x80000000000000',
  クラシック: '0x80000000000000',
};

/** Words compare without case and with single blanks. */
export const wordKey = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase();

function own(table: Readonly<Record<string, string>>, text: string): string | undefined {
  const key = wordKey(text);
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The number of a level's name; undefined for a word that names none. */
export const levelOf = (text: string): string | undefined => own(LEVELS, text);
/** The mask of a keyword's name, as `0x…`. */
export const keywordsOf = (text: string): string | undefined => own(KEYWORDS, text);

/** A record id as digits; 0 for any other text, a bigint beyond 2^53. */
export function recordIdOf(text: string): number | bigint {
  if (!/^\d{1,20}$/.test(text)) return 0;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
