import { en, type Words } from './en.ts';
import { ko } from './ko.ts';

export type Language = 'ko' | 'en';

const WORDS: Readonly<Record<Language, Words>> = { ko, en };

export function isLanguage(text: string): text is Language {
  return text === 'ko' || text === 'en';
}

export function wordsOf(language: Language): Words {
  return WORDS[language];
}

/**
 * The language of a system: the POSIX variables in their order of precedence, else what the runtime says (on Windows the
 * user's display language).
 */
export function systemLanguage(env: Readonly<Record<string, string | undefined>>, runtimeLocale: string): Language {
  const stated = env.LC_ALL || env.LC_MESSAGES || env.LANG;
  const locale = stated === undefined || stated === '' || /^(C|POSIX)(\.|$)/.test(stated) ? runtimeLocale : stated;
  return /^ko\b|^ko[_-]/i.test(locale) ? 'ko' : 'en';
}
