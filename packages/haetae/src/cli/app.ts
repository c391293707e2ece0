import {
  type Application,
  type ApplicationText,
  buildApplication,
  buildCommand,
  buildRouteMap,
  type FlagParametersForType,
} from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { anomalyFlags, baselineRoutes, explainRoute } from './anomaly-app.ts';
import { exceptionsRoutes } from './exceptions-app.ts';
import { optional, several, text } from './flag-parts.ts';
import type {
  CommonFlags,
  Context,
  DetectingFlags,
  DumpFlags,
  EvtxFlags,
  IncidentFlags,
  InfoFlags,
  ReadyFlags,
  ScanFlags,
} from './flags.ts';
import { labRoutes } from './lab-app.ts';
import { notifyRoutes } from './notify-app.ts';
import { reportRoute } from './report-app.ts';
import { respondRoutes } from './respond-app.ts';
import { rulesRoutes } from './rules-app.ts';
import { serveRoute, tokenRoutes } from './serve-app.ts';
import { keepingRoutes } from './store-app.ts';
import { storedRoutes } from './stored-app.ts';
import type { SysmonConfigFlags } from './sysmon-config.ts';
import { applicationText } from './text.ts';
import { EXIT, UsageError } from './usage.ts';

/** The command line in one language. Commands are loaded when they are called, so that `--help` costs nothing else. */
export function application(words: Words, version: string): Application<Context> {
  const { flags: brief, commands } = words;
  const common: FlagParametersForType<CommonFlags, Context> = {
    lang: optional(brief.lang, 'ko|en'),
    timezone: optional(brief.timezone, 'zone'),
    output: optional(brief.output, 'file'),
    password: optional(brief.password, 'text'),
    receipt: optional(brief.receipt, 'file'),
  };
  const evtx: FlagParametersForType<EvtxFlags, Context> = {
    carve: { kind: 'boolean', brief: brief.carve, default: false },
    checksums: { kind: 'boolean', brief: brief.checksums, default: false },
  };
  const positional = {
    kind: 'array',
    parameter: { brief: commands.paths, parse: text, placeholder: 'path' },
  } as const;
  const detecting: FlagParametersForType<DetectingFlags, Context> = {
    rules: several(brief.rules, 'path'),
    builtin: { kind: 'boolean', brief: brief.builtin, default: true },
    exceptions: several(brief.exceptions, 'path'),
    detectors: optional(brief.detectors, 'names'),
    ...anomalyFlags(words),
    strictSigma: { kind: 'boolean', brief: brief.strictSigma, default: false },
    pipeline: several(brief.pipeline, 'file'),
    cache: { kind: 'boolean', brief: brief.cache, default: true },
    minLevel: optional(brief.minLevel, 'level'),
    from: optional(brief.from, 'time'),
    to: optional(brief.to, 'time'),
    threads: optional(brief.threads, 'n'),
    ...common,
    ...evtx,
  };
  const scan = buildCommand<ScanFlags, string[], Context>({
    loader: async () => (await import('./scan.ts')).scanCommand,
    parameters: {
      flags: {
        by: { kind: 'enum', values: ['incident', 'finding'], brief: brief.by, optional: true },
        budget: optional(words.incidents.flags.budget, 'n'),
        assets: optional(words.incidents.flags.assets, 'file'),
        format: { kind: 'enum', values: ['table', 'csv', 'json', 'jsonl'], brief: brief.scanFormat, optional: true },
        failOn: optional(brief.failOn, 'level'),
        open: { kind: 'boolean', brief: words.open.flag, optional: true, withNegated: false },
        ...detecting,
      },
      positional,
      aliases: { o: 'output', r: 'rules' },
    },
    docs: { brief: commands.scan.brief, fullDescription: commands.scan.full },
  });
  const incident = buildCommand<IncidentFlags, string[], Context>({
    loader: async () => (await import('./incident.ts')).incidentCommand,
    parameters: {
      flags: {
        id: optional(words.incidents.flags.id, 'id'),
        format: {
          kind: 'enum',
          values: ['table', 'json', 'md'],
          brief: words.incidents.flags.format,
          default: 'table',
        },
        budget: optional(words.incidents.flags.budget, 'n'),
        assets: optional(words.incidents.flags.assets, 'file'),
        ...detecting,
      },
      positional,
      aliases: { o: 'output', r: 'rules' },
    },
    docs: { brief: words.incidents.command.brief, fullDescription: words.incidents.command.full },
  });
  const dump = buildCommand<DumpFlags, string[], Context>({
    loader: async () => (await import('./dump.ts')).dumpCommand,
    parameters: {
      flags: {
        format: { kind: 'enum', values: ['jsonl', 'xml', 'csv'], brief: brief.dumpFormat, default: 'jsonl' },
        canonical: { kind: 'boolean', brief: brief.canonical, default: false },
        ...common,
        ...evtx,
      },
      positional,
      aliases: { o: 'output' },
    },
    docs: { brief: commands.dump.brief, fullDescription: commands.dump.full },
  });
  const info = buildCommand<InfoFlags, string[], Context>({
    loader: async () => (await import('./info.ts')).infoCommand,
    parameters: {
      flags: {
        format: { kind: 'enum', values: ['table', 'json'], brief: brief.infoFormat, default: 'table' },
        ...common,
        ...evtx,
      },
      positional,
      aliases: { o: 'output' },
    },
    docs: { brief: commands.info.brief, fullDescription: commands.info.full },
  });
  const ready = buildCommand<ReadyFlags, string[], Context>({
    loader: async () => (await import('./ready.ts')).readyCommand,
    parameters: {
      flags: {
        sysmonConfig: optional(words.hosts.ready.flag, 'file'),
        rules: { kind: 'parsed', parse: text, brief: brief.rules, placeholder: 'path', variadic: true, optional: true },
        builtin: { kind: 'boolean', brief: brief.builtin, default: true },
        format: { kind: 'enum', values: ['table', 'json'], brief: brief.infoFormat, default: 'table' },
        ...common,
        ...evtx,
      },
      positional,
      aliases: { o: 'output', r: 'rules' },
    },
    docs: { brief: words.ruleTools.commands.ready.brief, fullDescription: words.ruleTools.commands.ready.full },
  });
  const sysmonConfig = buildCommand<SysmonConfigFlags, [], Context>({
    loader: async () => (await import('./sysmon-config.ts')).sysmonConfigCommand,
    parameters: {
      flags: {
        profile: {
          kind: 'enum',
          values: ['lab', 'workstation', 'server'],
          brief: words.hosts.sysmonConfig.profile,
          default: 'workstation',
        },
        lang: common.lang,
        output: common.output,
      },
      positional: { kind: 'tuple', parameters: [] },
      aliases: { o: 'output' },
    },
    docs: { brief: words.hosts.sysmonConfig.brief, fullDescription: words.hosts.sysmonConfig.full },
  });
  const agent = buildCommand<{ readonly lang?: string }, string[], Context>({
    loader: async () => {
      const { runAgentCommand } = await import('./agent.ts');
      return async function (this: Context, _flags, ...argv) {
        this.console.exit(await runAgentCommand(argv));
      };
    },
    parameters: { flags: { lang: common.lang }, positional },
    docs: { brief: words.hosts.agent.brief, fullDescription: words.hosts.agent.full },
  });
  const root = buildRouteMap({
    routes: {
      scan,
      incident,
      report: reportRoute(words, detecting),
      explain: explainRoute(words, { ...common, ...evtx }),
      baseline: baselineRoutes(words, { ...common, ...evtx }),
      exceptions: exceptionsRoutes(words, detecting),
      respond: respondRoutes(words, detecting),
      notify: notifyRoutes(words),
      rules: rulesRoutes(words, { ...common, ...evtx }),
      lab: labRoutes(words, detecting),
      ready,
      sysmonConfig,
      agent,
      serve: serveRoute(words),
      token: tokenRoutes(words),
      dump,
      info,
      ...storedRoutes(words),
      ...keepingRoutes(words),
    },
    docs: { brief: words.app.brief, fullDescription: words.app.full },
  });
  const localised: ApplicationText = applicationText(words);
  return buildApplication<Context>(root, {
    name: 'haetae',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab', useAliasInUsageLine: false, onlyRequiredInUsageLine: true },
    localization: { defaultLocale: words.lang, loadText: () => localised },
    determineExitCode: (error) => (error instanceof UsageError ? EXIT.usage : EXIT.internal),
  });
}
