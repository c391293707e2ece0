import { type At, didYouMean, type Place, SigmaError, type SigmaErrorCode } from './error.ts';
import { LEVELS, type RuleMeta, STATUSES } from './rule.ts';
import { entry, type MapNode, type Node, toPlain } from './yaml/node.ts';

/** The keys that every kind of document has. */
const META_KEYS = [
  'title',
  'id',
  'name',
  'status',
  'description',
  'references',
  'author',
  'date',
  'modified',
  'tags',
  'falsepositives',
  'level',
];

/** The value of a key that a document cannot do without; a key that is nearly so called is told. `known`: its other keys. */
export function need(
  root: MapNode,
  key: string,
  what: string,
  known: readonly string[],
  file: string | undefined,
): Node {
  const found = entry(root, key);
  if (found !== undefined) return found.value;
  const typo = root.entries.find(
    (e) => !known.includes(e.key) && !META_KEYS.includes(e.key) && didYouMean(e.key, [key]) !== '',
  );
  throw typo === undefined
    ? new SigmaError('missing-key', `${what} needs ${key}`, { file, ...root.at })
    : new SigmaError('missing-key', `no ${key}; did you mean it by ${typo.key}?`, { file, ...typo.keyAt });
}

/** What a document says about itself. Odd words are warnings: the rule still works. Throws SigmaError without a title. */
export function parseMeta(root: MapNode, titleNode: Node, file: string | undefined, problems: SigmaError[]): RuleMeta {
  const place = (at: At): Place => ({ file, ...at });
  const fail = (code: SigmaErrorCode, reason: string, at: At): never => {
    throw new SigmaError(code, reason, place(at));
  };
  const odd = (reason: string, at: At): undefined => {
    problems.push(new SigmaError('odd-metadata', reason, place(at)));
    return undefined;
  };
  const text = (key: string): string | undefined => {
    const found = entry(root, key)?.value;
    if (found === undefined || (found.kind === 'scalar' && found.value === null)) return undefined;
    return found.kind === 'scalar' ? found.text : odd(`${key} is text, not a ${found.kind}`, found.at);
  };
  const texts = (key: string): string[] => {
    const found = entry(root, key)?.value;
    if (found === undefined || (found.kind === 'scalar' && found.value === null)) return [];
    const items = found.kind === 'list' ? found.items : [found];
    return items.flatMap((item) =>
      item.kind === 'scalar' ? [item.text] : (odd(`${key} is a list of texts`, item.at) ?? []),
    );
  };
  const word = <T extends string>(key: string, words: readonly T[]): T | undefined => {
    const written = text(key);
    if (written === undefined) return undefined;
    const known = words.find((w) => w === written.toLowerCase());
    return (
      known ??
      odd(`${key} ${written} is none of ${words.join(', ')}${didYouMean(written, words)}`, entry(root, key)!.value.at)
    );
  };
  if (titleNode.kind !== 'scalar' || titleNode.text.trim() === '')
    return fail('bad-type', 'title is a text', titleNode.at);
  return {
    id: text('id'),
    name: text('name'),
    title: titleNode.text,
    path: file,
    at: root.at,
    status: word('status', STATUSES),
    level: word('level', LEVELS),
    description: text('description'),
    author: text('author'),
    date: text('date'),
    modified: text('modified'),
    license: text('license'),
    tags: texts('tags'),
    references: texts('references'),
    falsepositives: texts('falsepositives'),
    fields: texts('fields'),
    raw: toPlain(root) as Record<string, unknown>,
  };
}
