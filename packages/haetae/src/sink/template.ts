import type { Doc } from './ecs/event.ts';
import { TABLE } from './ecs/table.ts';

/** Longer texts are no terms: in UTF-8 they may be beyond what a term can be. They are found by their words, where they have such. */
const TERM = { type: 'keyword', ignore_above: 8000 } as const;
/** Found by any part, in any case; and by its words, however long it is. As ECS has it, of what people write: it costs the most. */
const PATTERN = { type: 'wildcard', ignore_above: 8000, fields: { text: { type: 'match_only_text' } } } as const;
const WORDS = { type: 'match_only_text' } as const;
const DATE = { type: 'date' } as const;
const WHOLE = { type: 'long' } as const;
/** Kept, and not looked at. */
const KEPT = { type: 'object', enabled: false } as const;

/** Fields that are no terms. */
const TYPES: Readonly<Record<string, Doc>> = {
  '@timestamp': DATE,
  message: WORDS,
  'event.created': DATE,
  'event.ingested': DATE,
  'event.start': DATE,
  'event.end': DATE,
  'event.severity': WHOLE,
  'event.risk_score': { type: 'float' },
  'process.command_line': PATTERN,
  'process.pid': WHOLE,
  'process.parent.command_line': PATTERN,
  'process.parent.pid': WHOLE,
  'source.ip': { type: 'ip' },
  'source.port': WHOLE,
  'destination.ip': { type: 'ip' },
  'destination.port': WHOLE,
  'dns.resolved_ip': { type: 'ip' },
  'related.ip': { type: 'ip' },
  'file.code_signature.signed': { type: 'boolean' },
  'dll.code_signature.signed': { type: 'boolean' },
  'registry.data.strings': PATTERN,
  'powershell.file.script_block_text': WORDS,
  'winlog.process.pid': WHOLE,
  'winlog.process.thread.id': WHOLE,
  'winlog.event_data': { type: 'flat_object' },
  'haetae.event.id': WHOLE,
  'haetae.finding.id': WHOLE,
  'haetae.finding.events': WHOLE,
  'haetae.decoded': WORDS,
  'haetae.whole': KEPT,
  'haetae.why': KEPT,
  'haetae.incident.title': WORDS,
  'haetae.incident.title_ko': WORDS,
  'haetae.incident.findings': WHOLE,
  'haetae.incident.version': WHOLE,
  'haetae.incident.updated': DATE,
};
/** Beside those of {@link TABLE}. */
const TERMS = [
  ...['ecs.version', 'host.name', 'host.hostname', 'host.os.type', 'log.level'],
  ...[
    'event.kind',
    'event.code',
    'event.provider',
    'event.module',
    'event.category',
    'event.type',
    'event.action',
    'event.outcome',
    'event.id',
  ],
  ...['related.user', 'related.hosts', 'related.hash'],
  ...['winlog.channel', 'winlog.provider_name', 'winlog.event_id', 'winlog.computer_name', 'winlog.record_id'],
  ...['winlog.task', 'winlog.opcode', 'winlog.keywords', 'winlog.version'],
  ...['rule.id', 'rule.name', 'rule.level', 'rule.category', 'rule.reference', 'threat.framework'],
  ...['threat.tactic', 'threat.technique', 'threat.technique.subtechnique'].flatMap((of) => [`${of}.id`, `${of}.name`]),
  ...['threat.technique.reference', 'threat.technique.subtechnique.reference'],
  ...['haetae.origin', 'haetae.marks', 'haetae.incident.id', 'haetae.incident.status', 'haetae.incident.verdict'],
  ...['haetae.incident.assignee', 'haetae.incident.merged_into', 'haetae.incident.tags'],
] as const;

/** Every field that documents have, and its type. */
export const FIELDS: ReadonlyMap<string, Doc> = new Map(
  [...Object.keys(TYPES), ...TERMS, ...TABLE.map(({ ecs }) => ecs)].map((name) => [name, TYPES[name] ?? TERM]),
);

/**
 * What new indices of ours are made with. Fields of other names are kept and not looked at, so that no name of an event makes a field.
 * Its priority is above those that catch every name, and below one of the operator's that is to stand before it.
 */
export function indexTemplate(prefix: string): Doc {
  const properties: Doc = {};
  for (const [path, type] of FIELDS) {
    const names = path.split('.');
    const last = names.pop()!;
    let at = properties;
    for (const name of names) {
      at[name] ??= { properties: {} };
      at = (at[name] as { properties: Doc }).properties;
    }
    at[last] = { ...type, ...(at[last] as Doc | undefined) };
  }
  return {
    index_patterns: ['events-*', 'alerts', 'incidents'].map((name) => `${prefix}-${name}`),
    priority: 150,
    _meta: { by: 'haetae', version: TEMPLATE_VERSION },
    template: { mappings: { dynamic: false, properties } },
  };
}

/** Rises when documents get fields; an older one of ours is put anew. */
export const TEMPLATE_VERSION = 1;
