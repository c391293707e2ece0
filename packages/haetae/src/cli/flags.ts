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

/** Flags of every command that runs detectors over logs. */
export interface DetectingFlags extends CommonFlags, EvtxFlags, AnomalyFlags {
  readonly rules?: readonly string[];
  readonly builtin: boolean;
  readonly exceptions?: readonly string[];
  readonly detectors?: string;
  readonly strictSigma: boolean;
  readonly pipeline?: readonly string[];
  readonly cache: boolean;
  readonly minLevel?: string;
  readonly from?: string;
  readonly to?: string;
  readonly threads?: string;
}

export interface ScanFlags extends DetectingFlags {
  /** Incidents for a table, findings for all else, where the user does not say. */
  readonly by?: 'finding' | 'incident';
  readonly budget?: string;
  readonly assets?: string;
  /** By the ending of --output where the user does not say; else a table. */
  readonly format?: 'table' | 'csv' | 'json' | 'jsonl';
  readonly failOn?: string;
  readonly open?: boolean;
}

export interface IncidentFlags extends DetectingFlags {
  readonly id?: string;
  readonly budget?: string;
  readonly assets?: string;
  readonly format: 'table' | 'json' | 'md';
}

/** `lang` may be `both`; `from` and `to` choose incidents where no logs are given. */
export interface ReportFlags extends DetectingFlags {
  readonly incident?: string;
  readonly assets?: string;
  readonly data?: string;
  readonly format?: 'pdf' | 'html' | 'md';
  readonly template: 'executive' | 'analyst' | 'kisa';
  readonly case?: string;
  readonly record?: string;
  readonly aware?: string;
  readonly awareBy?: string;
  readonly awareReason?: string;
  readonly stage?: 'first' | 'supplement';
  readonly date?: string;
  readonly full?: string;
}

export interface DumpFlags extends CommonFlags, EvtxFlags {
  readonly format: 'jsonl' | 'xml' | 'csv';
  readonly canonical: boolean;
}

export interface InfoFlags extends CommonFlags, EvtxFlags {
  readonly format: 'table' | 'json';
}

/** Flags of the commands about rules that read no logs. */
export interface RulesFlags {
  readonly lang?: string;
  readonly output?: string;
  readonly rules?: readonly string[];
  readonly builtin: boolean;
  readonly format: 'table' | 'json';
}

export interface RulesListFlags extends RulesFlags {
  readonly level?: string;
  readonly tactic?: string;
  readonly technique?: string;
  readonly search?: string;
}

export interface RulesCoverageFlags extends RulesFlags {
  readonly attack: '19' | '18';
  readonly score: 'count' | 'weight';
}

export interface RulesCheckFlags extends Pick<RulesFlags, 'lang' | 'output'> {
  readonly format: 'table' | 'json' | 'sarif';
  readonly fix: boolean;
  readonly skip?: string;
  readonly minSeverity: 'error' | 'warning' | 'info';
  readonly failOn: 'error' | 'warning';
}

export interface RulesPullFlags extends Pick<RulesFlags, 'lang' | 'output' | 'format'> {
  readonly into?: string;
  readonly pin?: string;
  readonly folder?: readonly string[];
  readonly dryRun: boolean;
  readonly force: boolean;
}

/** Flags of the commands that read logs with rules. */
export interface RulesOnLogsFlags extends CommonFlags, EvtxFlags, Pick<RulesFlags, 'rules' | 'builtin' | 'format'> {}

export interface ReadyFlags extends RulesOnLogsFlags {
  /** In place of logs. */
  readonly sysmonConfig?: string;
}

export interface RulesExplainFlags extends RulesOnLogsFlags {
  readonly record?: string;
  readonly line?: string;
  readonly top?: string;
}

export interface RulesBenchFlags extends RulesOnLogsFlags {
  readonly top?: string;
}

export interface ExceptionsProposeFlags extends DetectingFlags {
  readonly id?: string;
  readonly rule?: string;
  readonly record?: string;
  readonly line?: string;
  readonly file?: string;
  readonly owner?: string;
  readonly reason?: string;
  readonly expires?: string;
  readonly title?: string;
  readonly knownBad?: readonly string[];
}

export interface ExceptionsListFlags extends Pick<CommonFlags, 'lang' | 'output'> {
  readonly exceptions?: readonly string[];
  readonly format: 'table' | 'json';
}

export interface ExceptionsCheckFlags extends DetectingFlags {
  readonly knownBad?: readonly string[];
  readonly format: 'table' | 'json';
}

export interface ExceptionsReviewFlags extends DetectingFlags {
  readonly format: 'table' | 'json';
}

/** Flags of every command that scores. */
export interface AnomalyFlags {
  readonly profile?: 'default' | 'seed';
  readonly baseline?: string;
}

/** Flags of the commands that read logs to score them and nothing else. */
export interface BaselineReadFlags extends CommonFlags, EvtxFlags {
  readonly from?: string;
  readonly to?: string;
  readonly threads?: string;
}

