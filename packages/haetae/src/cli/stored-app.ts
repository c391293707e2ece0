import { buildCommand } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, several, text } from './flag-parts.ts';
import type { Context, HuntFlags, RescanFlags, SearchFlags } from './flags.ts';

/** `haetae search`, `hunt`, `rescan`: what a server has stored. */
export function storedRoutes(words: Words) {
  const { flags, commands } = words.stored;
  const common = {
    from: optional(words.flags.from, 'time'),
    to: optional(words.flags.to, 'time'),
    format: { kind: 'enum', values: ['table', 'csv', 'json', 'jsonl'], brief: flags.format, optional: true },
    output: optional(words.flags.output, 'file'),
    data: optional(flags.data, 'folder'),
    timezone: optional(words.flags.timezone, 'zone'),
    lang: optional(words.flags.lang, 'ko|en'),
  } as const;
  const aliases = { o: 'output', d: 'data' } as const;
  const search = buildCommand<SearchFlags, string[], Context>({
    loader: async () => (await import('./search.ts')).searchCommand,
    parameters: {
      flags: {
        host: optional(flags.host, 'name'),
        user: optional(flags.user, 'name'),
        channel: optional(flags.channel, 'name'),
        eventId: several(flags.eventId, 'id'),
        field: several(flags.field, 'FIELD=VALUE'),
        limit: optional(flags.limit, 'n'),
        oldest: { kind: 'boolean', brief: flags.oldest, default: false },
        ...common,
      },
      positional: { kind: 'array', parameter: { brief: flags.words, parse: text, placeholder: 'words' } },
      aliases,
    },
    docs: { brief: commands.search.brief, fullDescription: commands.search.full },
  });
  const hunt = buildCommand<HuntFlags, [], Context>({
    loader: async () => (await import('./hunt.ts')).huntCommand,
    parameters: {
      flags: { rule: { kind: 'parsed', parse: text, brief: flags.rule, placeholder: 'file' }, ...common },
      positional: none,
      aliases: { ...aliases, r: 'rule' },
    },
    docs: { brief: commands.hunt.brief, fullDescription: commands.hunt.full },
  });
  const rescan = buildCommand<RescanFlags, [], Context>({
    loader: async () => (await import('./hunt.ts')).rescanCommand,
    parameters: {
      flags: {
        id: several(flags.id, 'id'),
        rules: several(words.flags.rules, 'path'),
        builtin: { kind: 'boolean', brief: words.flags.builtin, default: true },
        ...common,
      },
      positional: none,
      aliases: { ...aliases, r: 'rules' },
    },
    docs: { brief: commands.rescan.brief, fullDescription: commands.rescan.full },
  });
  return { search, hunt, rescan };
}
