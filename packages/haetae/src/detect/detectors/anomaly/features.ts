import type { Localised } from '../../unusual.ts';
import type { Feature } from './family.ts';

/** Short ways to write the table of features: what families have in common is said once. */

const of = (en: string, ko: string): Localised => ({ en, ko });

export function rarity(
  id: string,
  keys: readonly string[],
  en: string,
  ko: string,
  reason: string,
  on: 'host' | 'fleet' = 'fleet',
): Feature {
  return { kind: 'rarity', id, of: keys, on, name: of(en, ko), unit: 'bits', reason };
}

export function number(
  id: string,
  source: readonly string[],
  en: string,
  ko: string,
  unit: string,
  reason: string,
  { log = false, most }: { readonly log?: boolean; readonly most?: number } = {},
): Feature {
  return {
    kind: 'number',
    id,
    source,
    name: of(en, ko),
    unit,
    reason,
    ...(log && { log }),
    ...(most !== undefined && { most }),
  };
}

/** 0 or 1. */
export const flag = (id: string, source: readonly string[], en: string, ko: string, reason: string): Feature =>
  number(id, source, en, ko, '', reason, { most: 1 });

export const writable = (
  source: readonly string[],
  en = 'program in a user-writable folder',
  ko = '사용자 쓰기 가능 폴더의 프로그램',
): Feature =>
  flag(
    'writable',
    source,
    en,
    ko,
    'Installed programs lie where users cannot write; dropped ones mostly lie where they can.',
  );

/** The program that acts, where the object of the event has a folder of its own. */
export const imageWritable = (source: readonly string[]): Feature =>
  flag(
    'imageWritable',
    source,
    'program in a user-writable folder',
    '사용자 쓰기 가능 폴더의 프로그램',
    'Dropped programs mostly lie where users can write.',
  );

export const masquerade = (source: readonly string[]): Feature =>
  number(
    'masquerade',
    source,
    'likeness to a Windows program',
    'Windows 프로그램 사칭 정도',
    '',
    'A Windows name outside its folder (4), or a name one (3) or two (2) edits from one, wants to be taken for it.',
    { most: 4 },
  );

export const hour: Feature = rarity(
  'hour',
  ['hour'],
  'rarity of the hour',
  '발생 시간대 희소성',
  'People and schedules keep hours; intruders keep their own. Working days and weekends are told apart.',
  'host',
);

export const imageRarity = (en = 'program rarity', ko = '프로그램 희소성'): Feature =>
  rarity('image', ['image'], en, ko, 'A tool that was brought along is new here.');

export const pathRarity: Feature = rarity(
  'path',
  ['path'],
  'program path rarity',
  '프로그램 경로 희소성',
  'A known name at a new place is new.',
);

export const imageOnHost: Feature = rarity(
  'imageOnHost',
  ['image'],
  'program rarity on this host',
  '이 호스트에서의 프로그램 희소성',
  'What is common elsewhere may still be new on this host.',
  'host',
);

export const hosts = (key: string, en: string, ko: string): Feature => ({
  kind: 'hosts',
  id: 'hosts',
  of: key,
  name: of(en, ko),
  unit: '',
  reason: 'Software that is managed is on many hosts; an intruder’s tool is on few.',
});

export const pace = (per: string, en: string, ko: string, reason: string): Feature => ({
  kind: 'pace',
  id: 'pace',
  per,
  name: of(en, ko),
  unit: 'a minute',
  reason,
});

export const variety = (id: string, key: string, per: string, en: string, ko: string, reason: string): Feature => ({
  kind: 'variety',
  id,
  of: key,
  per,
  name: of(en, ko),
  unit: '',
  reason,
});

export const words = (source: readonly string[]): Feature => ({
  kind: 'words',
  id: 'words',
  source,
  name: of('rarity of its words', '희귀 토큰 정도'),
  unit: 'bits',
  reason: 'Options, names and functions that nothing else here uses.',
});

/** The five measures of a text; written by {@link writeMeasures} in this order. */
export const MEASURES = ['length', 'entropy', 'symbols', 'digits'] as const;

export const measures = (source: readonly string[], en: string, ko: string): readonly Feature[] => [
  number('length', source, `${en} length`, `${ko} 길이`, 'characters', 'Encoded and generated text is long.', {
    log: true,
  }),
  number(
    'entropy',
    source,
    `${en} entropy`,
    `${ko} 엔트로피`,
    'bits a character',
    'Encoded text uses its alphabet evenly; ordinary text does not.',
  ),
  number(
    'symbols',
    source,
    `${en} symbol share`,
    `${ko} 특수문자 비율`,
    '%',
    'Obfuscation works with quotes, carets, ticks and brackets.',
  ),
  number(
    'digits',
    source,
    `${en} digit share`,
    `${ko} 숫자 비율`,
    '%',
    'Character codes and encoded bytes are digits.',
  ),
];
