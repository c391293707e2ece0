import type { EventQuery } from './shapes.ts';

/** A search as people write it: `host:WS01 Image="*\powershell.exe" -user:SYSTEM free words`. */
export interface Written {
  readonly query: Omit<EventQuery, 'order' | 'limit'>;
  /** Terms that make no sense, for the person to mend. */
  readonly wrong: readonly string[];
}

const TERM = /(-?)(?:([A-Za-z_][\w.[\]]*)\s*[:=]\s*)?(?:"((?:\\.|[^"\\])*)"|(\S+))/g;

/** Fields keep their backslashes (`*` and `?` are wildcards there); `\"` is a quote. */
const ofField = (text: string): string => text.replace(/\\(.)/g, (all, c: string) => (c === '"' ? '"' : all));
const ofText = (text: string): string => text.replace(/\\(["\\])/g, '$1');

export function readSearch(text: string): Written {
  const wrong: string[] = [];
  const fields: { field: string; value: string; not: boolean }[] = [];
  const words: string[] = [];
  const eventId: number[] = [];
  const heads: { host?: string; user?: string; channel?: string } = {};
  for (const [all, minus, name, quoted, bare] of text.matchAll(TERM)) {
    if (name === undefined) {
      words.push(quoted !== undefined ? ofText(quoted) : `${minus}${bare ?? ''}`);
      continue;
    }
    const value = quoted !== undefined ? ofField(quoted) : (bare ?? '');
    const low = name.toLowerCase();
    const not = minus === '-';
    if (low === 'id' || low === 'eventid' || low === 'event_id') {
      const ids = value.split(',').map(Number);
      if (not || ids.some((id) => !Number.isInteger(id) || id < 0)) wrong.push(all);
      else eventId.push(...ids);
    } else if ((low === 'host' || low === 'user' || low === 'channel') && !not && heads[low] === undefined)
      heads[low] = value;
    else fields.push({ field: ['host', 'user', 'channel'].includes(low) ? low : name, value, not });
  }
  const joined = words.join(' ').trim();
  return {
    query: {
      ...heads,
      ...(eventId.length > 0 && { eventId }),
      ...(fields.length > 0 && { fields }),
      ...(joined !== '' && { text: joined.slice(0, 500) }),
    },
    wrong,
  };
}

/** A term for exactly this value. */
export const fieldTerm = (name: string, value: string): string =>
  `${name}="${value.replace(/[\\*?]/g, '\\$&').replaceAll('"', '\\"')}"`;
export const textTerm = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** What may stand before a colon: words for several columns, columns, and Microsoft's most used names. */
export const FIELD_NAMES: readonly string[] = [
  'host',
  'user',
  'channel',
  'id',
  'ip',
  'port',
  'process',
  'path',
  'image',
  'command_line',
  'parent_image',
  'hashes',
  'file',
  'script',
  'decoded',
  ...['Image', 'CommandLine', 'ParentImage', 'ParentCommandLine', 'User', 'Hashes', 'OriginalFileName', 'ProcessGuid'],
  ...['TargetFilename', 'TargetObject', 'Details', 'QueryName', 'DestinationIp', 'DestinationPort', 'SourceIp'],
  ...['ImageLoaded', 'TargetImage', 'SourceImage', 'GrantedAccess', 'PipeName', 'ScriptBlockText', 'ServiceName'],
  ...['TargetUserName', 'SubjectUserName', 'IpAddress', 'LogonType', 'TaskName', 'ShareName', 'LogonId'],
];

export type IocKind = 'hash' | 'address' | 'url' | 'domain' | 'file' | 'email';
export interface Ioc {
  readonly kind: IocKind;
  readonly value: string;
}

/** As it was before somebody made it harmless to click: `hxxp://a[.]b`, `a(dot)b`, `1.2.3[.]4`. */
export const refang = (text: string): string =>
  text
    .replace(/\bhxxp(s?)\b/gi, 'http$1')
    .replace(/\bfxp\b/gi, 'ftp')
    .replace(/\s?[[({]\s*(?:\.|dot)\s*[\])}]\s?/gi, '.')
    .replace(/[[(]\s*(:\/\/|:|\/|@|at)\s*[\])]/gi, (_, c: string) => (c.toLowerCase() === 'at' ? '@' : c))
    .replace(/\\\./g, '.');

const IOC: readonly (readonly [IocKind, RegExp])[] = [
  ['url', /\b(?:https?|ftp):\/\/[^\s"'<>,;)\]]+/gi],
  ['email', /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g],
  ['hash', /\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b/gi],
  ['address', /(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])/g],
  [
    'file',
    /\b[a-z]:\\[^\s"<>|]+|\b[\w-]+\.(?:exe|dll|sys|ps1|bat|cmd|vbs|vbe|js|jse|wsf|hta|lnk|scr|chm|msi|hwpx?|docm|xlsm|iso|img)\b/gi,
  ],
  ['domain', /\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\b/gi],
];

/** Indicators in pasted text, each once, the order of the text within a kind. What one kind took is no other's. */
export function readIocs(text: string): Ioc[] {
  let rest = refang(text);
  const found = new Map<string, Ioc>();
  for (const [kind, pattern] of IOC)
    rest = rest.replace(pattern, (value) => {
      const clean = value.replace(/[.,;:]+$/, '');
      found.set(`${kind} ${clean.toLowerCase()}`, { kind, value: clean });
      return ' '.repeat(value.length);
    });
  return [...found.values()];
}

/** A rule that holds of every event in which one of them stands. */
export function sweepRule(title: string, iocs: readonly Ioc[]): string {
  // A URL is rarely logged whole: its host is sought.
  const values = iocs.map(({ kind, value }) => (kind === 'url' ? new URL(value).hostname : value));
  const list = [...new Set(values)].map((value) => `    - ${JSON.stringify(value.replace(/[\\*?]/g, '\\$&'))}`);
  return [
    `title: ${JSON.stringify(title)}`,
    'status: experimental',
    'logsource:',
    '  product: windows',
    'detection:',
    '  keywords:',
    ...list,
    '  condition: keywords',
    'level: high',
    '',
  ].join('\n');
}
