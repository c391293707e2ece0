import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, text } from './flag-parts.ts';
import type {
  AuditListFlags,
  AuditVerifyFlags,
  Context,
  StoreExportFlags,
  StoreFlags,
  StoreRestoreFlags,
  StoreStatusFlags,
} from './flags.ts';

const one = (brief: string, placeholder: string) =>
  ({ kind: 'tuple', parameters: [{ brief, parse: text, placeholder }] }) as const;

/** `haetae store …` and `haetae audit …`: what is stored as a whole. */
export function keepingRoutes(words: Words) {
  const { flags, commands } = words.keeping;
  const data = optional(words.stored.flags.data, 'folder');
  const lang = optional(words.flags.lang, 'ko|en');
  const timezone = optional(words.flags.timezone, 'zone');
  const format = { kind: 'enum', values: ['table', 'json'], brief: words.flags.infoFormat, default: 'table' } as const;
  const aliases = { d: 'data' } as const;
  const status = buildCommand<StoreStatusFlags, [], Context>({
    loader: async () => (await import('./store.ts')).statusCommand,
    parameters: { flags: { format, data, lang }, positional: none, aliases },
    docs: { brief: commands.status.brief },
  });
  const backup = buildCommand<StoreFlags, [string], Context>({
    loader: async () => (await import('./store.ts')).backupCommand,
    parameters: { flags: { data, lang }, positional: one(flags.folder, 'folder'), aliases },
    docs: { brief: commands.backup.brief, fullDescription: commands.backup.full },
  });
  const restore = buildCommand<StoreRestoreFlags, [string], Context>({
    loader: async () => (await import('./store.ts')).restoreCommand,
    parameters: {
      flags: { store: optional(flags.store, 'postgres://…'), data, lang },
      positional: one(flags.backup, 'backup'),
      aliases,
    },
    docs: { brief: commands.restore.brief, fullDescription: commands.restore.full },
  });
  const exportParquet = buildCommand<StoreExportFlags, [string], Context>({
    loader: async () => (await import('./store.ts')).exportCommand,
    parameters: {
      flags: {
        from: optional(words.flags.from, 'time'),
        to: optional(words.flags.to, 'time'),
        host: optional(flags.host, 'name'),
        timezone,
        data,
        lang,
      },
      positional: one(flags.folder, 'folder'),
      aliases,
    },
    docs: { brief: commands.export.brief, fullDescription: commands.export.full },
  });
  const importParquet = buildCommand<StoreFlags, [string], Context>({
    loader: async () => (await import('./store.ts')).importCommand,
    parameters: { flags: { data, lang }, positional: one(flags.parquet, 'path'), aliases },
    docs: { brief: commands.import.brief },
  });
  const verify = buildCommand<AuditVerifyFlags, [], Context>({
    loader: async () => (await import('./audit.ts')).verifyCommand,
    parameters: {
      flags: { head: optional(flags.head, 'number:hash'), format, data, lang },
      positional: none,
      aliases,
    },
    docs: { brief: commands.verify.brief, fullDescription: commands.verify.full },
  });
  const list = buildCommand<AuditListFlags, [], Context>({
    loader: async () => (await import('./audit.ts')).listCommand,
    parameters: {
      flags: { limit: optional(flags.limit, 'n'), format, timezone, data, lang },
      positional: none,
      aliases,
    },
    docs: { brief: commands.list.brief },
  });
  return {
    store: buildRouteMap({
      routes: { status, backup, restore, export: exportParquet, import: importParquet },
      docs: { brief: commands.store.brief },
    }),
    audit: buildRouteMap({ routes: { verify, list }, docs: { brief: commands.audit.brief } }),
  };
}
