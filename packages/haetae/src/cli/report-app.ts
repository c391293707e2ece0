import { buildCommand, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { optional, text } from './flag-parts.ts';
import type { Context, DetectingFlags, ReportFlags } from './flags.ts';

/** `haetae report`: of logs, or of what a server has stored. */
export function reportRoute(words: Words, detecting: FlagParametersForType<DetectingFlags, Context>) {
  const { flags: brief, ...w } = words.report;
  return buildCommand<ReportFlags, string[], Context>({
    loader: async () => (await import('./report.ts')).reportCommand,
    parameters: {
      flags: {
        template: {
          kind: 'enum',
          values: ['executive', 'analyst', 'kisa'],
          brief: brief.template,
          default: 'executive',
        },
        format: { kind: 'enum', values: ['pdf', 'html', 'md'], brief: brief.format, optional: true },
        incident: optional(brief.incident, 'id'),
        full: optional(brief.full, 'n'),
        case: optional(brief.case, 'file'),
        record: optional(brief.record, 'file'),
        aware: optional(brief.aware, 'time'),
        awareBy: optional(brief.awareBy, 'name'),
        awareReason: optional(brief.awareReason, 'text'),
        stage: { kind: 'enum', values: ['first', 'supplement'], brief: brief.stage, optional: true },
        date: optional(brief.date, 'time'),
        data: optional(words.stored.flags.data, 'folder'),
        assets: optional(words.incidents.flags.assets, 'file'),
        ...detecting,
        lang: optional(brief.lang, 'ko|en|both'),
        output: optional(brief.output, 'file'),
        timezone: optional(brief.timezone, 'zone'),
      },
      positional: { kind: 'array', parameter: { brief: words.commands.paths, parse: text, placeholder: 'path' } },
      aliases: { o: 'output', r: 'rules', d: 'data' },
    },
    docs: { brief: w.brief, fullDescription: w.full },
  });
}
