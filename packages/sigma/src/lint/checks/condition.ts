import { glob } from '../../glob.ts';
import { parseText } from '../../text.ts';
import type { Checks, Report } from '../check.ts';
import type { Edit } from '../finding.ts';
import type { SourceScalar } from '../source.ts';
import type { DocumentView } from '../view.ts';

const each =
  (look: (node: SourceScalar, report: Report, view: DocumentView) => void) =>
  (view: DocumentView, report: Report): void => {
    for (const node of view.conditions) if (typeof node.value === 'string') look(node, report, view);
  };

/** Filter documents exclude by themselves: `not selection` is their usual condition. */
const eachOfRules = (look: Parameters<typeof each>[0]): ReturnType<typeof each> => {
  const all = each(look);
  return (view, report) => {
    if (view.kind === 'rule') all(view, report);
  };
};

/** Where the condition's own text stands, if it is written as it reads. */
function written(node: SourceScalar, view: DocumentView): number | undefined {
  if (view.shared || node.style === 'block') return undefined;
  const quote = node.style === 'plain' ? 0 : 1;
  const { text } = view.source;
  return text.slice(node.from + quote, node.to - quote) === node.text ? node.from + quote : undefined;
}

const meant = (pattern: string, view: DocumentView): readonly string[] => {
  const names = view.searches.map((s) => s.name);
  if (pattern.toLowerCase() === 'them') return names.filter((n) => !n.startsWith('_'));
  const fits = glob(parseText(pattern));
  return names.filter((n) => fits(n) && (!n.startsWith('_') || pattern.startsWith('_')));
};

const OF = /\b(all|any|\d+)\s+of\s+([\w.*-]+)/gi;

export const CONDITION: Checks = {
  'condition-all-of-them': {
    severity: 'warning',
    what: 'The condition asks for all of them.',
    why: 'A search that is added later, a filter too, becomes a part of it. pySigma: write all of selection_*.',
    document: each((node, report) => {
      if (/\ball\s+of\s+them\b/i.test(node.text)) report(node, 'write all of selection_* instead of all of them');
    }),
  },
  'condition-them-filter': {
    severity: 'warning',
    what: 'The condition asks for 1 of them, and one of them is a filter.',
    why: 'The filter alone would make the rule match.',
    document: each((node, report, view) => {
      const filter = view.searches.find((s) => /^filter/i.test(s.name));
      if (filter !== undefined && /\b(?:1|any)\s+of\s+them\b/i.test(node.text))
        report(node, `1 of them means ${filter.name} too; write 1 of selection_*`);
    }),
  },
  'condition-of-one': {
    severity: 'info',
    what: 'A pattern means only one search.',
    why: 'Name the search; the pattern hides which one it is.',
    document: each((node, report, view) => {
      for (const [, , pattern] of node.text.matchAll(OF)) {
        const names = meant(pattern!, view);
        // filter_main_* with one filter is SigmaHQ's own form: more are added later.
        if (names.length === 1 && !/^filter_/.test(names[0]!)) report(node, `${pattern} means ${names[0]} only`);
      }
    }),
  },
  'condition-mixed': {
    severity: 'info',
    what: 'and and or stand beside each other without parentheses.',
    why: 'and binds before or; not every reader knows.',
    document: each((node, report) => {
      let flat = node.text;
      for (let before = ''; before !== flat; ) {
        before = flat;
        flat = flat.replace(/\([^()]*\)/g, 'x');
      }
      if (/\band\b/i.test(flat) && /\bor\b/i.test(flat)) report(node, 'set parentheses where and meets or');
    }),
  },
  'condition-parentheses': {
    severity: 'info',
    what: 'Parentheses stand around the whole condition or around one name.',
    why: 'They group nothing.',
    fixes: true,
    document: each((node, report, view) => {
      const at = written(node, view);
      const found = /^\(([^()]*)\)$/.exec(node.text) ?? /\(\s*([\w.-]+)\s*\)/.exec(node.text);
      if (found === null) return;
      const from = (at ?? 0) + found.index;
      const before = node.text[found.index - 1] ?? ' ';
      const after = node.text[found.index + found[0].length] ?? ' ';
      const fix: Edit = {
        from,
        to: from + found[0].length,
        text: `${/\w/.test(before) ? ' ' : ''}${found[1]!.trim()}${/\w/.test(after) ? ' ' : ''}`,
      };
      const plain = node.style !== 'plain' || !/^[^\w]/.test(found[1]!.trim());
      report(
        node,
        `parentheses around ${found[1]!.trim()} group nothing`,
        at === undefined || !plain ? undefined : [fix],
      );
    }),
  },
  'condition-case': {
    severity: 'info',
    what: 'and, or, not or of is written with capitals.',
    why: 'The specification writes them in lower case.',
    fixes: true,
    document: each((node, report, view) => {
      const at = written(node, view);
      const names = new Set(view.searches.map((s) => s.name));
      const edits = [...node.text.matchAll(/(?<![\w.*-])(?:and|or|not|of|them|all|any)(?![\w.*-])/gi)].flatMap(
        (m): Edit[] => {
          const lower = m[0].toLowerCase();
          if (lower === m[0] || names.has(m[0])) return [];
          return [{ from: (at ?? 0) + m.index, to: (at ?? 0) + m.index + m[0].length, text: lower }];
        },
      );
      if (edits.length > 0) report(node, `write ${edits[0]!.text} in lower case`, at === undefined ? undefined : edits);
    }),
  },
  'condition-list': {
    severity: 'info',
    what: 'There are several conditions.',
    why: 'The specification has one; join them by or.',
    document: (view, report) => {
      if (view.conditions.length > 1) report(view.conditions[1]!, 'join the conditions by or');
    },
  },
  'condition-negation': {
    severity: 'warning',
    what: 'The condition holds nothing but negations.',
    why: 'The rule matches every event but a few.',
    document: eachOfRules((node, report) => {
      const positive = /(?<!not\s)(?<!not\s\()(?<![\w.*-])(?!and\b|or\b|not\b)(?:(?:all|any|\d+)\s+of\s+)?[\w.*-]+/i;
      if (/^\s*not\s/i.test(node.text) && !/\b(?:and|or)\b/i.test(node.text))
        report(node, 'only what is not there is asked for; add a selection');
      else if (!positive.test(node.text) && node.text.trim() !== '')
        report(node, 'only what is not there is asked for; add a selection');
    }),
  },
  'selection-negated': {
    severity: 'info',
    what: 'A search that is called selection is negated.',
    why: 'SigmaHQ calls what is excluded filter_main_* or filter_optional_*.',
    document: eachOfRules((node, report) => {
      const found = /\bnot\s+(?:(?:all|any|\d+)\s+of\s+)?(selection[\w*]*)/i.exec(node.text);
      if (found !== null) report(node, `call ${found[1]} a filter: it is excluded`);
    }),
  },
  'filter-positive': {
    severity: 'warning',
    what: 'A search that is called filter is not negated.',
    why: 'Readers take it for what is excluded.',
    document: eachOfRules((node, report) => {
      const found = /(?<!\bnot\s+)(?<!\bnot\s+(?:all|any|\d+)\s+of\s+)(?<!\bof\s+)(?<![\w.*-])(filter[\w*]*)/i.exec(
        node.text,
      );
      const negatedGroup = /\bnot\s*\(/i.test(node.text);
      if (found !== null && !negatedGroup) report(node, `${found[1]} is asked for, not excluded`);
    }),
  },
};
