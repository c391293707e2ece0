import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { optional, text } from './flag-parts.ts';
import type {
  AnomalyFlags,
  BaselineApplyFlags,
  BaselineLearnFlags,
  BaselineReadFlags,
  BaselineShowFlags,
  CommonFlags,
  Context,
  EvtxFlags,
  ExplainFlags,
} from './flags.ts';

type Reading = FlagParametersForType<CommonFlags & EvtxFlags, Context>;

export const anomalyFlags = ({ anomaly: { flags } }: Words): FlagParametersForType<AnomalyFlags, Context> => ({
  profile: { kind: 'enum', values: ['default', 'seed'], brief: flags.profile, optional: true },
  baseline: optional(flags.baseline, 'file'),
});

function reading({ flags }: Words, common: Reading): FlagParametersForType<BaselineReadFlags, Context> {
  return {
    from: optional(flags.from, 'time'),
    to: optional(flags.to, 'time'),
    threads: optional(flags.threads, 'n'),
    ...common,
  };
}

const array = (brief: string) => ({ kind: 'array', parameter: { brief, parse: text, placeholder: 'path' } }) as const;

/** `haetae explain`. */
export function explainRoute(words: Words, common: Reading) {
  const { flags, commands } = words.anomaly;
  return buildCommand<ExplainFlags, string[], Context>({
    loader: async () => (await import('./explain.ts')).explainCommand,
    parameters: {
      flags: {
        record: optional(flags.record, 'n'),
        line: optional(flags.line, 'n'),
        ...anomalyFlags(words),
        format: { kind: 'enum', values: ['table', 'json'], brief: words.flags.infoFormat, default: 'table' },
        ...reading(words, common),
      },
      positional: array(words.commands.paths),
      aliases: { o: 'output' },
    },
    docs: { brief: commands.explain.brief, fullDescription: commands.explain.full },
  });
}

/** `haetae baseline …`. */
export function baselineRoutes(words: Words, common: Reading) {
  const { flags, commands } = words.anomaly;
  const learn = buildCommand<BaselineLearnFlags, string[], Context>({
    loader: async () => (await import('./baseline-learn.ts')).learnCommand,
    parameters: {
      flags: {
        refresh: optional(flags.refresh, 'file'),
        ...reading(words, common),
        output: optional(flags.learnOutput, 'file'),
      },
      positional: array(words.commands.paths),
      aliases: { o: 'output' },
    },
    docs: { brief: commands.learn.brief, fullDescription: commands.learn.full },
  });
  const showing: FlagParametersForType<BaselineShowFlags, Context> = {
    format: { kind: 'enum', values: ['table', 'json'], brief: words.flags.infoFormat, default: 'table' },
    lang: optional(words.flags.lang, 'ko|en'),
    timezone: optional(words.flags.timezone, 'zone'),
    output: optional(words.flags.output, 'file'),
  };
  const show = buildCommand<BaselineShowFlags, string[], Context>({
    loader: async () => (await import('./baseline-show.ts')).showCommand,
    parameters: { flags: showing, positional: array(commands.file), aliases: { o: 'output' } },
    docs: { brief: commands.show.brief, fullDescription: commands.show.full },
  });
  const diff = buildCommand<BaselineShowFlags, string[], Context>({
    loader: async () => (await import('./baseline-show.ts')).diffCommand,
    parameters: { flags: showing, positional: array(commands.file), aliases: { o: 'output' } },
    docs: { brief: commands.diff.brief, fullDescription: commands.diff.full },
  });
  const apply = buildCommand<BaselineApplyFlags, string[], Context>({
    loader: async () => (await import('./baseline-apply.ts')).applyCommand,
    parameters: {
      flags: {
        format: { kind: 'enum', values: ['table', 'jsonl'], brief: words.flags.scanFormat, default: 'table' },
        ...reading(words, common),
      },
      positional: array(words.commands.paths),
      aliases: { o: 'output' },
    },
    docs: { brief: commands.apply.brief, fullDescription: commands.apply.full },
  });
  return buildRouteMap({ routes: { learn, show, diff, apply }, docs: { brief: commands.baseline.brief } });
}
