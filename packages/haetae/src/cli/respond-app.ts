import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { optional, several, text } from './flag-parts.ts';
import type { Context, DetectingFlags, RespondLintFlags, RespondPlanFlags } from './flags.ts';

/** `haetae respond …`; `detecting`: the flags of every command that runs detectors over logs. */
export function respondRoutes(words: Words, detecting: FlagParametersForType<DetectingFlags, Context>) {
  const { respond: w } = words;
  const format = { kind: 'enum', values: ['table', 'json'], brief: w.flags.format, default: 'table' } as const;
  const plan = buildCommand<RespondPlanFlags, [string, ...string[]], Context>({
    loader: async () => (await import('./respond-plan.ts')).respondPlanCommand as never,
    parameters: {
      flags: {
        action: several(w.flags.action, 'action'),
        playbooks: several(w.flags.playbooks, 'path'),
        builtinPlaybooks: { kind: 'boolean', brief: w.flags.builtin, default: true },
        server: optional(w.flags.server, 'address:port'),
        host: optional(w.flags.host, 'name'),
        minutes: optional(w.flags.minutes, 'n'),
        never: optional(w.flags.never, 'file'),
        domainExecutor: several(w.flags.domainExecutor, 'domain=host'),
        system: { kind: 'enum', values: ['windows', 'linux'], brief: w.flags.system, optional: true },
        data: optional(w.flags.data, 'folder'),
        assets: optional(words.incidents.flags.assets, 'file'),
        format,
        ...detecting,
        output: optional(w.flags.output, 'folder'),
      },
      positional: {
        kind: 'array',
        parameter: { brief: w.flags.incident, parse: text, placeholder: 'incident' },
      } as never,
      aliases: { o: 'output', r: 'rules', d: 'data' },
    },
    docs: { brief: w.commands.plan.brief, fullDescription: w.commands.plan.full },
  });
  const lint = buildCommand<RespondLintFlags, string[], Context>({
    loader: async () => (await import('./respond-lint.ts')).respondLintCommand,
    parameters: {
      flags: { format, lang: detecting.lang, output: detecting.output },
      positional: { kind: 'array', parameter: { brief: w.flags.playbooks, parse: text, placeholder: 'path' } },
      aliases: { o: 'output' },
    },
    docs: { brief: w.commands.lint.brief, fullDescription: w.commands.lint.full },
  });
  const key = buildCommand<{ readonly lang?: string }, [string], Context>({
    loader: async () => (await import('./respond-key.ts')).respondKeyCommand,
    parameters: {
      flags: { lang: detecting.lang },
      positional: { kind: 'tuple', parameters: [{ brief: w.flags.file, parse: text, placeholder: 'file' }] },
    },
    docs: { brief: w.commands.key.brief, fullDescription: w.commands.key.full },
  });
  return buildRouteMap({ routes: { plan, lint, key }, docs: { brief: w.brief, fullDescription: w.full } });
}