export interface ExplainFlags extends BaselineReadFlags, AnomalyFlags {
  readonly record?: string;
  readonly line?: string;
  readonly format: 'table' | 'json';
}

export interface BaselineLearnFlags extends BaselineReadFlags {
  readonly refresh?: string;
}

export interface BaselineShowFlags extends Pick<CommonFlags, 'lang' | 'output' | 'timezone'> {
  readonly format: 'table' | 'json';
}

export interface BaselineApplyFlags extends BaselineReadFlags {
  readonly format: 'table' | 'jsonl';
}

/** All of them may stand in the file of `config` too. */
export interface ServeFlags {
  readonly notify?: string;
  readonly demo?: boolean;
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly rules?: readonly string[];
  readonly builtin?: boolean;
  readonly exceptions?: readonly string[];
  readonly minLevel?: string;
  readonly strictSigma?: boolean;
  readonly baseline?: string;
  readonly lateness?: string;
  readonly syslogTcp?: readonly string[];
  readonly syslogTls?: readonly string[];
  readonly syslogUdp?: readonly string[];
  readonly syslogFrom?: readonly string[];
  readonly watch?: readonly string[];
  readonly source?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly oidc?: string;
  readonly keepDays?: string;
  readonly keepGb?: string;
  readonly report?: string;
  readonly agentConfig?: string;
  readonly respondKey?: string;
  readonly respondAutomatic?: boolean;
  readonly playbooks?: readonly string[];
  readonly builtinPlaybooks?: boolean;
  readonly never?: string;
  readonly domainExecutor?: readonly string[];
  readonly store?: string;
  readonly role?: readonly string[];
  readonly bus?: string;
  readonly opensearch?: string;
  readonly cache?: boolean;
  readonly config?: string;
  readonly verbose?: boolean;
  readonly timezone?: string;
  readonly lang?: string;
}

export interface TokenFlags {
  readonly data?: string;
  readonly lang?: string;
}

export interface TokenListFlags extends TokenFlags {
  readonly format: 'table' | 'json';
}

export interface TokenCreateFlags extends TokenListFlags {
  readonly kind: 'ingest' | 'enrol' | 'api';
  readonly role?: 'viewer' | 'analyst' | 'responder' | 'admin';
  readonly scope?: readonly ('elastic' | 'hec' | 'otlp' | 'ndjson' | 'syslog')[];
  readonly host?: readonly string[];
  readonly network?: readonly string[];
  readonly expires?: string;
  readonly uses?: string;
}

/** Flags of the commands that ask what is stored. */
export interface StoredFlags extends Pick<CommonFlags, 'lang' | 'timezone' | 'output'> {
  readonly from?: string;
  readonly to?: string;
  readonly data?: string;
  readonly format?: 'table' | 'csv' | 'json' | 'jsonl';
}
export interface SearchFlags extends StoredFlags {
  readonly host?: string;
  readonly user?: string;
  readonly channel?: string;
  readonly eventId?: readonly string[];
  readonly field?: readonly string[];
  readonly limit?: string;
  readonly oldest: boolean;
}
export interface StoreFlags extends Pick<CommonFlags, 'lang'> {
  readonly data?: string;
}
export interface StoreStatusFlags extends StoreFlags {
  readonly format: 'table' | 'json';
}
export interface StoreRestoreFlags extends StoreFlags {
  readonly store?: string;
}
export interface StoreExportFlags extends Pick<StoredFlags, 'from' | 'to' | 'timezone' | 'lang' | 'data'> {
  readonly host?: string;
}
export interface AuditVerifyFlags extends StoreStatusFlags {
  readonly head?: string;
}
export interface AuditListFlags extends StoreStatusFlags, Pick<CommonFlags, 'timezone'> {
  readonly limit?: string;
}
export interface HuntFlags extends StoredFlags {
  readonly rule: string;
}
export interface RescanFlags extends StoredFlags {
  readonly id?: readonly string[];
  readonly rules?: readonly string[];
  readonly builtin: boolean;
}

export interface RespondPlanFlags extends DetectingFlags {
  readonly action?: readonly string[];
  readonly playbooks?: readonly string[];
  readonly builtinPlaybooks: boolean;
  readonly server?: string;
  readonly host?: string;
  readonly minutes?: string;
  readonly never?: string;
  readonly domainExecutor?: readonly string[];
  readonly system?: 'windows' | 'linux';
  readonly data?: string;
  readonly assets?: string;
  readonly format: 'table' | 'json';
}
export interface RespondLintFlags extends Pick<CommonFlags, 'lang' | 'output'> {
  readonly format: 'table' | 'json';
}

export interface NotifyLintFlags extends Pick<CommonFlags, 'lang' | 'output'> {
  readonly data?: string;
  readonly format: 'table' | 'json';
}
export interface NotifyTestFlags {
  readonly file?: string;
  readonly data?: string;
  readonly lang?: string;
}
