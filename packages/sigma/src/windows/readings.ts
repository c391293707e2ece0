import type { Derive, FieldMapping } from '../mapping.ts';
import type { EventView } from '../view.ts';
import { readHashes } from './facts.ts';

/** The names under which rules ask for one hash, by algorithm: Sigma's taxonomy and the spellings in use. */
const HASH_NAMES: Readonly<Record<string, readonly string[]>> = {
  MD5: ['md5', 'MD5'],
  SHA1: ['sha1', 'SHA1'],
  SHA256: ['sha256', 'SHA256'],
  IMPHASH: ['imphash', 'Imphash', 'IMPHASH'],
};

/** Every field that holds one hash of Sysmon's `Hashes`. */
export const HASH_FIELDS: readonly string[] = Object.values(HASH_NAMES).flat();

/** The event's own value where it has one, else what `read` finds. */
const unlessThere =
  (field: string, read: Derive): Derive =>
  (event) =>
    event.values(field) ?? read(event);

const hash =
  (algorithm: string): Derive =>
  (event) => {
    const found: string[] = [];
    // Sysmon before 5 and its event 15 call the field Hash.
    for (const value of [...(event.values('Hashes') ?? []), ...(event.values('Hash') ?? [])]) {
      const one = readHashes(value)?.get(algorithm);
      if (one !== undefined) found.push(one);
    }
    return found.length > 0 ? found : undefined;
  };

/** `Hashes` of Sysmon split: `SHA256=…,IMPHASH=…` gives `sha256`, `Imphash`… */
export const HASHES: FieldMapping = {
  name: 'extracted',
  fields: {},
  derived: Object.fromEntries(
    Object.entries(HASH_NAMES).flatMap(([algorithm, names]) =>
      names.map((name) => [name, unlessThere(name, hash(algorithm))]),
    ),
  ),
};

/** The names of a context's lines; what stands before `=` counts only if it is one of them, since scripts hold `=` too. */
const CONTEXT_FIELDS = [
  'NewEngineState',
  'PreviousEngineState',
  'NewProviderState',
  'ProviderName',
  'NewCommandState',
  'DetailSequence',
  'DetailTotal',
  'SequenceNumber',
  'UserId',
  'Severity',
  'HostName',
  'HostVersion',
  'HostId',
  'HostID',
  'HostApplication',
  'EngineVersion',
  'RunspaceId',
  'RunspaceID',
  'PipelineId',
  'PipelineID',
  'CommandName',
  'CommandType',
  'ScriptName',
  'CommandPath',
  'CommandLine',
  'User',
  'ConnectedUser',
  'ShellID',
] as const;

const CONTEXT_NAMES: ReadonlySet<string> = new Set(CONTEXT_FIELDS);

/** A line `\tHostName=ConsoleHost` (400, 600, 800), or ` Host Name = ConsoleHost` in ContextInfo of 4103. */
const CONTEXT_LINE = /^[ \t]*([A-Za-z][A-Za-z ]{2,24}?)[ \t]*=[ \t]?(.*)$/;

/**
 * The fields of a PowerShell context. A value runs to the next line that begins with a field's name, so that a command of
 * several lines stays whole; blank ends are cut. The first of a name counts.
 */
export function readContext(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name: string | undefined;
  let value: string[] = [];
  const end = (): void => {
    if (name !== undefined && !fields.has(name)) fields.set(name, value.join('\n').trim());
  };
  for (const line of text.split(/\r\n|\n|\r/)) {
    const match = line.length > 0 ? CONTEXT_LINE.exec(line) : null;
    const key = match?.[1]?.replaceAll(' ', '');
    if (match === null || key === undefined || !CONTEXT_NAMES.has(key)) {
      // A rendered message goes on after the context.
      if (/^(?:Details|세부 정보|詳細):/.test(line)) {
        end();
        name = undefined;
      }
      value.push(line);
      continue;
    }
    end();
    name = key;
    value = [match[2]!];
  }
  end();
  return fields;
}

const contexts = new WeakMap<EventView, ReadonlyMap<string, string>>();

/** Where a context stands: the unnamed data of the classic log, ContextInfo of 4103, else the rendered message. */
function contextOf(event: EventView): ReadonlyMap<string, string> {
  let fields = contexts.get(event);
  if (fields === undefined) {
    const own = event.values('Data') ?? event.values('ContextInfo');
    const texts = (own ?? event.values('Message') ?? []).filter((text) => text.includes('='));
    const read = new Map<string, string>();
    for (const text of texts) for (const [name, value] of readContext(text)) if (!read.has(name)) read.set(name, value);
    fields = read;
    contexts.set(event, fields);
  }
  return fields;
}

const contextField =
  (field: string): Derive =>
  (event) => {
    const value = contextOf(event).get(field);
    return value === undefined ? undefined : [value];
  };

const CONTEXT: Readonly<Record<string, Derive>> = Object.fromEntries(
  CONTEXT_FIELDS.map((field) => [field, unlessThere(field, contextField(field))]),
);

/** What the texts of PowerShell's events tell, as fields of its own: HostApplication, ScriptName, EngineVersion… */
export const POWERSHELL_CONTEXT: FieldMapping = { name: 'extracted', fields: {}, derived: CONTEXT };

/** The rendered message in place of the unnamed data of a classic event that was forwarded without them. */
export const CLASSIC_MESSAGE: FieldMapping = {
  name: 'extracted',
  fields: { Data: 'Message' },
  derived: CONTEXT,
};
