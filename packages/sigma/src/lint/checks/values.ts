import { parseText } from '../../text.ts';
import type { Checks, Report } from '../check.ts';
import type { Edit } from '../finding.ts';
import type { SourceScalar } from '../source.ts';
import { type DocumentView, type ItemView, remodified, rewritten, withoutLine } from '../view.ts';

const AROUND = ['contains', 'startswith', 'endswith'];
/** Modifiers beside which a value is a text with wildcards. */
const TEXTUAL = new Set([...AROUND, 'all', 'neq', 'cased']);

const isTextual = ({ modifiers }: ItemView): boolean => modifiers.every((m) => TEXTUAL.has(m));
const has = ({ modifiers }: ItemView, ...names: readonly string[]): boolean => modifiers.some((m) => names.includes(m));
const isText = (node: SourceScalar): boolean => typeof node.value === 'string';

const eachItem =
  (look: (item: ItemView, report: Report, view: DocumentView) => void) =>
  (view: DocumentView, report: Report): void => {
    for (const item of view.items) look(item, report, view);
  };

const eachText = (look: (node: SourceScalar, item: ItemView, report: Report, view: DocumentView) => void) =>
  eachItem((item, report, view) => {
    for (const node of item.values) if (isText(node)) look(node, item, report, view);
  });

