import type { CsvLanguage, EmitFormat, System } from '../scenario/index.ts';
import type { DetectingFlags } from './flags.ts';

export interface LabFlags {
  readonly lang?: string;
  readonly output?: string;
  readonly format: 'table' | 'json';
  /** Folder of Atomic Red Team. */
  readonly atomics?: string;
}

export interface LabCampaignFlags extends Pick<LabFlags, 'lang' | 'output' | 'format'> {
  /** File or folder of campaigns; the built-in ones otherwise. */
  readonly campaigns?: string;
}

export interface LabEmitFlags extends Pick<LabCampaignFlags, 'lang' | 'output' | 'campaigns'> {
  readonly format: EmitFormat;
  readonly csvLang: CsvLanguage;
  readonly seed?: string;
  readonly day?: string;
  readonly background?: string;
  readonly server?: string;
  readonly tokenFile?: string;
}

export interface LabListFlags extends LabFlags, LabCampaignFlags {
  readonly system?: System;
  readonly runnable?: boolean;
}

export interface LabShowFlags extends LabPlanFlags, LabCampaignFlags {}

export interface LabPlanFlags extends LabFlags {
  readonly system?: System;
  readonly input?: readonly string[];
}

export interface LabInitFlags {
  readonly lang?: string;
  readonly lab?: string;
  readonly days?: string;
}

export interface LabRunFlags extends LabFlags {
  readonly input?: readonly string[];
  readonly allow?: readonly string[];
  readonly prepare?: boolean;
  readonly seconds?: string;
  readonly lab?: string;
}

export interface LabScoreFlags extends DetectingFlags {
  readonly labels?: string;
  /** Record of a run. */
  readonly run?: string;
  readonly campaign?: string;
  readonly title?: string;
  readonly exercise?: boolean;
  readonly data?: string;
  readonly lab?: string;
  /** By the ending of --output where the user does not say; else a table. */
  readonly format?: 'table' | 'json' | 'layer' | 'pdf' | 'html' | 'md';
}

export interface LabCanaryFlags {
  readonly lang?: string;
  readonly data?: string;
  readonly once?: boolean;
  readonly every?: string;
  readonly within?: string;
  readonly webhook?: string;
}
