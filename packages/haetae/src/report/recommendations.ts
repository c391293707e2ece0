import { current, technique } from '../attack/index.ts';
import { readerOf } from './case/read.ts';

/** What is advised against techniques, in both languages: our own words, kept as content (content/report/recommendations.json). */
export interface Advice {
  readonly techniques: ReadonlyMap<string, Localised>;
  readonly tactics: ReadonlyMap<string, Localised>;
}
interface Localised {
  readonly ko: readonly string[];
  readonly en: readonly string[];
}

export function readAdvice(text: string, file: string): Advice {
  const top = readerOf(text, file);
  top.only('techniques', 'tactics');
  const mapOf = (name: 'techniques' | 'tactics'): Map<string, Localised> => {
    const found = new Map<string, Localised>();
    for (const one of top.member(name)?.list() ?? []) {
      one.only('of', 'ko', 'en');
      const lines = (language: 'ko' | 'en'): string[] =>
        (one.member(language)?.list() ?? []).map((line) => line.text());
      for (const id of one.member('of')?.list() ?? []) found.set(id.text(), { ko: lines('ko'), en: lines('en') });
    }
    return found;
  };
  return { techniques: mapOf('techniques'), tactics: mapOf('tactics') };
}

/** By the technique itself, else the one it belongs to, else its first tactic that has any. */
export function adviceFor(advice: Advice, id: string, language: 'ko' | 'en'): readonly string[] {
  const now = current(id) ?? id;
  const known = technique(now);
  const found =
    advice.techniques.get(now) ??
    advice.techniques.get(now.split('.')[0]!) ??
    known?.tactics.map((tactic) => advice.tactics.get(tactic)).find((one) => one !== undefined);
  return found?.[language] ?? [];
}
