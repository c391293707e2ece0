import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { type At, SigmaError } from '../error.ts';
import type { Entry, Node } from './node.ts';
import { readQuickly } from './quick.ts';

/** Limits on one text, far above any rule that people write; beyond them it is refused, not cut. */
export const YAML_LIMITS = {
  /** UTF-16 units of a text. */
  text: 32 * 1024 * 1024,
  /** Nodes of one document, those that aliases repeat included (the "billion laughs"). */
  nodes: 100_000,
  /** Levels of nesting. */
  depth: 64,
} as const;

/** One document of a stream: its tree (undefined when it is empty), or why it cannot be read. */
export type YamlDocument =
  | { readonly ok: true; readonly root: Node | undefined }
  | { readonly ok: false; readonly error: SigmaError };

/** Reads YAML 1.2 (with merge keys). Never throws: a document that cannot be read is a value, and the others are still read. */
export function readYaml(text: string, file: string | undefined): YamlDocument[] {
  const quick = readQuickly(text);
  return quick === undefined ? readAnyYaml(text, file) : [{ ok: true, root: quick }];
}

/** The whole language. */
export function readAnyYaml(text: string, file: string | undefined): YamlDocument[] {
  const start = { file, line: 1, column: 1 };
  if (text.length > YAML_LIMITS.text) {
    const reason = `${text.length} characters; at most ${YAML_LIMITS.text} are read`;
    return [{ ok: false, error: new SigmaError('too-large', reason, start) }];
  }
  const deep = nesting(text);
  if (deep !== undefined) return [{ ok: false, error: new SigmaError('too-large', TOO_DEEP, { file, ...deep }) }];
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
      // The parser compares each key with each other; here a Set does it.
      uniqueKeys: false,
    });
    return Array.from(documents, (document) => convert(document, lines, file));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    // The parser reports what it finds in `errors`; only the stack runs out on collections nested thousands deep.
    return [{ ok: false, error: new SigmaError('too-large', TOO_DEEP, start, cause) }];
  }
}

const TOO_DEEP = `nested more than ${YAML_LIMITS.depth} deep`;

/** Where flow brackets outside of quotes nest beyond anything sane; the parser would recurse once a bracket. */
function nesting(text: string): At | undefined {
  let line = 1;
  let begin = 0;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) {
      line++;
      begin = i + 1;
    } else if (c === 91 || c === 123) {
      if (++run > YAML_LIMITS.depth * 4) return { line, column: i - begin + 1 };
    } else if (c !== 32 && c !== 9 && c !== 45) run = 0;
  }
  return undefined;
}

type YamlParsed = ReturnType<typeof parseAllDocuments>[number];

function convert(document: YamlParsed, lines: LineCounter, file: string | undefined): YamlDocument {
  const at = (offset: number): At => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const first = document.errors[0];
  if (first !== undefined) {
    const place = { file, ...at(first.pos[0]) };
    // The parser turns its own stack overflow into an error like any other.
    if (first.message.includes('call stack'))
      return { ok: false, error: new SigmaError('too-large', TOO_DEEP, place, first) };
    return { ok: false, error: new SigmaError('bad-yaml', tidy(first.message), place, first) };
  }
  const fail = (code: 'bad-yaml' | 'too-large', reason: string, where: At): never => {
    throw new SigmaError(code, reason, { file, ...where });
  };
  const anchors = new Map<string, { node: Node; size: number }>();
  let size = 0;
  const count = (nodes: number, where: At): void => {
    size += nodes;
    if (size > YAML_LIMITS.nodes)
      fail('too-large', `more than ${YAML_LIMITS.nodes} values, repeated ones included`, where);
  };

  const walk = (node: unknown, fallback: At, depth: number): Node => {
    const ranged = node as { range?: readonly [number, number, number] | null; anchor?: string } | null;
    const here = ranged?.range ? at(ranged.range[0]) : fallback;
    if (depth > YAML_LIMITS.depth) fail('too-large', TOO_DEEP, here);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) return fail('bad-yaml', `the alias *${node.source} names nothing above it`, here);
      count(target.size, here);
      return target.node;
    }
    const before = size;
    count(1, here);
    let made: Node;
    if (isMap(node)) made = { kind: 'map', entries: entries(node.items, here, depth), at: here };
    else if (isSeq(node))
      made = { kind: 'list', items: node.items.map((item) => walk(item, here, depth + 1)), at: here };
    else if (isScalar(node)) {
      const value = node.value;
      const known =
        value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      made = {
        kind: 'scalar',
        value: known ? value : (node.source ?? ''),
        text: typeof value === 'string' ? value : (node.source ?? ''),
        quoted: isQuoted(node),
        at: here,
      };
    } else made = { kind: 'scalar', value: null, text: '', quoted: false, at: here };
    if (ranged?.anchor !== undefined) anchors.set(ranged.anchor, { node: made, size: size - before });
    return made;
  };

  const entries = (items: readonly { key: unknown; value?: unknown }[], here: At, depth: number): Entry[] => {
    const made: Entry[] = [];
    const merged: Entry[] = [];
    const seen = new Set<string>();
    for (const { key, value } of items) {
      const keyNode = walk(key, here, depth + 1);
      if (keyNode.kind !== 'scalar')
        return fail('bad-yaml', 'a key must be one word or text, not a list or a map', keyNode.at);
      const keyAt = keyNode.quoted ? { line: keyNode.at.line, column: keyNode.at.column + 1 } : keyNode.at;
      const valueNode = walk(value, keyNode.at, depth + 1);
      if (keyNode.text !== '<<') {
        if (seen.has(keyNode.text)) return fail('bad-yaml', `the key ${keyNode.text} stands twice in this map`, keyAt);
        seen.add(keyNode.text);
        made.push({ key: keyNode.text, keyAt, value: valueNode });
      } else {
        for (const source of valueNode.kind === 'list' ? valueNode.items : [valueNode]) {
          if (source.kind !== 'map') return fail('bad-yaml', 'a merge key << needs a map', source.at);
          merged.push(...source.entries);
        }
      }
    }
    for (const e of merged) {
      if (seen.has(e.key)) continue;
      seen.add(e.key);
      made.push(e);
    }
    return made;
  };

  try {
    const root = document.contents;
    if (root === null) return { ok: true, root: undefined };
    const node = walk(root, { line: 1, column: 1 }, 0);
    return { ok: true, root: node.kind === 'scalar' && node.value === null ? undefined : node };
  } catch (error) {
    if (error instanceof SigmaError) return { ok: false, error };
    throw error;
  }
}

const isQuoted = (node: { type?: unknown }): boolean => node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE';

/** The parser's first sentence; the rest of its message repeats the text. */
const tidy = (message: string): string => message.split('\n', 1)[0]!.replace(/:$/, '');
