import { settings as chosen, type Lang } from '../data/settings.svelte.ts';
import * as anomalies from './anomalies.ts';
import * as attack from './attack.ts';
import * as hosts from './hosts.ts';
import * as hunt from './hunt.ts';
import * as incidents from './incidents.ts';
import * as lab from './lab.ts';
import * as overview from './overview.ts';
import * as report from './report.ts';
import * as respond from './respond.ts';
import * as rules from './rules.ts';
import * as settings from './settings.ts';
import * as shell from './shell.ts';
import * as upload from './upload.ts';

const ko = {
  ...shell.ko,
  lab: lab.ko,
  overview: overview.ko,
  incidents: incidents.ko,
  triage: incidents.ko.triage,
  benign: incidents.ko.benign,
  report: report.ko,
  respond: respond.ko,
  hunt: hunt.ko,
  anomalies: anomalies.ko,
  attack: attack.ko,
  rules: rules.ko,
  hosts: hosts.ko,
  upload: upload.ko,
  settings: settings.ko,
};
const en: typeof ko = {
  ...shell.en,
  lab: lab.en,
  overview: overview.en,
  incidents: incidents.en,
  triage: incidents.en.triage,
  benign: incidents.en.benign,
  report: report.en,
  respond: respond.en,
  hunt: hunt.en,
  anomalies: anomalies.en,
  attack: attack.en,
  rules: rules.en,
  hosts: hosts.en,
  upload: upload.en,
  settings: settings.en,
};
export type Words = typeof ko;
const both: Readonly<Record<Lang, Words>> = { ko, en };

/** In the language chosen; read it where it is shown, so that it follows the choice. */
export const words = (): Words => both[chosen.lang];
