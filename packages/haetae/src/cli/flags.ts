import type { CommandContext } from '@stricli/core';
import type { Console } from './console.ts';

export interface Context extends CommandContext {
  readonly console: Console;
}

/** Flags that every command has. */
export interface CommonFlags {
  readonly lang?: string;
  readonly timezone?: string;
  readonly output?: string;
  readonly password?: string;
  readonly receipt?: string;
}

export interface EvtxFlags {
  readonly carve: boolean;
  readonly checksums: boolean;
}

export interface ScanFlags extends CommonFlags, EvtxFlags {
  readonly rules?: readonly string[];
  readonly builtin: boolean;
  readonly detectors?: string;
  readonly minLevel?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: 'table' | 'csv' | 'json' | 'jsonl';
  readonly threads?: string;
  readonly failOn?: string;
}

export interface DumpFlags extends CommonFlags, EvtxFlags {
  readonly format: 'jsonl' | 'xml' | 'csv';
  readonly canonical: boolean;
}

export interface InfoFlags extends CommonFlags, EvtxFlags {
  readonly format: 'table' | 'json';
}
