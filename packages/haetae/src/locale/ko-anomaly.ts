import type { AnomalyWords } from './en-anomaly.ts';

export const koAnomaly: AnomalyWords = {
  title: (family, because) => `비정상 ${family}${because === '' ? '' : `: ${because}`}`,
  score: (score, p, among) => `점수 ${score}, 이벤트 ${among}건 중 p = ${p}`,
  equal: (n) => `동일 이벤트 ${n}건`,
  ordinaryIf: (what) => `${what}이면 정상 범위`,
  untold: '값 없음',
  units: {
    bits: '비트',
    characters: '자',
    'bits a character': '비트/자',
    '%': '%',
    hour: '시',
    seconds: '초',
    'a minute': '건/분',
    hosts: '대',
  },
};
