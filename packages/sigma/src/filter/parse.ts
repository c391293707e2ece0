import { parseDetection, parseLogSource } from '../detection.ts';
import { type At, SigmaError } from '../error.ts';
import { need, parseMeta } from '../meta.ts';
import type { RuleReference } from '../rule.ts';
import { entry, type MapNode, type Node } from '../yaml/node.ts';
import type { SigmaFilter } from './rule.ts';

/** Reads a document that has `filter`. Throws SigmaError at what is wrong; adds what is merely odd to `problems`. */
export function parseFilter(root: MapNode, file: string | undefined, problems: SigmaError[]): SigmaFilter {
  const body = entry(root, 'filter')!;
  if (body.value.kind !== 'map')
    throw new SigmaError('bad-filter', 'filter is a map of rules, searches and a condition', {
      file,
      ...body.value.at,
    });
  const detection = entry(root, 'detection');
  if (detection !== undefined)
    throw new SigmaError('bad-filter', 'a filter has no detection; its searches stand below filter', {
      file,
      ...detection.keyAt,
    });
  const rules = need(body.value, 'rules', 'a filter', ['condition'], file);
  return {
    ...parseMeta(root, need(root, 'title', 'a filter', ['filter', 'logsource'], file), file, problems),
    logsource: parseLogSource(need(root, 'logsource', 'a filter', ['filter'], file), file),
    rules: references(rules, file),
    detection: parseDetection(body.value, file, problems, { what: 'filter', others: ['rules'] }),
  };
}

function references(node: Node, file: string | undefined): readonly RuleReference[] | 'any' {
  const items = node.kind === 'list' ? node.items : [node];
  const named = items.map((item): RuleReference => {
    if (item.kind !== 'scalar' || item.value === null)
      throw new SigmaError('bad-filter', "a filter's rules are ids or names, or any", { file, ...item.at });
    const at: At = item.quoted ? { line: item.at.line, column: item.at.column + 1 } : item.at;
    return { text: item.text, at };
  });
  // pySigma: `any`, in any case, and an empty list mean every rule of the log source.
  return named.length === 0 || named.some(({ text }) => text.toLowerCase() === 'any') ? 'any' : named;
}
