import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { none, optional, several, text } from './flag-parts.ts';
import type { Context, ServeFlags, TokenCreateFlags, TokenFlags, TokenListFlags } from './flags.ts';

/** `haetae serve`. */
export function serveRoute(words: Words) {
  const { flags, commands } = words.serve;
  const { flags: common, anomaly } = words;
  return buildCommand<ServeFlags, [], Context>({
    loader: async () => (await import('./serve.ts')).serveCommand,
    parameters: {
      flags: {
        demo: { kind: 'boolean', brief: flags.demo, optional: true, withNegated: false },
        data: optional(flags.data, 'folder'),
        host: optional(flags.host, 'address'),
        port: optional(flags.port, 'n'),
        rules: several(common.rules, 'path'),
        builtin: { kind: 'boolean', brief: common.builtin, optional: true },
        exceptions: several(common.exceptions, 'path'),
        minLevel: optional(common.minLevel, 'level'),
        strictSigma: { kind: 'boolean', brief: common.strictSigma, optional: true },
        baseline: optional(anomaly.flags.baseline, 'file'),
        lateness: optional(flags.lateness, 'seconds'),
        syslogTcp: several(flags.syslogTcp, 'host:port'),
        syslogTls: several(flags.syslogTls, 'host:port'),
        syslogUdp: several(flags.syslogUdp, 'host:port'),
        syslogFrom: several(flags.syslogFrom, 'network'),
        watch: several(flags.watch, 'folder'),
        source: several(flags.source, 'kafka://…/topic'),
        tlsCert: optional(flags.tlsCert, 'file'),
        tlsKey: optional(flags.tlsKey, 'file'),
        publicUrl: optional(flags.publicUrl, 'url'),
        oidc: optional(flags.oidc, 'file'),
        keepDays: optional(flags.keepDays, 'n'),
        keepGb: optional(flags.keepGb, 'n'),
        report: optional(words.report.flags.schedule, 'daily|weekly|monthly'),
        notify: optional(words.notify.flags.notify, 'file'),
        agentConfig: optional(flags.agentConfig, 'file'),
        respondKey: optional(flags.respondKey, 'file'),
        respondAutomatic: { kind: 'boolean', brief: flags.respondAutomatic, optional: true, withNegated: false },
        playbooks: several(words.respond.flags.playbooks, 'path'),
        builtinPlaybooks: { kind: 'boolean', brief: words.respond.flags.builtin, optional: true },
        never: optional(words.respond.flags.never, 'file'),
        domainExecutor: several(words.respond.flags.domainExecutor, 'domain=host'),
        store: optional(flags.store, 'on|off|postgres://…'),
        bus: optional(flags.bus, 'kafka://…'),
        opensearch: optional(flags.opensearch, 'https://…'),
        role: several(flags.roles, 'ingest|detect|web|all'),
        cache: { kind: 'boolean', brief: common.cache, optional: true },
        config: optional(flags.config, 'file'),
        verbose: { kind: 'boolean', brief: flags.verbose, optional: true },
        timezone: optional(common.timezone, 'zone'),
        lang: optional(common.lang, 'ko|en'),
      },
      positional: none,
      aliases: { r: 'rules', d: 'data', p: 'port' },
    },
    docs: { brief: commands.serve.brief, fullDescription: commands.serve.full },
  });
}

/** `haetae token …`. */
export function tokenRoutes(words: Words) {
  const { flags, commands } = words.serve;
  const data = optional(flags.data, 'folder');
  const lang = optional(words.flags.lang, 'ko|en');
  const format = { kind: 'enum', values: ['table', 'json'], brief: words.flags.infoFormat, default: 'table' } as const;
  const create = buildCommand<TokenCreateFlags, [string], Context>({
    loader: async () => (await import('./token.ts')).createCommand,
    parameters: {
      flags: {
        kind: { kind: 'enum', values: ['ingest', 'enrol', 'api'], brief: flags.kind, default: 'ingest' },
        role: { kind: 'enum', values: ['viewer', 'analyst', 'responder', 'admin'], brief: flags.role, optional: true },
        scope: {
          kind: 'enum',
          values: ['elastic', 'hec', 'otlp', 'ndjson', 'syslog'],
          brief: flags.scope,
          variadic: true,
          optional: true,
        },
        host: several(flags.onlyHost, 'host'),
        network: several(flags.network, 'network'),
        expires: optional(flags.expires, 'day'),
        uses: optional(flags.uses, 'n'),
        format,
        data,
        lang,
      },
      positional: { kind: 'tuple', parameters: [{ brief: flags.name, parse: text, placeholder: 'name' }] },
      aliases: { d: 'data' },
    },
    docs: { brief: commands.create.brief, fullDescription: commands.create.full },
  });
  const list = buildCommand<TokenListFlags, [], Context>({
    loader: async () => (await import('./token.ts')).listCommand,
    parameters: { flags: { format, data, lang }, positional: none, aliases: { d: 'data' } },
    docs: { brief: commands.list.brief },
  });
  const revoke = buildCommand<TokenFlags, [string], Context>({
    loader: async () => (await import('./token.ts')).revokeCommand,
    parameters: {
      flags: { data, lang },
      positional: { kind: 'tuple', parameters: [{ brief: flags.id, parse: text, placeholder: 'id' }] },
      aliases: { d: 'data' },
    },
    docs: { brief: commands.revoke.brief },
  });
  return buildRouteMap({ routes: { create, list, revoke }, docs: { brief: commands.token.brief } });
}
