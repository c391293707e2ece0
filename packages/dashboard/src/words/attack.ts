import { count, some } from './number.ts';

export const en = {
  title: 'ATT&CK',
  seen: 'Seen',
  could: 'Could be seen',
  blind: 'Blind',
  seenNote: 'findings name it',
  couldNote: 'a rule that is on looks for it',
  blindNote: 'no rule looks for it',
  names: 'Names',
  onlySeen: 'Only what was seen',
  export: 'Navigator layer',
  import: 'Compare a layer',
  compared: (n: number, blind: number) =>
    `${some(n, 'technique')} of the layer are outlined, ${count(blind)} of them blind.`,
  badLayer: 'This is no Navigator layer.',
  findings: (n: number) => some(n, 'finding'),
  rules: 'Rules that look for it',
  rulesNone: 'No rule looks for it.',
  open: 'At MITRE',
  find: 'Its findings',
  was: (id: string) => `v18: ${id}`,
  counts: (seen: number, could: number, blind: number) =>
    `${count(seen)} seen · ${count(could)} could be seen · ${count(blind)} blind`,
};
export type Words = typeof en;
export const ko: Words = {
  title: 'ATT&CK',
  seen: '확인됨',
  could: '탐지 가능',
  blind: '사각지대',
  seenNote: '탐지된 기법',
  couldNote: '사용 중인 규칙이 살피는 기법',
  blindNote: '살피는 규칙이 없는 기법',
  names: '표기',
  onlySeen: '확인된 것만',
  export: 'Navigator 레이어 내보내기',
  import: '레이어와 비교',
  compared: (n, blind) => `레이어의 기법 ${count(n)}개를 테두리로 표시했습니다(사각지대 ${count(blind)}개).`,
  badLayer: 'Navigator 레이어 파일이 아닙니다.',
  findings: (n) => `탐지 ${count(n)}건`,
  rules: '살피는 규칙',
  rulesNone: '살피는 규칙이 없습니다.',
  open: 'MITRE 문서',
  find: '탐지 보기',
  was: (id) => `v18: ${id}`,
  counts: (seen, could, blind) => `확인됨 ${count(seen)} · 탐지 가능 ${count(could)} · 사각지대 ${count(blind)}`,
};
