import { buildCommand, buildRouteMap, type FlagParametersForType } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, several, text } from './flag-parts.ts';
import type { Context, DetectingFlags } from './flags.ts';
import type {
  LabCampaignFlags,
  LabCanaryFlags,
  LabEmitFlags,
  LabInitFlags,
  LabListFlags,
  LabPlanFlags,
  LabRunFlags,
  LabScoreFlags,
  LabShowFlags,
} from './lab-flags.ts';

/** `haetae lab …`; `detecting`: the flags of every command that runs detectors over logs. */
export function labRoutes(words: Words, detecting: FlagParametersForType<DetectingFlags, Context>) {
  const { lab: w } = words;
  const lang = optional(words.flags.lang, 'ko|en');
  const output = optional(w.flags.output, 'file');
  const format = { kind: 'enum', values: ['table', 'json'], brief: w.flags.format, default: 'table' } as const;
  const system = {
    kind: 'enum',
    values: ['windows', 'linux', 'macos'],
    brief: w.flags.system,
    optional: true,
  } as const;
  const atomics = optional(w.flags.atomics, 'folder');
  const lab = optional(w.flags.lab, 'folder');
  const { campaigns: c } = words;
  const campaigns = optional(c.flags.campaigns, 'path');
  const names = { kind: 'array', parameter: { brief: c.flags.names, parse: text, placeholder: 'campaign' } } as const;
  const input = several(w.flags.input, 'name=value');
  const positional = { kind: 'array', parameter: { brief: w.flags.tests, parse: text, placeholder: 'test' } } as const;
  const docs = ({ brief, full }: { readonly brief: string; readonly full: string }) => ({
    brief,
    fullDescription: full,
  });
  const aliases = { o: 'output' } as const;
  const list = buildCommand<LabListFlags, string[], Context>({
    loader: async () => (await import('./lab-list.ts')).listCommand,
    parameters: {
      flags: {
        ...{ atomics, campaigns, system, format, output, lang },
        runnable: { kind: 'boolean', brief: w.flags.runnable, optional: true, withNegated: false },
      },
      ...{ positional, aliases },
    },
    docs: docs(w.commands.list),
  });
  const show = buildCommand<LabShowFlags, string[], Context>({
    loader: async () => (await import('./lab-list.ts')).showCommand,
    parameters: { flags: { atomics, campaigns, input, system, format, output, lang }, positional, aliases },
    docs: docs(w.commands.show),
  });
  const plan = buildCommand<LabPlanFlags, string[], Context>({
    loader: async () => (await import('./lab-plan.ts')).planCommand,
    parameters: { flags: { atomics, input, system, format, output, lang }, positional, aliases },
    docs: docs(w.commands.plan),
  });
  const init = buildCommand<LabInitFlags, [], Context>({
    loader: async () => (await import('./lab-run.ts')).initCommand,
    parameters: { flags: { days: optional(w.flags.days, 'n'), lab, lang }, positional: none },
    docs: docs(w.commands.init),
  });
  const run = buildCommand<LabRunFlags, string[], Context>({
    loader: async () => (await import('./lab-run.ts')).runCommand,
    parameters: {
      flags: {
        ...{ atomics, input, lab, format, output, lang },
        allow: several(w.flags.allow, 'guid'),
        prepare: { kind: 'boolean', brief: w.flags.prepare, optional: true, withNegated: false },
        seconds: optional(w.flags.seconds, 'n'),
      },
      ...{ positional, aliases },
    },
    docs: docs(w.commands.run),
  });
  const check = buildCommand<Omit<LabCampaignFlags, 'campaigns'>, string[], Context>({
    loader: async () => (await import('./lab-campaigns.ts')).checkCommand,
    parameters: {
      flags: { format, output, lang },
      positional: { kind: 'array', parameter: { brief: c.flags.paths, parse: text, placeholder: 'path' } },
      aliases,
    },
    docs: docs(c.commands.check),
  });
  const emit = buildCommand<LabEmitFlags, string[], Context>({
    loader: async () => (await import('./lab-emit.ts')).emitCommand,
    parameters: {
      flags: {
        ...{ campaigns, lang, output: optional(c.flags.output, 'folder') },
        format: {
          kind: 'enum',
          values: ['winlogbeat', 'flat', 'evtx', 'xml', 'csv'],
          brief: c.flags.format,
          default: 'winlogbeat',
        },
        csvLang: { kind: 'enum', values: ['ko', 'en'], brief: c.flags.csvLang, default: 'ko' },
        ...{ seed: optional(c.flags.seed, 'n'), day: optional(c.flags.day, 'date') },
        ...{ background: optional(c.flags.background, 'n'), server: optional(c.flags.server, 'url') },
        tokenFile: optional(c.flags.tokenFile, 'file'),
      },
      ...{ positional: names, aliases },
    },
    docs: docs(c.commands.emit),
  });
  const score = buildCommand<LabScoreFlags, string[], Context>({
    loader: async () => (await import('./lab-score.ts')).scoreCommand,
    parameters: {
      flags: {
        ...detecting,
        labels: optional(w.flags.labels, 'file'),
        run: optional(w.flags.run, 'file'),
        campaign: optional(w.flags.campaign, 'file'),
        title: optional(w.flags.title, 'text'),
        exercise: { kind: 'boolean', brief: w.flags.exercise, optional: true, withNegated: false },
        minLevel: optional(w.flags.minLevel, 'level'),
        data: optional(w.flags.data, 'folder'),
        lab,
        format: {
          kind: 'enum',
          values: ['table', 'json', 'layer', 'pdf', 'html', 'md'],
          brief: w.flags.scoreFormat,
          optional: true,
        },
      },
      positional: { kind: 'array', parameter: { brief: w.flags.logs, parse: text, placeholder: 'path' } },
      aliases: { o: 'output', r: 'rules', d: 'data' },
    },
    docs: docs(w.commands.score),
  });
  const canary = buildCommand<LabCanaryFlags, [], Context>({
    loader: async () => (await import('./lab-canary.ts')).canaryCommand,
    parameters: {
      flags: {
        data: optional(w.flags.data, 'folder'),
        once: { kind: 'boolean', brief: w.flags.once, optional: true, withNegated: false },
        every: optional(w.flags.every, 'minutes'),
        within: optional(w.flags.within, 'seconds'),
        webhook: optional(w.flags.webhook, 'url'),
        lang,
      },
      positional: none,
      aliases: { d: 'data' },
    },
    docs: docs(w.commands.canary),
  });
  return buildRouteMap({ routes: { list, show, plan, init, run, check, emit, score, canary }, docs: docs(w) });
}
