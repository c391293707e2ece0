/** A record's BinXML → a tree of elements with its templates filled in. The reference that the fast path is held against. */
import { EvtxError } from '../../error.ts';
import type { Bytes } from '../bytes.ts';
import { MAX_CHUNK_SIZE, MAX_DEFINITIONS, MAX_NESTING, MAX_RECORD_SIZE } from '../limits.ts';
import { TYPE } from '../value-type.ts';
import { type ElementPart, type InstancePart, type Part, parseDefinition, parseParts } from './template.ts';
import { NULL, readValue, type Value, valueText } from './value.ts';

export type Attribute = { readonly name: string; readonly value: string };
export type Element = {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly children: readonly Node[];
};
export type Node =
  | Element
  /** `value` is the typed one where the text comes from a template's hole. */
  | { readonly kind: 'text'; readonly text: string; readonly value?: Value }
  | { readonly kind: 'instruction'; readonly target: string; readonly data: string };

/** The trees of one chunk's records; it keeps the template definitions and the bill that the records share. */
export class ChunkTrees {
  readonly #b: Bytes;
  readonly #definitions = new Map<number, readonly Part[]>();
  #definitionsLeft = MAX_DEFINITIONS;
  #chunkLeft = MAX_CHUNK_SIZE;
  #recordLeft = 0;

  constructor(chunk: Bytes) {
    this.#b = chunk;
  }

  /** Nodes of the BinXML between two chunk offsets. Throws {@link EvtxError}. */
  read(at: number, end: number): Node[] {
    const granted = Math.min(MAX_RECORD_SIZE, this.#chunkLeft);
    this.#recordLeft = granted;
    try {
      return this.#fragment(at, end, 0);
    } finally {
      this.#chunkLeft -= granted - Math.max(0, this.#recordLeft);
    }
  }

  #spend(size: number, at: number): void {
    this.#recordLeft -= size;
    if (this.#recordLeft < 0)
      throw this.#b.fail('too-large', at, `the record grows over ${MAX_RECORD_SIZE} characters`);
  }

  #fragment(at: number, end: number, depth: number): Node[] {
    if (depth > MAX_NESTING) throw this.#b.fail('too-deep', at, `BinXML nests over ${MAX_NESTING} deep`);
    return this.#fill(parseParts(this.#b, at, end, false), [], at, depth);
  }

  #definition(at: number): readonly Part[] {
    let parts = this.#definitions.get(at);
    if (parts === undefined) {
      if (this.#definitionsLeft < 0) throw this.#b.fail('too-large', at, 'template definitions overlap without end');
      const size = Math.min(
        this.#b.bytes.length - at,
        this.#b.u32(at + 20, this.#b.bytes.length, 'template definition size'),
      );
      try {
        parts = parseDefinition(this.#b, at);
        this.#definitionsLeft -= size;
      } catch (error) {
        if (error instanceof EvtxError)
          this.#definitionsLeft -= Math.min(size, Math.max(0, error.offset - this.#b.base - at));
        throw error;
      }
      this.#definitions.set(at, parts);
    }
    return parts;
  }

  #instance(part: InstancePart, depth: number): Node[] {
    if (depth > MAX_NESTING) throw this.#b.fail('too-deep', part.definition, `templates nest over ${MAX_NESTING} deep`);
    const parts = this.#definition(part.definition);
    const values = part.values.map(({ type, at, size }): Value => {
      if (type !== TYPE.binxml || size === 0) return readValue(this.#b, type, at, size);
      return { kind: 'xml', nodes: this.#fragment(at, at + size, depth + 1) };
    });
    return this.#fill(parts, values, part.definition, depth);
  }

  #fill(parts: readonly Part[], values: readonly Value[], at: number, depth: number): Node[] {
    const nodes: Node[] = [];
    for (const part of parts) {
      this.#spend(1, at);
      if (part.kind === 'hole') {
        for (const node of valueNodes(values[part.index] ?? NULL)) {
          this.#spend(node.kind === 'text' ? node.text.length : nodeSize(node), at);
          nodes.push(node);
        }
      } else if (part.kind === 'element') {
        for (const repeat of repeats(part, values)) {
          if (repeat !== values) this.#spend(values.length, at);
          nodes.push(this.#element(part, repeat, at, depth));
        }
      } else if (part.kind === 'instance') {
        nodes.push(...this.#instance(part, depth + 1));
      } else {
        this.#spend(part.kind === 'text' ? part.text.length : part.data.length, at);
        nodes.push(part);
      }
    }
    return nodes;
  }

  #element(part: ElementPart, values: readonly Value[], at: number, depth: number): Element {
    const attributes: Attribute[] = [];
    for (const { name, parts } of part.attributes) {
      let value = '';
      let optional = parts.length > 0;
      for (const piece of parts) {
        if (piece.kind === 'text') value += piece.text;
        if (piece.kind === 'hole') value += valueText(values[piece.index] ?? NULL);
        optional &&= piece.kind === 'hole' && piece.optional;
      }
      this.#spend(name.length + value.length, at);
      if (value !== '' || !optional) attributes.push({ name, value });
    }
    this.#spend(part.name.length, at);
    return { kind: 'element', name: part.name, attributes, children: this.#fill(part.content, values, at, depth) };
  }
}

/** Nodes and characters of a filled-in element, for the bill of a value that several holes repeat. */
function nodeSize(node: Node): number {
  if (node.kind === 'text') return 1 + node.text.length;
  if (node.kind === 'instruction') return 1 + node.data.length;
  let size = 1 + node.name.length;
  for (const { name, value } of node.attributes) size += name.length + value.length;
  for (const child of node.children) size += nodeSize(child);
  return size;
}

function valueNodes(value: Value): readonly Node[] {
  if (value.kind === 'xml') return value.nodes;
  if (value.kind === 'null') return [];
  return [{ kind: 'text', text: valueText(value), value }];
}

/**
 * The values with which an element is written, once per item of an array that stands in its content or an attribute
 * (MS-EVEN6 3.1.4.7.5); with several arrays every combination, the first one slowest.
 */
function* repeats(part: ElementPart, values: readonly Value[]): Iterable<readonly Value[]> {
  const holes = [part.content, ...part.attributes.map((a) => a.parts)].flat();
  const index = holes.find((p) => p.kind === 'hole' && values[p.index]?.kind === 'array');
  const array = index?.kind === 'hole' ? values[index.index] : undefined;
  if (index?.kind !== 'hole' || array?.kind !== 'array') {
    yield values;
    return;
  }
  const items = array.items.length === 0 ? [NULL] : array.items;
  for (const item of items) yield* repeats(part, values.with(index.index, item));
}