/** Edits that rewrite several values; undefined where one of them cannot be. */
function rewriteAll(nodes: readonly SourceScalar[], to: (text: string) => string): Edit[] | undefined {
  const edits: Edit[] = [];
  for (const node of nodes) {
    const edit = rewritten(node, to(node.text));
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return edits;
}

/** Stars at the ends and nothing else that is no plain text. */
function shape(text: string): 'contains' | 'startswith' | 'endswith' | undefined {
  const kinds = parseText(text)
    .map((p) => p.kind)
    .join(' ');
  return { 'star literal star': 'contains', 'literal star': 'startswith', 'star literal': 'endswith' }[kinds] as
    | 'contains'
    | 'startswith'
    | 'endswith'
    | undefined;
}

const CUT: Readonly<Record<'contains' | 'startswith' | 'endswith', (text: string) => string>> = {
  contains: (text) => text.slice(1, -1),
  startswith: (text) => text.slice(0, -1),
  endswith: (text) => text.slice(1),
};

/** Case and other values do not matter to which of two texts is found whenever the other is. */
function implied(longer: string, shorter: string, modifier: string): boolean {
  const [a, b] = [longer.toLowerCase(), shorter.toLowerCase()];
  if (a === b) return false;
  return modifier === 'contains' ? a.includes(b) : modifier === 'startswith' ? a.startsWith(b) : a.endsWith(b);
}

export const VALUES: Checks = {
  'wildcard-modifier': {
    severity: 'info',
    what: 'Wildcards stand where contains, startswith or endswith would do.',
    why: 'The specification has modifiers for it; they read better and are quicker in many tools.',
    fixes: true,
    document: eachItem((item, report) => {
      if (item.field === '' || item.values.length === 0 || !isTextual(item) || has(item, ...AROUND)) return;
      const [first, ...others] = item.values.map((v) => (isText(v) ? shape(v.text) : undefined));
      if (first === undefined || others.some((s) => s !== first)) return;
      const values = rewriteAll(item.values, CUT[first]);
      const keys = remodified(item, [first, ...item.modifiers]);
      report(item.entry.key, `write |${first} instead of wildcards`, values && keys && [...keys, ...values]);
    }),
  },
  'wildcard-needless': {
    severity: 'info',
    what: 'A value under contains, startswith or endswith has a wildcard at an end that is open anyway.',
    why: 'It changes nothing.',
    fixes: true,
    document: eachText((node, item, report) => {
      if (!isTextual(item) || !has(item, ...AROUND)) return;
      const parts = parseText(node.text);
      const front = parts[0]?.kind === 'star' && has(item, 'contains', 'endswith');
      const back = parts.length > 1 && parts.at(-1)!.kind === 'star' && has(item, 'contains', 'startswith');
      if ((!front && !back) || parts.length === 1) return;
      const cut = node.text.slice(front ? 1 : 0, back ? -1 : undefined);
      const edit = item.editable && cut !== '' ? rewritten(node, cut) : undefined;
      report(node, 'a wildcard at an end that is open anyway', edit && [edit]);
    }),
  },
  'wildcard-double': {
    severity: 'info',
    what: 'Two * stand side by side.',
    why: 'They mean what one does.',
    fixes: true,
    document: eachText((node, item, report) => {
      if (!isTextual(item)) return;
      const parts = parseText(node.text);
      if (!parts.some((p, i) => p.kind === 'star' && parts[i + 1]?.kind === 'star')) return;
      const single = node.text.replace(/\\[\\*?]|\*+/g, (found) => (found.startsWith('*') ? '*' : found));
      const edit = item.editable ? rewritten(node, single) : undefined;
      report(node, 'two * side by side mean what one does', edit && [edit]);
    }),
  },
  'wildcard-only': {
    severity: 'info',
    what: 'A value is nothing but *.',
    why: 'Write |exists: true, or name what is looked for.',
    document: eachText((node, item, report) => {
      const parts = parseText(node.text);
      if (isTextual(item) && parts.length > 0 && parts.every((p) => p.kind === 'star'))
        report(node, 'every value matches; write |exists: true');
    }),
  },
  'wildcard-escaped': {
    severity: 'info',
    what: 'A wildcard has a backslash before it.',
    why: 'It is a plain * then. For a backslash and a wildcard write \\\\*.',
    document: eachText((node, item, report) => {
      if (isTextual(item) && /(?<!\\)(?:\\\\)*\\[*?]/.test(node.text))
        report(
          node,
          'a backslash before a wildcard makes it a plain character; for a backslash and a wildcard write two',
        );
    }),
  },
  'backslash-three': {
    severity: 'info',
    what: 'Three backslashes stand in a row.',
    why: 'They mean two; the specification recommends four for it.',
    document: eachText((node, item, report) => {
      if (isTextual(item) && /(?<!\\)\\{3}(?![\\*?])/.test(node.text))
        report(node, 'three backslashes mean two; write four');
    }),
  },
  'backslash-end': {
    severity: 'info',
    what: 'A whole value ends with a backslash.',
    why: 'Most fields hold a file, not a folder: startswith was probably meant.',
    document: eachText((node, item, report) => {
      if (
        isTextual(item) &&
        !has(item, ...AROUND) &&
        item.field !== '' &&
        /[^\\]\\$/.test(node.text) &&
        node.text.length > 3
      )
        report(node, 'a value that ends with a backslash; |startswith or |contains may be meant');
    }),
  },
  'value-duplicate': {
    severity: 'info',
    what: 'A value stands twice in a list.',
    why: 'Once is enough; perhaps another was meant.',
    fixes: true,
    document: eachItem((item, report, view) => {
      const seen = new Set<string>();
      const folds = isTextual(item) && !has(item, 'cased');
      for (const node of item.values) {
        const key = `${typeof node.value} ${folds ? node.text.toLowerCase() : node.text}`;
        if (seen.has(key))
          report(
            node,
            `${node.text} stands twice in this list`,
            item.editable ? withoutLine(view.source, node) : undefined,
          );
        seen.add(key);
      }
    }),
  },
  'value-implied': {
    severity: 'info',
    what: 'A value can only be found where a shorter one of the list is.',
    why: 'The shorter one does the work; perhaps the longer was meant to stand alone.',
    fixes: true,
    document: eachItem((item, report, view) => {
      const [modifier] = item.modifiers;
      if (item.modifiers.length !== 1 || modifier === undefined || !AROUND.includes(modifier)) return;
      const plain = item.values.filter(
        (v) => isText(v) && v.text !== '' && parseText(v.text).every((p) => p.kind === 'literal'),
      );
      for (const node of plain) {
        const shorter = plain.find((other) => implied(node.text, other.text, modifier));
        if (shorter !== undefined && !/\\/.test(shorter.text.slice(-1) + node.text.slice(-1)))
          report(
            node,
            `${node.text} is found only where ${shorter.text} is`,
            item.editable ? withoutLine(view.source, node) : undefined,
          );
      }
    }),
  },
  'value-empty': {
    severity: 'warning',
    what: 'An empty text stands under contains, startswith or endswith.',
    why: 'It is found in every value.',
    document: eachText((node, item, report) => {
      if (node.text === '' && has(item, ...AROUND)) report(node, 'the empty text is found in every value');
    }),
  },
  'value-blank': {
    severity: 'info',
    what: 'A value begins or ends with a blank where its end counts.',
    why: 'The blank must be in the event too.',
    document: eachText((node, item, report) => {
      if (!isTextual(item) || has(item, 'contains')) return;
      if ((!has(item, 'endswith') && /^ /.test(node.text)) || (!has(item, 'startswith') && / $/.test(node.text)))
        report(node, 'a blank at the end of a value counts');
    }),
  },
  'value-control': {
    severity: 'warning',
    what: 'A value has a control character.',
    why: 'A single backslash in double quotes makes one: "C:\\temp" holds a tab.',
    document: eachText((node, _item, report) => {
      const found = [...node.text].find((c) => c < ' ' || c === '\u007f');
      if (found !== undefined)
        report(
          node,
          `the control character U+${found.charCodeAt(0).toString(16).padStart(4, '0')}; single quotes keep backslashes`,
        );
    }),
  },
  'value-invisible': {
    severity: 'warning',
    what: 'A value has a character that looks like another, or like none.',
    why: 'Typographic quotes, no-break blanks and zero-width characters come from web pages, not from logs.',
    document: eachItem((item, report) => {
      // Lists of look-alikes are written on purpose; the first tells enough.
      for (const node of item.values) {
        const found = isText(node) ? /[\u00a0\u200b-\u200d\u2060\ufeff\u2018\u2019\u201c\u201d]/.exec(node.text) : null;
        if (found === null) continue;
        const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
        report(node, `the character U+${code}, which is seldom meant`);
        return;
      }
    }),
  },
  'value-quotes': {
    severity: 'info',
    what: 'A value stands in double quotes without need.',
    why: 'The specification uses single quotes: a backslash stays a backslash in them.',
    fixes: true,
    document: eachText((node, item, report, view) => {
      const written = view.source.slice(node);
      if (node.style !== 'double' || /['\\\n]/.test(written)) return;
      report(
        node,
        'single quotes are usual',
        view.shared || !item.editable ? undefined : [{ from: node.from, to: node.to, text: `'${node.text}'` }],
      );
    }),
  },
  'number-as-text': {
    severity: 'info',
    what: 'A number stands in quotes.',
    why: 'The specification writes numbers without; a text is compared digit by digit.',
    document: eachText((node, item, report) => {
      if (item.modifiers.length === 0 && /^(?:0|[1-9]\d*)$/.test(node.text))
        report(node, `write ${node.text} without quotes`);
    }),
  },
  'null-in-list': {
    severity: 'warning',
    what: 'null stands in a list with other values.',
    why: 'The specification forbids it: write a search of its own.',
    document: eachItem((item, report) => {
      const none = item.values.find((v) => v.value === null);
      if (none !== undefined && item.values.length > 1)
        report(none, 'null cannot stand beside other values; write a search of its own');
    }),
  },
  'keyword-short': {
    severity: 'warning',
    what: 'A keyword has fewer than three characters.',
    why: 'It is looked for in every value of every event and found in most.',
    document: ({ searches }, report) => {
      for (const node of searches.flatMap((s) => s.keywords))
        if (node.value !== null && node.text.replace(/[*?]/g, '').length < 3)
          report(node, `the keyword ${node.text} is found nearly everywhere`);
    },
  },
  'keyword-wildcard': {
    severity: 'info',
    what: 'A keyword begins or ends with *.',
    why: 'Keywords are looked for anywhere.',
    document: ({ searches }, report) => {
      for (const node of searches.flatMap((s) => s.keywords)) {
        const parts = parseText(node.text);
        if (isText(node) && parts.length > 1 && (parts[0]!.kind === 'star' || parts.at(-1)!.kind === 'star'))
          report(node, 'a keyword is looked for anywhere; leave * out');
      }
    },
  },
  'image-name': {
    severity: 'warning',
    what: 'A path field is compared with a mere file name.',
    why: 'endswith without a backslash also finds other programs (xcmd.exe); a whole path is never only a name.',
    document: eachText((node, item, report, { logsource }) => {
      if (logsource.product !== 'windows' || !/^(?:Parent|Source|Target)?Image(?:Loaded)?$/.test(item.field)) return;
      if (!/^[\w.-]+\.(?:exe|dll|com|scr)$/i.test(node.text)) return;
      if (has(item, 'endswith'))
        report(node, `write '\\${node.text}': without the backslash other programs end so too`);
      else if (item.modifiers.length === 0)
        report(node, `${item.field} holds a whole path; write |endswith: '\\${node.text}'`);
    }),
  },
  'cidr-instead': {
    severity: 'info',
    what: 'A network is written as the beginning of an address.',
    why: '|cidr says what is meant, and does not take 10.10.1.1 for 10.1.',
    document: eachText((node, item, report) => {
      if (
        /(?:ip|address)/i.test(item.field) &&
        has(item, 'startswith', 'contains') &&
        /^(?:\d{1,3}\.){1,3}$/.test(node.text)
      ) {
        const bytes = node.text.split('.').filter(Boolean);
        report(node, `write |cidr: ${[...bytes, '0', '0', '0'].slice(0, 4).join('.')}/${bytes.length * 8}`);
      }
    }),
  },
};
