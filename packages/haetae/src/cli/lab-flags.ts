import type { System } from '../scenario/index.ts';

export interface LabFlags {
  readonly lang?: string;
  readonly output?: string;
  readonly format: 'table' | 'json';
  /** Folder of Atomic Red Team. */
  readonly atomics?: string;
}

export interface LabListFlags extends LabFlags {
  readonly system?: System;
  readonly runnable?: boolean;
}

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
