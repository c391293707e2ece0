/** How Windows renders events as text (Event Viewer, `Get-WinEvent`), as data: which label stands for which field. */
import { findEvent } from '../lookup.ts';
import { LABELS, type LabelKey, type LabelRow } from './labels.ts';
import * as others from './others.ts';
import { EVENTLOG_LAYOUTS, SECURITY_LAYOUTS } from './security.ts';
import { LANGUAGES, type Language, type LayoutRow, type LineRow, type SectionRow, type Texts } from './types.ts';

export { LABELS, type LabelKey } from './labels.ts';
export { LANGUAGES, type Language } from './types.ts';

/** Every spelling of one label by language, without the colon; the likeliest first. */
export type Label = Readonly<Record<Language, readonly string[]>>;

export interface LayoutLine {
  readonly kind: 'line';
  readonly label: Label;
  readonly field: string;
  /** The value may run over several lines, up to the next label. */
  readonly block: boolean;
}
export interface LayoutSection {
  readonly kind: 'section';
  readonly label: Label;
  readonly lines: readonly LayoutLine[];
}
/** See `LayoutRow`: items come in this order, each at most once, and each may be missing. */
export interface MessageLayout {
  /** The first line as text with `{Field}` for values. */
  readonly sentence: Label;
  /** The field of the text between the first line and the first label. */
  readonly body: string | undefined;
  readonly items: readonly (LayoutLine | LayoutSection)[];
  /** How an explanation after the last label begins. */
  readonly trailer: Label;
}

/** By provider, lower case. */
const LAYOUTS: Readonly<Record<string, Readonly<Record<number, LayoutRow>>>> = {
  'microsoft-windows-security-auditing': SECURITY_LAYOUTS,
  'microsoft-windows-eventlog': EVENTLOG_LAYOUTS,
  'service control manager': others.SERVICE_CONTROL_MANAGER_LAYOUTS,
  'microsoft-windows-powershell': others.POWERSHELL_LAYOUTS,
  powershellcore: others.POWERSHELL_LAYOUTS,
  powershell: others.CLASSIC_POWERSHELL_LAYOUTS,
  'microsoft-windows-taskscheduler': others.TASK_SCHEDULER_LAYOUTS,
  'microsoft-windows-terminalservices-localsessionmanager': others.LOCAL_SESSION_LAYOUTS,
  'microsoft-windows-terminalservices-remoteconnectionmanager': others.REMOTE_CONNECTION_LAYOUTS,
  'microsoft-windows-windows defender': others.DEFENDER_LAYOUTS,
  'microsoft-windows-windows firewall with advanced security': others.FIREWALL_LAYOUTS,
  'microsoft-windows-bits-client': others.BITS_LAYOUTS,
  'microsoft-windows-wmi-activity': others.WMI_LAYOUTS,
};

/** Sysmon's labels are its field names in every language, and every value may hold line breaks. */
const FIELD_NAMES_ARE_LABELS: readonly string[] = ['microsoft-windows-sysmon', 'linux-sysmon'];

const NONE: Label = { en: [], ko: [], ja: [] };
const cache = new Map<string, MessageLayout>();

/** How an event of a channel or provider is rendered; undefined where the layout is not known. */
export function messageLayout(source: string, eventId: number, provider?: string): MessageLayout | undefined {
  const known = findEvent(source, eventId, provider);
  if (known === undefined) return undefined;
  const name = known.provider.toLowerCase();
  const key = `${name}|${eventId}`;
  let layout = cache.get(key);
  if (layout !== undefined) return layout;
  if (FIELD_NAMES_ARE_LABELS.includes(name)) {
    const items = Object.keys(known.fields).map(
      (field): LayoutLine => ({ kind: 'line', label: { en: [field], ko: [field], ja: [field] }, field, block: true }),
    );
    layout = { sentence: NONE, body: undefined, items, trailer: NONE };
  } else {
    const row = LAYOUTS[name]?.[eventId];
    if (row === undefined) return undefined;
    layout = {
      sentence: texts(row.sentence),
      body: row.body,
      items: row.items.map((item) => (isSection(item) ? section(item) : line(item))),
      trailer: texts(row.trailer),
    };
  }
  cache.set(key, layout);
  return layout;
}

/** The provider (lower case) and id of every event whose layout is written down; Sysmon's follow from its table. */
export function* knownLayouts(): Iterable<readonly [provider: string, eventId: number]> {
  for (const [provider, rows] of Object.entries(LAYOUTS)) {
    for (const id of Object.keys(rows)) yield [provider, Number(id)];
  }
}

/**
 * The values in a first line (`The WinRM service entered the stopped state.`), tried in every language. Runs of blanks
 * compare equal. undefined when no variant fits.
 */
export function readSentence(
  layout: MessageLayout,
  text: string,
): readonly (readonly [field: string, value: string])[] | undefined {
  const given = text.replace(/\s+/g, ' ').trim();
  for (const language of LANGUAGES) {
    for (const template of layout.sentence[language]) {
      const values = fit(template.replace(/\s+/g, ' '), given);
      if (values !== undefined) return values;
    }
  }
  return undefined;
}

/** Literals are sought from left to right, the last one at the end: linear, whatever the values hold. */
function fit(template: string, text: string): (readonly [string, string])[] | undefined {
  const parts = template.split(/\{([^}]+)\}/); // literal, field, literal, field, …, literal
  const last = parts.length - 1;
  const tail = parts[last]!;
  if (!text.startsWith(parts[0]!) || !text.endsWith(tail)) return undefined;
  const end = text.length - tail.length;
  const values: (readonly [string, string])[] = [];
  let at = parts[0]!.length;
  for (let i = 1; i < last; i += 2) {
    const next = i + 1 === last ? end : text.indexOf(parts[i + 1]!, at);
    if (next < at || next > end) return undefined;
    values.push([parts[i]!, text.slice(at, next)]);
    at = next + parts[i + 1]!.length;
  }
  return values;
}

function isSection(item: SectionRow | LineRow): item is SectionRow {
  return 'section' in item;
}

function section(row: SectionRow): LayoutSection {
  return { kind: 'section', label: merge(row.section), lines: row.lines.map(line) };
}

function line([label, field, block]: LineRow): LayoutLine {
  return { kind: 'line', label: merge([label]), field, block: block === 'block' };
}

function merge(keys: readonly LabelKey[]): Label {
  const rows = keys.map((key): [LabelKey, LabelRow] => [key, LABELS[key]]);
  return {
    en: [...new Set(rows.flatMap(([key, row]) => [key, ...(row.en ?? [])]))],
    ko: [...new Set(rows.flatMap(([, row]) => row.ko))],
    ja: [...new Set(rows.flatMap(([, row]) => row.ja))],
  };
}

function texts(row: Texts | undefined): Label {
  return row === undefined ? NONE : { en: row.en ?? [], ko: row.ko ?? [], ja: row.ja ?? [] };
}
