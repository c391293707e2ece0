import { findEvent } from '@haetae/event';
import type { FieldMapping, LintOptions, LogSource, Source, TagAdvice } from '@haetae/sigma';
import { LINUX, WINDOWS } from '@haetae/sigma/windows';
import { current, fromSigmaTags, technique } from '../attack/index.ts';
import type { Words } from '../locale/index.ts';

/** What the linter is told of ATT&CK and of Windows. `say` words the notes. */
export function lintAdvice(say: {
  readonly now: (name: string) => string;
  readonly split: string;
}): Pick<LintOptions, 'logSources' | 'tag' | 'fields' | 'keys'> {
  return { logSources: [WINDOWS, LINUX], keys: ['haetae'], fields: fieldsOf, tag: (tag) => tagAdvice(tag, say) };
}

/** A message of the linter in the reader's language; what has no words there, such as what is wrong with YAML, behind what it is about. */
export function lintSaid(check: string, message: string, { lang, ruleTools: { check: w } }: Words): string {
  const own = w.said(message);
  return own === message && lang !== 'en' ? `${w.what(check, '')} ${message}` : own;
}

function tagAdvice(tag: string, say: { now(name: string): string; split: string }): TagAdvice | undefined {
  const text = tag.trim().toLowerCase();
  if (!text.startsWith('attack.')) return undefined;
  if (fromSigmaTags([tag]).unknown.length > 0) return { known: false };
  const name = text.slice('attack.'.length);
  if (/^t\d/.test(name) && technique(name)?.kind === 'revoked')
    return { known: true, note: say.now(`attack.${current(name)!.toLowerCase()}`) };
  if (/^defense[-_]evasion$/.test(name)) return { known: true, note: say.split };
  return { known: true };
}

/** What every event has beside its data fields, as rules name it. */
const SYSTEM: readonly string[] = [
  'EventID',
  'Channel',
  'Provider_Name',
  'Computer',
  'EventRecordID',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
  'Version',
  'Execution_ProcessID',
  'Execution_ThreadID',
  'Security_UserID',
];

/** The fields of a category whose events are all known; undefined for services, whose channels hold more than any table has. */
function fieldsOf({ category, service, product }: LogSource): ReadonlySet<string> | undefined {
  if (category === undefined || service !== undefined || product?.toLowerCase() !== 'windows') return undefined;
  const sources = Object.hasOwn(WINDOWS.categories, category) ? WINDOWS.categories[category]! : [];
  const known = new Set(SYSTEM);
  for (const source of [...sources, ...(WINDOWS.readings ?? [])]) {
    const fields = fieldsAt(source);
    if (fields === undefined) {
      if (sources.includes(source)) return undefined;
      continue;
    }
    for (const field of fields) known.add(field);
  }
  for (const { mapping } of WINDOWS.readings ?? []) for (const field of mappedNames(mapping)) known.add(field);
  return sources.length === 0 ? undefined : known;
}

function fieldsAt({ channels = [], eventIds, mapping }: Source): string[] | undefined {
  if (eventIds === undefined) return undefined;
  const fields: string[] = mappedNames(mapping);
  for (const channel of channels)
    for (const id of eventIds) {
      const row = findEvent(channel, id);
      if (row === undefined) return undefined;
      for (const field of Object.keys(row.fields)) fields.push(field, field.replaceAll(' ', ''));
    }
  return fields;
}

const mappedNames = (mapping: FieldMapping | undefined): string[] =>
  mapping === undefined ? [] : [...Object.keys(mapping.fields), ...Object.keys(mapping.derived ?? {})];
