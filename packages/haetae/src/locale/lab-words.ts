import { enLab, type LabWords } from './en-lab.ts';
import { koLab } from './ko-lab.ts';

/** What is said of the lab, for those who write in a language that is not the command line's. */
export const labWords: Readonly<Record<'ko' | 'en', LabWords>> = { ko: koLab, en: enLab };
