import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Scalar as YamlScalar } from 'yaml';
import type { At } from '../error.ts';
import { YAML_LIMITS } from '../yaml/read.ts';

/** A YAML document as it is written: what the linter reads and edits. Offsets are UTF-16 units of the whole text. */
export type SourceNode = SourceMap | SourceList | SourceScalar;

interface Ranged {
  readonly from: number;
  /** Behind the last character. */
  readonly to: number;
}

export interface SourceEntry {
  readonly key: SourceScalar;
  readonly value: SourceNode;
}

export interface SourceMap extends Ranged {
  readonly kind: 'map';
  readonly entries: readonly SourceEntry[];
}

export interface SourceList extends Ranged {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar extends Ranged {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'block';
}

export interface SourceDocument {
  readonly root: SourceNode | undefined;
  /** Parts of it are repeated: an edit would change every place. */
  readonly shared: boolean;
}

/** A text and its documents; those that are no YAML are left out (loading them tells why). */
export class Source {
  readonly text: string;
  readonly file: string | undefined;
  readonly documents: readonly SourceDocument[];
  readonly #lines = new LineCounter();

  constructor(text: string, file: string | undefined) {
    this.text = text;
    this.file = file;
    this.documents = this.#read();
  }

  at(offset: number): At {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  offset({ line, column }: At): number {
    return (this.#lines.lineStarts[line - 1] ?? 0) + column - 1;
  }

  /** The line that holds this offset, without its end. */
  line(offset: number): { readonly from: number; readonly to: number } {
    const from = this.text.lastIndexOf('\n', offset - 1) + 1;
    const end = this.text.indexOf('\n', offset);
    return { from, to: end < 0 ? this.text.length : end };
  }

  slice = ({ from, to }: Ranged): string => this.text.slice(from, to);

  #read(): SourceDocument[] {
    const { text } = this;
    // The parser tells offsets of lines only for what it reads.
    this.#lines.addNewLine(0);
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#lines.addNewLine(i + 1);
    if (text.length > YAML_LIMITS.text || /[[{]{40}/.test(text.replace(/[\s-]/g, ''))) return [];
    return parsed(text).flatMap((document): SourceDocument[] => {
      if (document.errors.length > 0) return [];
      let shared = false;
      let left = YAML_LIMITS.nodes;
      const walk = (node: unknown, fallback: number, depth: number): SourceNode => {
        const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
        const at: Ranged = { from: range?.[0] ?? fallback, to: range?.[1] ?? fallback };
        if (isAlias(node) || (node as { anchor?: string } | null)?.anchor !== undefined) shared = true;
        if (--left < 0 || depth > YAML_LIMITS.depth) return empty(at);
        if (isMap(node)) {
          const entries = node.items.map(({ key, value }): SourceEntry => {
            const made = walk(key, at.from, depth + 1);
            const name = made.kind === 'scalar' ? made : empty(made);
            return { key: name, value: walk(value, name.to + 1, depth + 1) };
          });
          return { kind: 'map', entries, ...at };
        }
        if (isSeq(node)) {
          const items = node.items.map((item) => walk(item, at.from, depth + 1));
          return { kind: 'list', flow: node.flow === true, items, ...at };
        }
        return isScalar(node) ? scalar(node, at) : empty(at);
      };
      const root = document.contents === null ? undefined : walk(document.contents, 0, 0);
      return [{ root, shared }];
    });
  }
}

function parsed(text: string) {
  try {
    return Array.from(
      parseAllDocuments(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false }),
      (document) => document,
    );
  } catch (error) {
    // Nested too deep for the parser; loading says so.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

const empty = (at: Ranged): SourceScalar => ({
  kind: 'scalar',
  value: null,
  text: '',
  style: 'plain',
  from: at.from,
  to: at.to,
});

function scalar(node: YamlScalar, at: Ranged): SourceScalar {
  const { value } = node;
  const known = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const style =
    node.type === 'QUOTE_SINGLE'
      ? 'single'
      : node.type === 'QUOTE_DOUBLE'
        ? 'double'
        : node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL'
          ? 'block'
          : 'plain';
  const text = typeof value === 'string' ? value : (node.source ?? '');
  return { kind: 'scalar', value: known ? value : text, text, style, from: at.from, to: at.to };
}

export const child = (node: SourceNode | undefined, key: string): SourceEntry | undefined =>
  node?.kind === 'map' ? node.entries.find((e) => e.key.text === key) : undefined;

/** A list's texts, or the one that stands without a list; maps are left out. */
export function scalars(node: SourceNode | undefined): readonly SourceScalar[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
}
