import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, several, text } from './flag-parts.ts';
import type { Context } from './flags.ts';
import type { LabInitFlags, LabListFlags, LabPlanFlags, LabRunFlags } from './lab-flags.ts';

/** `haetae lab …`. */
export function labRoutes(words: Words) {
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
        ...{ atomics, system, format, output, lang },
        runnable: { kind: 'boolean', brief: w.flags.runnable, optional: true, withNegated: false },
      },
      ...{ positional, aliases },
    },
    docs: docs(w.commands.list),
  });
  const show = buildCommand<LabPlanFlags, string[], Context>({
    loader: async () => (await import('./lab-list.ts')).showCommand,
    parameters: { flags: { atomics, input, system, format, output, lang }, positional, aliases },
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
  return buildRouteMap({ routes: { list, show, plan, init, run }, docs: docs(w) });
}
