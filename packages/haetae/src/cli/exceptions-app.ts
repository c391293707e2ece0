import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { optional, several, text } from './flag-parts.ts';
import type {
  Context,
  DetectingFlags,
  ExceptionsCheckFlags,
  ExceptionsListFlags,
  ExceptionsProposeFlags,
  ExceptionsReviewFlags,
} from './flags.ts';

/** `haetae exceptions …`; `detecting`: the flags of every command that runs detectors over logs. */
export function exceptionsRoutes(words: Words, detecting: FlagParametersForType<DetectingFlags, Context>) {
  const { commands, flags: own } = words.exceptions;
  const logs = {
    kind: 'array',
    parameter: { brief: words.commands.paths, parse: text, placeholder: 'path' },
  } as const;
  const aliases = { o: 'output', r: 'rules' } as const;
  const format = { kind: 'enum', values: ['table', 'json'], brief: own.format, default: 'table' } as const;
  const knownBad = several(own.knownBad, 'path');
  const asking: FlagParametersForType<ExceptionsProposeFlags, Context> = {
    id: optional(own.id, 'id'),
    rule: optional(own.rule, 'rule'),
    record: optional(own.record, 'n'),
    line: optional(own.line, 'n'),
    file: optional(own.file, 'name'),
    owner: optional(own.owner, 'name'),
    reason: optional(own.reason, 'text'),
    expires: optional(own.expires, 'day'),
    title: optional(own.title, 'text'),
    knownBad,
    ...detecting,
  };
  const propose = buildCommand<ExceptionsProposeFlags, string[], Context>({
    loader: async () => (await import('./exceptions-propose.ts')).proposeCommand,
    parameters: { flags: asking, positional: logs, aliases },
    docs: { brief: commands.propose.brief, fullDescription: commands.propose.full },
  });
  const add = buildCommand<ExceptionsProposeFlags, string[], Context>({
    loader: async () => (await import('./exceptions-propose.ts')).addCommand,
    parameters: { flags: asking, positional: logs, aliases },
    docs: { brief: commands.add.brief, fullDescription: commands.add.full },
  });
  const list = buildCommand<ExceptionsListFlags, [], Context>({
    loader: async () => (await import('./exceptions-list.ts')).listCommand,
    parameters: {
      flags: {
        exceptions: several(words.flags.exceptions, 'path'),
        format,
        lang: detecting.lang,
        output: detecting.output,
      },
      positional: { kind: 'tuple', parameters: [] },
      aliases: { o: 'output' },
    },
    docs: { brief: commands.list.brief, fullDescription: commands.list.full },
  });
  const check = buildCommand<ExceptionsCheckFlags, string[], Context>({
    loader: async () => (await import('./exceptions-check.ts')).checkCommand,
    parameters: { flags: { knownBad, format, ...detecting }, positional: logs, aliases },
    docs: { brief: commands.check.brief, fullDescription: commands.check.full },
  });
  const review = buildCommand<ExceptionsReviewFlags, string[], Context>({
    loader: async () => (await import('./exceptions-review.ts')).reviewCommand,
    parameters: { flags: { format, ...detecting }, positional: logs, aliases },
    docs: { brief: commands.review.brief, fullDescription: commands.review.full },
  });
  return buildRouteMap({
    routes: { propose, add, list, check, review },
    docs: { brief: commands.brief, fullDescription: commands.full },
  });
}
