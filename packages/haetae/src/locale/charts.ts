import type { Language } from './language.ts';

const some = (n: number, thing: string): string => `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`;
const num = (n: number): string => n.toLocaleString('en-US');

const en = {
  empty: 'Nothing to show in this time',
  overTime: {
    title: 'Findings over time',
    unit: 'findings',
    text: (total: number, from: string, to: string, most: number, when: string) =>
      `${some(total, 'finding')} from ${from} to ${to}; most at ${when} (${num(most)}).`,
  },
  waterfall: {
    title: 'What the risk is made of',
    unit: 'points',
    total: 'Risk',
    text: (risk: number, parts: readonly string[]) => `Risk ${risk} of 100: ${parts.join(', ')}.`,
  },
  timeline: {
    title: 'Timeline of what was found',
    unit: 'time',
    text: (marks: number, hosts: number, from: string, to: string) =>
      `${some(marks, 'event')} on ${some(hosts, 'host')} from ${from} to ${to}.`,
  },
  distribution: {
    title: 'Distribution of scores',
    unit: 'events',
    text: (total: number, above: number, threshold: string) =>
      `${some(total, 'event')}; ${num(above)} at or above the threshold ${threshold}.`,
  },
  scatter: {
    title: 'Two features against each other',
    unit: 'events',
    text: (points: number, x: string, y: string) => `${some(points, 'event')} by ${x} and ${y}.`,
  },
};

export type ChartWords = typeof en;

const ko: ChartWords = {
  empty: '이 기간에는 표시할 내용이 없습니다',
  overTime: {
    title: '시간대별 탐지',
    unit: '건',
    text: (total, from, to, most, when) =>
      `${from}부터 ${to}까지 탐지 ${num(total)}건. 가장 많은 때는 ${when}(${num(most)}건)입니다.`,
  },
  waterfall: {
    title: '위험도 구성',
    unit: '점',
    total: '위험도',
    text: (risk, parts) => `위험도 100점 중 ${risk}점: ${parts.join(', ')}.`,
  },
  timeline: {
    title: '탐지 타임라인',
    unit: '시각',
    text: (marks, hosts, from, to) => `${from}부터 ${to}까지 호스트 ${num(hosts)}대의 이벤트 ${num(marks)}건.`,
  },
  distribution: {
    title: '점수 분포',
    unit: '건',
    text: (total, above, threshold) => `이벤트 ${num(total)}건 중 임계값 ${threshold} 이상 ${num(above)}건.`,
  },
  scatter: {
    title: '두 특징의 산점도',
    unit: '건',
    text: (points, x, y) => `${x}·${y} 기준 이벤트 ${num(points)}건.`,
  },
};

/** What is said on and of charts. */
export const chartWords = (language: Language): ChartWords => (language === 'ko' ? ko : en);
