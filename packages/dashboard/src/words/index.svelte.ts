import { type Lang, settings } from '../data/settings.svelte.ts';
import * as hunt from './hunt.ts';
import * as incidents from './incidents.ts';
import * as overview from './overview.ts';
import * as pages from './pages.ts';
import * as report from './report.ts';
import * as respond from './respond.ts';
import * as shell from './shell.ts';

const ko = {
  ...shell.ko,
  ...pages.ko,
  hunt: hunt.ko,
  overview: overview.ko,
  incidents: incidents.ko,
  triage: incidents.ko.triage,
  benign: incidents.ko.benign,
  report: report.ko,
  respond: respond.ko,
};
const en: typeof ko = {
  ...shell.en,
  ...pages.en,
  hunt: hunt.en,
  overview: overview.en,
  incidents: incidents.en,
  triage: incidents.en.triage,
  benign: incidents.en.benign,
  report: report.en,
  respond: respond.en,
};
export type Words = typeof ko;
const both: Readonly<Record<Lang, Words>> = { ko, en };

/** In the language chosen; read it where it is shown, so that it follows the choice. */
export const words = (): Words => both[settings.lang];
