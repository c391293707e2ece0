import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, several, text } from './flag-parts.ts';
import type {
  CommonFlags,
  Context,
  EvtxFlags,
  RulesBenchFlags,
  RulesCheckFlags,
  RulesCoverageFlags,
  RulesExplainFlags,
  RulesFlags,
  RulesListFlags,
  RulesOnLogsFlags,
  RulesPullFlags,
} from './flags.ts';

/** `reading`: the flags of every command that reads logs. `haetae rules …`: a route map of its own, each command loaded when it is called. */
export function rulesRoutes(
  words: Words,
  reading: FlagParametersForType<CommonFlags, Context> & FlagParametersForType<EvtxFlags, Context>,
) {
  const { flags: brief, ruleTools } = words;
  const { commands, flags: own } = ruleTools;
  const format = { kind: 'enum', values: ['table', 'json'], brief: own.format, default: 'table' } as const;
  const output = { lang: optional(brief.lang, 'ko|en'), output: optional(brief.output, 'file') };
  const packs: FlagParametersForType<RulesFlags, Context> = {
    rules: several(brief.rules, 'path'),
    builtin: { kind: 'boolean', brief: brief.builtin, default: true },
    format,
    ...output,
  };
  const aliases = { o: 'output', r: 'rules' } as const;
  const one = (about: string, placeholder: string) =>
    ({ kind: 'tuple', parameters: [{ brief: about, parse: text, placeholder }] }) as const;

  const paths = (about: string) =>
    ({ kind: 'array', parameter: { brief: about, parse: text, placeholder: 'path' } }) as const;

  const list = buildCommand<RulesListFlags, [], Context>({
    loader: async () => (await import('./rules-list.ts')).listCommand,
    parameters: {
      flags: {
        level: optional(own.level, 'levels'),
        tactic: optional(own.tactic, 'tactic'),
        technique: optional(own.technique, 'id'),
        search: optional(own.search, 'words'),
        ...packs,
      },
      positional: none,
      aliases,
    },
    docs: { brief: commands.list.brief, fullDescription: commands.list.full },
  });
  const show = buildCommand<RulesFlags, [string], Context>({
    loader: async () => (await import('./rules-show.ts')).showCommand,
    parameters: { flags: packs, positional: one(commands.show.positional, 'rule'), aliases },
    docs: { brief: commands.show.brief, fullDescription: commands.show.full },
  });
  const coverage = buildCommand<RulesCoverageFlags, [], Context>({
    loader: async () => (await import('./rules-coverage.ts')).coverageCommand,
    parameters: {
      flags: {
        attack: { kind: 'enum', values: ['19', '18'], brief: own.attack, default: '19' },
        score: { kind: 'enum', values: ['count', 'weight'], brief: own.score, default: 'count' },
        ...packs,
      },
      positional: none,
      aliases,
    },
    docs: { brief: commands.coverage.brief, fullDescription: commands.coverage.full },
  });
  const pull = buildCommand<RulesPullFlags, [string], Context>({
    loader: async () => (await import('./rules-pull.ts')).pullCommand,
    parameters: {
      flags: {
        into: optional(own.into, 'dir'),
        pin: optional(own.pin, 'id'),
        folder: several(own.folder, 'dir'),
        dryRun: { kind: 'boolean', brief: own.dryRun, default: false },
        force: { kind: 'boolean', brief: own.force, default: false },
        format,
        ...output,
      },
      positional: one(commands.pull.positional, 'source'),
      aliases: { o: 'output' },
    },
    docs: { brief: commands.pull.brief, fullDescription: commands.pull.full },
  });
  const onLogs: FlagParametersForType<RulesOnLogsFlags, Context> = {
    rules: packs.rules,
    builtin: packs.builtin,
    format,
    ...reading,
  };
  const explain = buildCommand<RulesExplainFlags, string[], Context>({
    loader: async () => (await import('./rules-explain.ts')).explainCommand,
    parameters: {
      flags: {
        record: optional(own.record, 'n'),
        line: optional(own.line, 'n'),
        top: optional(own.top, 'n'),
        ...onLogs,
      },
      positional: {
        kind: 'array',
        parameter: { brief: commands.explain.positional, parse: text, placeholder: 'rule> <path' },
      },
      aliases,
    },
    docs: { brief: commands.explain.brief, fullDescription: commands.explain.full },
  });
  const bench = buildCommand<RulesBenchFlags, string[], Context>({
    loader: async () => (await import('./rules-bench.ts')).benchCommand,
    parameters: {
      flags: { top: optional(own.top, 'n'), ...onLogs },
      positional: paths(words.commands.paths),
      aliases,
    },
    docs: { brief: commands.bench.brief, fullDescription: commands.bench.full },
  });
  const check = buildCommand<RulesCheckFlags, string[], Context>({
    loader: async () => (await import('./rules-check.ts')).checkCommand,
    parameters: {
      flags: {
        format: { kind: 'enum', values: ['table', 'json', 'sarif'], brief: own.checkFormat, default: 'table' },
        minSeverity: {
          kind: 'enum',
          values: ['error', 'warning', 'info'],
          brief: own.minSeverity,
          default: 'info',
        },
        failOn: { kind: 'enum', values: ['error', 'warning'], brief: own.failOn, default: 'error' },
        skip: optional(own.skip, 'checks'),
        fix: { kind: 'boolean', brief: own.fix, default: false },
        ...output,
      },
      positional: paths(commands.check.positional),
      aliases: { o: 'output' },
    },
    docs: { brief: commands.check.brief, fullDescription: commands.check.full },
  });
  const test = buildCommand<RulesFlags, string[], Context>({
    loader: async () => (await import('./rules-test.ts')).testCommand,
    parameters: { flags: packs, positional: paths(commands.test.positional), aliases },
    docs: { brief: commands.test.brief, fullDescription: commands.test.full },
  });
  return buildRouteMap({
    routes: { list, show, check, test, explain, bench, coverage, pull },
    docs: { brief: commands.brief, fullDescription: commands.full },
  });
}
