import type { ExceptionWords } from './en-exceptions.ts';

export const koExceptions: ExceptionWords = {
  noPath: (path) => `--exceptions ${path}: 그런 파일이나 폴더가 없습니다.`,
  keys: { owner: 'owner(담당자)', reason: 'reason(사유)', expires: 'expires(만료일, 예: 2026-12-31)' },
  hid: (n, inForce) => `예외로 숨긴 탐지 ${n}건 (유효한 예외 ${inForce}개)`,
  hidNothing: (inForce) => `예외: 유효 ${inForce}개, 숨긴 탐지 없음`,
  hidBy: (title, n, owner, expires) => `${title}: ${n}건 (담당 ${owner}, ${expires}까지)`,
  withheld: (n) => `상관 규칙에서 제외한 일치 ${n}건`,
  notInForce: (n) => `효력이 없는 예외 ${n}개`,
  expired: (day, owner) => `${day}에 만료됨, 담당 ${owner}`,
  lacks: (keys) => `haetae:에 빠진 항목: ${keys}`,
  problems: (n) => `오류가 있는 예외 파일 ${n}개`,
};
