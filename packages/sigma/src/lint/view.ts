import type { LogSource } from '../rule.ts';
import type { Edit } from './finding.ts';
import {
  child,
  type Source,
  type SourceDocument,
  type SourceEntry,
  type SourceNode,
  type SourceScalar,
  scalars,
} from './source.ts';

/** `field|modifier: values` of a search, as it is written. */
export interface ItemView {
  readonly search: string;
  readonly entry: SourceEntry;
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly values: readonly SourceScalar[];
  /** Its parts may be edited: nothing of it is shared, and it is written as it reads. */
  readonly editable: boolean;
}

export interface SearchView {
  readonly name: string;
  readonly entry: SourceEntry;
  readonly items: readonly ItemView[];
  readonly keywords: readonly SourceScalar[];
}

/** A document with what checks ask of it. */
export interface DocumentView {
  readonly source: Source;
  readonly root: SourceNode;
  readonly kind: 'rule' | 'correlation' | 'filter';
  readonly shared: boolean;
  /** The entry of a key, also of one that a global document gives it. */
  get(key: string): SourceEntry | undefined;
  /** The text of a key; undefined when it has none. */
  text(key: string): string | undefined;
  readonly searches: readonly SearchView[];
  readonly items: readonly ItemView[];
  readonly conditions: readonly SourceScalar[];
  readonly logsource: LogSource;
}

/** The documents of a text that are rules, correlations or filters. */
export function documentsOf(source: Source): DocumentView[] {
  let global: SourceNode | undefined;
  const made: DocumentView[] = [];
  for (const document of source.documents) {
    const { root } = document;
    if (root?.kind !== 'map') continue;
    const action = child(root, 'action')?.value;
    if (action?.kind === 'scalar' && action.text === 'global') global = root;
    else if (action?.kind === 'scalar' && action.text === 'reset') global = undefined;
    else made.push(documentOf(source, document, root, global));
  }
  return made;
}

function documentOf(
  source: Source,
  { shared }: SourceDocument,
  root: SourceNode,
  global: SourceNode | undefined,
): DocumentView {
  const get = (key: string): SourceEntry | undefined => child(root, key) ?? child(global, key);
  const kind = get('correlation') !== undefined ? 'correlation' : get('filter') !== undefined ? 'filter' : 'rule';
  const detection = get(kind === 'filter' ? 'filter' : 'detection')?.value;
  const searches: SearchView[] = [];
  for (const entry of detection?.kind === 'map' && kind !== 'correlation' ? detection.entries : []) {
    const name = entry.key.text;
    if (name === 'condition' || name === 'timeframe' || (kind === 'filter' && name === 'rules')) continue;
    const items: ItemView[] = [];
    const keywords: SourceScalar[] = [];
    collect(entry.value, name, source, shared, items, keywords);
    searches.push({ name, entry, items, keywords });
  }
  const logsource: { product?: string; category?: string; service?: string } = {};
  for (const key of ['product', 'category', 'service'] as const) {
    const value = child(get('logsource')?.value, key)?.value;
    if (value?.kind === 'scalar' && value.value !== null) logsource[key] = value.text;
  }
  return {
    source,
    root,
    kind,
    shared,
    get,
    text: (key) => {
      const value = get(key)?.value;
      return value?.kind === 'scalar' && value.value !== null ? value.text : undefined;
    },
    searches,
    items: searches.flatMap((s) => s.items),
    conditions: kind === 'correlation' ? [] : scalars(child(detection, 'condition')?.value),
    logsource,
  };
}

function collect(
  node: SourceNode,
  search: string,
  source: Source,
  shared: boolean,
  items: ItemView[],
  keywords: SourceScalar[],
): void {
  if (node.kind === 'scalar') keywords.push(node);
  else if (node.kind === 'list') for (const item of node.items) collect(item, search, source, shared, items, keywords);
  else
    for (const entry of node.entries) {
      const [field = '', ...modifiers] = entry.key.text.split('|');
      const editable = !shared && source.slice(entry.key).replace(/^(['"])(.*)\1$/, '$2') === entry.key.text;
      items.push({ search, entry, field, modifiers, values: scalars(entry.value), editable });
    }
}

/** A scalar with another text, in its own quotes; undefined where that is not plain to do. */
export function rewritten({ style, from, to, value }: SourceScalar, text: string): Edit | undefined {
  if (typeof value !== 'string' || style === 'block' || /[\n\t]/.test(text)) return undefined;
  if (style === 'double' && /[\\"]/.test(text)) return undefined;
  if (
    style === 'plain' &&
    /^[A-Za-z_][\w .:\\/-]*(?<![ :])$/.test(text) &&
    !/: |^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  )
    return { from, to, text };
  return { from, to, text: style === 'double' ? `"${text}"` : `'${text.replaceAll("'", "''")}'` };
}

/** Edits that give an item other modifiers. */
export function remodified({ entry, field, editable }: ItemView, modifiers: readonly string[]): Edit[] | undefined {
  if (!editable) return undefined;
  const { key } = entry;
  const quoted = key.style === 'single' || key.style === 'double' ? 1 : 0;
  return [{ from: key.from + quoted, to: key.to - quoted, text: [field, ...modifiers].join('|') }];
}

/** Takes the line of a list's item away; undefined where it does not stand on a line of its own. */
export function withoutLine(source: Source, node: SourceScalar): Edit[] | undefined {
  const line = source.line(node.from);
  const text = source.text.slice(line.from, line.to);
  if (!/^\s*- *$/.test(text.slice(0, node.from - line.from)) || node.to > line.to) return undefined;
  return /^\s*(?:#.*)?$/.test(text.slice(node.to - line.from))
    ? [{ from: line.from, to: Math.min(line.to + 1, source.text.length), text: '' }]
    : undefined;
}
