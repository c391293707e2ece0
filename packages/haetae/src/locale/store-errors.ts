import type { Language } from './language.ts';

/** What went wrong with what is stored, by the store's codes, in one sentence each; the detail follows it. */
const EN = {
  taken: 'there is one already',
  missing: 'there is none',
  conflict: 'somebody changed it since it was read; read it again',
  locked: 'another process has the data folder open',
  'newer-schema': 'a newer Haetae wrote this data folder; update Haetae',
  damaged: 'what is stored cannot be read',
  full: 'no space is left on the disk',
  invalid: 'this cannot be done as asked',
  cancelled: 'it was cancelled',
  timeout: 'it took too long and was ended; ask for a shorter time',
  unreachable: 'the database, or the bus, cannot be reached',
  closed: 'the server is ending',
} as const;

const KO: Readonly<Record<keyof typeof EN, string>> = {
  taken: '이미 있습니다',
  missing: '없습니다',
  conflict: '읽은 뒤 다른 사용자가 변경했습니다. 다시 읽어 주십시오',
  locked: '다른 프로세스가 데이터 폴더를 사용하고 있습니다',
  'newer-schema': '더 새로운 버전의 Haetae가 기록한 데이터 폴더입니다. Haetae를 업데이트하십시오',
  damaged: '저장된 데이터를 읽을 수 없습니다',
  full: '디스크 공간이 부족합니다',
  invalid: '요청한 대로 처리할 수 없습니다',
  cancelled: '취소되었습니다',
  timeout: '시간이 너무 오래 걸려 중단했습니다. 기간을 줄여 다시 요청하십시오',
  unreachable: '데이터베이스나 버스에 연결할 수 없습니다',
  closed: '서버가 종료되는 중입니다',
};

export type StoreProblem = keyof typeof EN;

/** The sentence and, where there is more to say, the detail as it was told. */
export function storeProblem(code: StoreProblem, detail: string, language: Language): string {
  const sentence = (language === 'ko' ? KO : EN)[code];
  return detail === '' ? sentence : `${sentence}: ${detail}`;
}
