import { en, type Words } from './en.ts';
import { enStory } from './en-story.ts';
import { ko } from './ko.ts';
import { koStory } from './ko-story.ts';
import type { StoryWords } from './story.ts';

export type Language = 'ko' | 'en';

const WORDS: Readonly<Record<Language, Words>> = { ko, en };

export function isLanguage(text: string): text is Language {
  return text === 'ko' || text === 'en';
}

export function wordsOf(language: Language): Words {
  return WORDS[language];
}

/** How stories are told in a language. */
export function storyWords(language: Language): StoryWords {
  return language === 'ko' ? koStory : enStory;
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
