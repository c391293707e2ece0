import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { optional, text } from './flag-parts.ts';
import type { Context, NotifyLintFlags, NotifyTestFlags } from './flags.ts';

/** `haetae notify …`. */
export function notifyRoutes(words: Words) {
  const { notify: w, flags: common } = words;
  const format = { kind: 'enum', values: ['table', 'json'], brief: common.infoFormat, default: 'table' } as const;
  const shared = { data: optional(w.flags.data, 'folder'), lang: optional(common.lang, 'ko|en') };
  const lint = buildCommand<NotifyLintFlags, [string?], Context>({
    loader: async () => (await import('./notify-lint.ts')).notifyLintCommand,
    parameters: {
      flags: { format, ...shared, output: optional(common.output, 'file') },
      positional: {
        kind: 'tuple',
        parameters: [{ brief: w.flags.file, parse: text, placeholder: 'file', optional: true }],
      },
      aliases: { d: 'data', o: 'output' },
    },
    docs: { brief: w.commands.lint.brief, fullDescription: w.commands.lint.full },
  });
  const test = buildCommand<NotifyTestFlags, string[], Context>({
    loader: async () => (await import('./notify-test.ts')).notifyTestCommand,
    parameters: {
      flags: { file: optional(w.flags.file, 'file'), ...shared },
      positional: { kind: 'array', parameter: { brief: w.flags.channel, parse: text, placeholder: 'channel' } },
      aliases: { d: 'data' },
    },
    docs: { brief: w.commands.test.brief, fullDescription: w.commands.test.full },
  });
  return buildRouteMap({ routes: { lint, test }, docs: { brief: w.brief, fullDescription: w.full } });
}
