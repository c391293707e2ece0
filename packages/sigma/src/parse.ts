import { parseCorrelation } from './correlation/parse.ts';
import type { SigmaCorrelation } from './correlation/rule.ts';
import { parseDetection, parseLogSource } from './detection.ts';
import { didYouMean, SigmaError } from './error.ts';
import { parseFilter } from './filter/parse.ts';
import type { SigmaFilter } from './filter/rule.ts';
import { need, parseMeta } from './meta.ts';
import type { SigmaRule } from './rule.ts';
import { entry, type MapNode, merge } from './yaml/node.ts';
import { readYaml } from './yaml/read.ts';

/** A document that was refused, by what others may call it. */
export interface Refused {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly error: SigmaError;
}

/** What the documents of a text are: rules, correlations, filters and refused ones are all of them. */
export interface ParsedRules {
  readonly rules: SigmaRule[];
  readonly correlations: SigmaCorrelation[];
  readonly filters: SigmaFilter[];
  /** Documents that gave nothing; their errors are among the problems. A text without any counts as one. */
  readonly refused: Refused[];
  /** Errors: a document that was refused. Warnings (`severity`): one that works all the same. */
  readonly problems: SigmaError[];
}

/**
 * Reads the rules, correlations and filters of a YAML text: one or several documents, `action: global` and `repeat`
 * included. Never throws; what gives nothing is a problem with its place, and the other documents are read.
 */
export function parseRules(text: string, { file }: { readonly file?: string } = {}): ParsedRules {
  const parsed: ParsedRules = { rules: [], correlations: [], filters: [], refused: [], problems: [] };
  const refuse = (error: SigmaError, root?: MapNode): void => {
    const word = (key: string): string | undefined => {
      const node = root === undefined ? undefined : entry(root, key)?.value;
      return node?.kind === 'scalar' ? node.text : undefined;
    };
    parsed.problems.push(error);
    parsed.refused.push({ id: word('id'), name: word('name'), error });
  };
  let global: MapNode | undefined;
  let previous: MapNode | undefined;
  for (const document of readYaml(text, file)) {
    if (!document.ok) {
      refuse(document.error);
      continue;
    }
    const { root } = document;
    if (root === undefined) continue;
    if (root.kind !== 'map') {
      refuse(new SigmaError('no-rule', 'a rule is a map of keys such as title and detection', { file, ...root.at }));
      continue;
    }
    try {
      const action = entry(root, 'action');
      const word = action?.value.kind === 'scalar' ? action.value.text : undefined;
      if (action !== undefined && (word === undefined || !ACTIONS.includes(word))) {
        throw new SigmaError('bad-type', `action is global, repeat or reset${didYouMean(word ?? '', ACTIONS)}`, {
          file,
          ...action.value.at,
        });
      }
      const own: MapNode = { ...root, entries: root.entries.filter((e) => e !== action) };
      // As in pySigma, what is global is laid under rules alone.
      if (action === undefined && entry(root, 'correlation') !== undefined)
        parsed.correlations.push(parseCorrelation(root, file, parsed.problems));
      else if (action === undefined && entry(root, 'filter') !== undefined)
        parsed.filters.push(parseFilter(root, file, parsed.problems));
      else if (word === 'global') global = global === undefined ? own : merge(global, own);
      else if (word === 'reset') global = undefined;
      else {
        const base = word === 'repeat' ? (previous ?? global) : global;
        const whole = base === undefined ? own : merge(base, own);
        previous = whole;
        parsed.rules.push(parseRule(whole, file, parsed.problems));
      }
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      refuse(error, root);
    }
  }
  const { rules, correlations, filters, refused } = parsed;
  if (rules.length + correlations.length + filters.length + refused.length === 0)
    refuse(new SigmaError('no-rule', 'no rule in this text', { file, line: 1, column: 1 }));
  return parsed;
}

const ACTIONS: readonly string[] = ['global', 'repeat', 'reset'];
const KEYS: readonly string[] = ['logsource', 'detection'];

function parseRule(root: MapNode, file: string | undefined, problems: SigmaError[]): SigmaRule {
  const detection = need(root, 'detection', 'a rule', KEYS, file);
  const logsource = need(root, 'logsource', 'a rule', KEYS, file);
  const title = need(root, 'title', 'a rule', KEYS, file);
  return {
    ...parseMeta(root, title, file, problems),
    logsource: parseLogSource(logsource, file),
    logsourceAt: logsource.at,
    detection: parseDetection(detection, file, problems),
  };
}
