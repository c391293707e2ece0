import type { At } from '../error.ts';

/** A YAML document as a plain tree in which everything knows its place. Aliases are resolved: a shared part is one object. */
export type Node = MapNode | ListNode | ScalarNode;

export interface Entry {
  readonly key: string;
  /** Where the key's first character stands (inside the quotes, if it has any). */
  readonly keyAt: At;
  readonly value: Node;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly at: At;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly at: At;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** As it is written, less quotes: `00000429` is the number 429 to YAML and still eight digits to its author. */
  readonly text: string;
  /** Its text begins one column behind `at`. */
  readonly quoted: boolean;
  readonly at: At;
}

export const entry = (map: MapNode, key: string): Entry | undefined => map.entries.find((e) => e.key === key);

/** The tree as ordinary objects and arrays. */
export function toPlain(node: Node): unknown {
  switch (node.kind) {
    case 'map':
      // Object.fromEntries defines own members, so that a key `__proto__` is a member like any other.
      return Object.fromEntries(node.entries.map((e) => [e.key, toPlain(e.value)]));
    case 'list':
      return node.items.map(toPlain);
    case 'scalar':
      return node.value;
    default:
      return node satisfies never;
  }
}

/** `over` laid over `base`: maps are joined key by key at any depth, anything else is replaced. */
export function merge(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries.map((e) => [e.key, e]));
  for (const e of over.entries) {
    const old = entries.get(e.key);
    if (old?.value.kind === 'map' && e.value.kind === 'map')
      entries.set(e.key, { ...e, value: merge(old.value, e.value) });
    else entries.set(e.key, e);
  }
  return { kind: 'map', entries: [...entries.values()], at: over.at };
}
