import { enReport, type ReportWords } from './en-report.ts';
import { koReport } from './ko-report.ts';
import type { Language } from './language.ts';

/** What reports say in a language. */
export const reportWords = (language: Language): ReportWords => (language === 'ko' ? koReport : enReport);
