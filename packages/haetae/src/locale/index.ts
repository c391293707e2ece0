export { type ChartWords, chartWords } from './charts.ts';
export { BOM, cell, row } from './csv.ts';
export type { Words } from './en.ts';
export type { CampaignWords } from './en-campaigns.ts';
export type { IncidentWords } from './en-incidents.ts';
export type { LabWords } from './en-lab.ts';
export type { ReportWords } from './en-report.ts';
export type { RespondWords } from './en-respond.ts';
export type { RuleWords } from './en-rules.ts';
export { incidentWords } from './incident-words.ts';
export { type Josa, josa, particle } from './josa.ts';
export { labWords } from './lab-words.ts';
export { isLanguage, type Language, storyWords, systemLanguage, wordsOf } from './language.ts';
export { codeSpan, fenced, plainMarkdown } from './markdown.ts';
export { KO_NOTICES } from './notices.ts';
export type { PhraseOp } from './phrases.ts';
export { reportWords } from './report-words.ts';
export { type StoreProblem, storeProblem } from './store-errors.ts';
export type { BlindWord, Clause, Phrase, StoryWords } from './story.ts';
export { cut, padEnd, printable, width, wrap } from './width.ts';
export {
  formatLocal,
  formatUtc,
  fromWall,
  offsetText,
  parseInstant,
  parseZone,
  systemZone,
  UTC,
  type Zone,
  zoneLabel,
} from './zone.ts';
