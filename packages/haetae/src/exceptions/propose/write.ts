import { createHash } from 'node:crypto';
import type { LogSource } from '@haetae/sigma';
import type { ProposedCondition } from './separate.ts';

/** Who answers for an exception, why, and until when. */
export interface ExceptionAbout {
  readonly title: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, `2026-12-31`. */
  readonly expires: string;
  /** The day on which it is written. */
  readonly date: string;
  /** The incident it was made from. */
  readonly incident?: string;
}

/** A filter to be written. */
export interface FilterDraft {
  readonly logsource: LogSource;
  /** undefined: any rule, for findings that a detector other than sigma made. */
  readonly rules: readonly { readonly id: string; readonly title: string }[] | undefined;
  readonly detector?: string;
  readonly selections: readonly (readonly ProposedCondition[])[];
}

/** The drafts as documents of one YAML file. The same drafts give the same ids. */
export function writeExceptions(drafts: readonly FilterDraft[], about: ExceptionAbout): string {
  return drafts
    .map((draft, i) =>
      writeOne(draft, drafts.length === 1 ? about : { ...about, title: `${about.title} ${i + 1}/${drafts.length}` }),
    )
    .join('---\n');
}

function writeOne({ logsource, rules, detector, selections }: FilterDraft, about: ExceptionAbout): string {
  const source = (['product', 'category', 'service'] as const)
    .filter((key) => logsource[key] !== undefined)
    .map((key) => `  ${key}: ${plain(logsource[key]!)}`);
  const names = selections.map((_, i) => (selections.length === 1 ? 'selection' : `selection_${i + 1}`));
  const body = [
    'logsource:',
    ...source,
    'filter:',
    ...(rules === undefined
      ? ['  rules: any']
      : ['  rules:', ...rules.map(({ id, title }) => `    - ${plain(id)} # ${title.replace(UNPRINTABLE_ALL, ' ')}`)]),
    ...selections.flatMap((conditions, i) => [`  ${names[i]}:`, ...conditions.flatMap(writeCondition)]),
    `  condition: ${selections.length === 1 ? 'selection' : '1 of selection_*'}`,
  ];
  const hash = createHash('sha256').update(body.join('\n')).digest('hex');
  return `${[
    `title: ${quote(about.title)}`,
    `id: ${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
    `author: ${quote(about.owner)}`,
    `date: ${plain(about.date)}`,
    ...body,
    'haetae:',
    ...(detector === undefined ? [] : [`  detector: ${plain(detector)}`]),
    `  owner: ${quote(about.owner)}`,
    `  reason: ${quote(about.reason)}`,
    `  expires: ${quote(about.expires)}`,
    ...(about.incident === undefined ? [] : [`  incident: ${plain(about.incident)}`]),
  ].join('\n')}\n`;
}

function writeCondition({ field, op, patterns }: ProposedCondition): string[] {
  const key = `    ${field.name}${op === 'equals' ? '' : `|${op}`}:`;
  if (patterns.length === 1) return [`${key} ${quote(patterns[0]!)}`];
  return [key, ...patterns.map((pattern) => `      - ${quote(pattern)}`)];
}

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const UNPRINTABLE_ALL = new RegExp(UNPRINTABLE, 'g');
const PLAIN = /^[a-z][\w.-]*$|^[0-9a-f]{8}-[0-9a-f-]{27}$|^\d{4}-\d{2}-\d{2}$/i;
const WORDS_OF_YAML = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i;

const plain = (text: string): string => (PLAIN.test(text) && !WORDS_OF_YAML.test(text) ? text : quote(text));

/** A YAML scalar that is the text, whatever it holds; single quotes leave backslashes as they are. */
export function quote(text: string): string {
  if (!UNPRINTABLE.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escaped = JSON.stringify(text).replace(
    UNPRINTABLE_ALL,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped;
}
