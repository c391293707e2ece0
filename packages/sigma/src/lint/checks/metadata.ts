import { didYouMean } from '../../error.ts';
import { LEVELS, STATUSES } from '../../rule.ts';
import type { Check, Checks, FileView, Report } from '../check.ts';
import { child, type SourceScalar, scalars } from '../source.ts';
import { type DocumentView, rewritten, withoutLine } from '../view.ts';

/** In the order in which the specification and SigmaHQ write them. */
const ORDER = [
  'title',
  'id',
  'name',
  'related',
  'taxonomy',
  'status',
  'description',
  'license',
  'references',
  'author',
  'date',
  'modified',
  'tags',
  'logsource',
  'detection',
  'correlation',
  'filter',
  'fields',
  'falsepositives',
  'level',
];
const KNOWN: ReadonlySet<string> = new Set([
  ...ORDER,
  'action',
  'scope',
  'generate',
  'regression_tests_path',
  'simulation',
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})$/;
const RELATIONS = ['derived', 'obsolete', 'merged', 'renamed', 'similar', 'correlation'];
const MINOR = new Set(
  'a an and as at but by for from in into nor of on or over per the to up via vs with without'.split(' '),
);

const start = ({ root }: DocumentView): { readonly from: number } => root;

const missing = (key: string, severity: Check['severity'], what: string, why: string): Check => ({
  severity,
  what,
  why,
  document: (view, report) => {
    const value = view.get(key)?.value;
    if (view.kind === 'filter') return;
    if (value === undefined || (value.kind === 'scalar' && (value.value === null || value.text.trim() === '')))
      report(value === undefined ? start(view) : view.get(key)!.key, `no ${key}`);
  },
});

/** Looks at the text of one key. */
const text = (
  key: string,
  about: Omit<Check, 'file' | 'document' | 'all'>,
  look: (written: string, node: SourceScalar, report: Report, view: DocumentView) => void,
): Check => ({
  ...about,
  document: (view, report) => {
    const node = child(view.root, key)?.value;
    if (node?.kind === 'scalar' && node.value !== null) look(node.text, node, report, view);
  },
});

/** What several files have in common although each should have its own. */
function twice(views: readonly FileView[], key: string, of: (written: string) => string) {
  const places = new Map<string, { readonly view: FileView; readonly node: SourceScalar }[]>();
  for (const view of views)
    for (const document of view.documents) {
      const node = child(document.root, key)?.value;
      if (node?.kind !== 'scalar' || node.value === null) continue;
      const name = of(node.text);
      places.set(name, [...(places.get(name) ?? []), { view, node }]);
    }
  return [...places.values()].filter((same) => same.length > 1);
}

const duplicate = (key: string, severity: Check['severity'], why: string): Check => ({
  severity,
  what: `Two documents have the same ${key}.`,
  why,
  all: (views, report) => {
    for (const same of twice(views, key, (written) => written.toLowerCase()))
      for (const { view, node } of same) {
        const other = same.find((s) => s.node !== node)!;
        const { line } = other.view.source.at(other.node.from);
        report(view)(node, `the ${key} ${node.text} is also that of ${other.view.source.file ?? 'this text'}:${line}`);
      }
  },
});

const edit = (node: SourceScalar, written: string) => {
  const made = rewritten(node, written);
  return made === undefined ? undefined : [made];
};

const date = (key: 'date' | 'modified'): Check =>
  text(
    key,
    {
      severity: 'warning',
      what: `${key} is no date, or not written as 2025-06-23.`,
      why: 'The specification asks for ISO 8601; the old form with slashes is no longer in it.',
      fixes: true,
    },
    (written, node, report) => {
      const found = DATE.exec(written.trim());
      if (found === null) return report(node, `${key} ${written} is no date such as 2025-06-23`);
      const [, year, , month, day] = found;
      const iso = `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
      const real = new Date(`${iso}T00:00:00Z`);
      if (Number.isNaN(real.getTime()) || real.toISOString().slice(0, 10) !== iso)
        return report(node, `${key} ${written} is no day of the calendar`);
      if (written !== iso)
        report(
          node,
          `${key} ${written} is to be written ${iso}`,
          node.style === 'block'
            ? undefined
            : [{ from: node.from, to: node.to, text: node.style === 'plain' ? iso : `'${iso}'` }],
        );
    },
  );

const word = (key: 'status' | 'level', words: readonly string[]): Check =>
  text(
    key,
    {
      severity: 'info',
      what: `${key} is written with capitals.`,
      why: 'The specification writes it in lower case; other tools refuse the rule.',
      fixes: true,
    },
    (written, node, report) => {
      const lower = written.toLowerCase();
      if (lower !== written && words.includes(lower))
        report(node, `${key} ${written} is to be written ${lower}`, edit(node, lower));
    },
  );

/** Values of a list that are there already. */
function repeated(view: DocumentView, key: string, report: Report): void {
  const seen = new Set<string>();
  const entry = child(view.root, key);
  for (const node of scalars(entry?.value)) {
    if (seen.has(node.text))
      report(node, `${node.text} stands twice in ${key}`, view.shared ? undefined : withoutLine(view.source, node));
    seen.add(node.text);
  }
}

export const METADATA: Checks = {
  'unknown-key': {
    severity: 'info',
    what: 'A key is none of the specification.',
    why: 'A misspelt key is lost without a word. Keys of your own are allowed; leave this check out then.',
    document: ({ root }, report, { keys = [] }) => {
      if (root.kind !== 'map') return;
      for (const { key } of root.entries) {
        if (KNOWN.has(key.text) || keys.includes(key.text)) continue;
        const hint = key.text === 'reference' ? '; did you mean references?' : didYouMean(key.text, KNOWN);
        report(key, `${key.text} is no key of the specification${hint}`);
      }
    },
  },
  'empty-key': {
    severity: 'info',
    what: 'A key has no value.',
    why: 'It says nothing; leave it out.',
    document: ({ root }, report) => {
      for (const { key, value } of root.kind === 'map' ? root.entries : [])
        if ((value.kind === 'scalar' && value.value === null) || (value.kind === 'list' && value.items.length === 0))
          report(key, `${key.text} has no value; leave it out`);
    },
  },
  'key-order': {
    severity: 'info',
    what: 'Keys stand in another order than in the specification.',
    why: 'Readers look for them where they always are.',
    document: ({ root }, report) => {
      if (root.kind !== 'map') return;
      const known = root.entries.filter((e) => ORDER.includes(e.key.text));
      for (const [i, { key }] of known.entries()) {
        const before = known[i - 1]?.key.text;
        // SigmaHQ and the schema put related, license and the false positives in slightly different places.
        if (before === undefined || ['related', 'license', 'name', 'taxonomy'].includes(key.text)) continue;
        if (ORDER.indexOf(key.text) < ORDER.indexOf(before))
          return report(key, `${key.text} usually stands before ${before}`);
      }
    },
  },
  'id-missing': missing(
    'id',
    'warning',
    'The document has no id.',
    'Nothing else tells rules apart when titles change; SigmaHQ requires it.',
  ),
  'id-form': text(
    'id',
    {
      severity: 'warning',
      what: 'The id is no UUID, or not one of version 4.',
      why: 'The specification asks for random UUIDs.',
    },
    (written, node, report) => {
      const found = UUID.exec(written);
      if (found === null) report(node, `the id ${written} is no UUID such as 929a690e-bef0-4204-a928-ef5e620d6fcc`);
      else if (found[1] !== '4')
        report(node, `the id ${written} is a UUID of version ${found[1]}; random ones have version 4`);
    },
  ),
  'id-duplicate': duplicate('id', 'error', 'References to it cannot tell which rule they mean.'),
  'name-duplicate': duplicate(
    'name',
    'error',
    'Correlations and filters refer to rules by name, which must be unique.',
  ),
  'title-duplicate': duplicate('title', 'warning', 'An analyst sees the title and cannot tell which rule it was.'),
  'title-length': text(
    'title',
    {
      severity: 'warning',
      what: 'The title is longer than 110 characters, or shorter than 8.',
      why: 'It is the first that an analyst sees. The specification allows 256, SigmaHQ 110.',
    },
    (written, node, report) => {
      if (written.length > 110) report(node, `a title of ${written.length} characters; at most 110`);
      else if (written.trim().length < 8) report(node, `a title of ${written.trim().length} characters says little`);
    },
  ),
  'title-case': text(
    'title',
    { severity: 'info', what: 'The title is not in title case.', why: "SigmaHQ's convention." },
    (written, node, report) => {
      const words = written.split(/\s+/);
      const odd = words.filter((w, i) => /^[a-z][a-z]{2,}$/.test(w) && (i === 0 || !MINOR.has(w)));
      if (odd.length > 0) report(node, `words of a title begin with capitals: ${odd.slice(0, 5).join(', ')}`);
    },
  ),
  'title-end': text(
    'title',
    {
      severity: 'info',
      what: 'The title ends with a full stop.',
      why: 'It is a heading, not a sentence.',
      fixes: true,
    },
    (written, node, report) => {
      if (/[^.]\.$/.test(written)) report(node, 'a title ends without a full stop', edit(node, written.slice(0, -1)));
    },
  ),
  'title-words': text(
    'title',
    {
      severity: 'info',
      what: 'The title begins with "Detects" or a like word.',
      why: 'Every rule does; the room is for what it detects.',
    },
    (written, node, report) => {
      const found = /^(?:detects?|detection of|detecting)\b/i.exec(written);
      if (found !== null) report(node, `a title does not begin with ${found[0]}`);
    },
  ),
  'title-level': {
    severity: 'info',
    what: 'The title promises more than the level.',
    why: 'SigmaHQ: titles of low and informational rules do not speak of suspicious or malicious behaviour.',
    document: (view, report) => {
      const level = view.text('level');
      const node = child(view.root, 'title')?.value;
      const found = /\b(?:suspicious|malicious|malware|exploit\w*)\b/i.exec(view.text('title') ?? '');
      if (found !== null && node !== undefined && (level === 'low' || level === 'informational'))
        report(node, `${found[0]} in the title of a rule of level ${level}`);
    },
  },
  'title-blanks': text(
    'title',
    {
      severity: 'info',
      what: 'The title has blanks at its ends, or several in a row.',
      why: 'They look like one and compare as many.',
      fixes: true,
    },
    (written, node, report) => {
      const tidy = written.trim().replace(/ {2,}/g, ' ');
      if (tidy !== written && tidy !== '') report(node, 'blanks that cannot be seen in the title', edit(node, tidy));
    },
  ),
  'status-missing': missing(
    'status',
    'info',
    'The document has no status.',
    'SigmaHQ requires it: users choose rules by it.',
  ),
  'status-case': word('status', STATUSES),
  'status-related': {
    severity: 'info',
    what: 'A deprecated rule does not say what replaces it.',
    why: 'The specification asks for the link in related.',
    document: (view, report) => {
      if (view.text('status') === 'deprecated' && view.get('related') === undefined)
        report(view.get('status')!.key, 'a deprecated rule names its successor in related');
    },
  },
  'level-missing': missing(
    'level',
    'warning',
    'The document has no level.',
    'SigmaHQ requires it: findings are sorted by it.',
  ),
  'level-case': word('level', LEVELS),
  'description-missing': missing(
    'description',
    'warning',
    'The document has no description.',
    'SigmaHQ requires it: it tells what the rule detects.',
  ),
  'description-short': text(
    'description',
    {
      severity: 'info',
      what: 'The description has fewer than 16 characters.',
      why: 'It cannot explain what the rule detects.',
    },
    (written, node, report) => {
      if (written.trim().length > 0 && written.trim().length < 16)
        report(node, `a description of ${written.trim().length} characters`);
    },
  ),
  'description-title': text(
    'description',
    { severity: 'info', what: 'The description is the title again.', why: 'It says nothing that the title does not.' },
    (written, node, report, view) => {
      if (written.trim().toLowerCase() === view.text('title')?.trim().toLowerCase())
        report(node, 'the description is the title again');
    },
  ),
  'references-missing': missing(
    'references',
    'info',
    'The document has no references.',
    'SigmaHQ asks for a public source where there is one.',
  ),
  'references-list': {
    severity: 'info',
    what: 'References are not a list.',
    why: 'The specification has a list; tools expect one.',
    document: (view, report) => {
      const node = child(view.root, 'references')?.value;
      if (node?.kind === 'scalar' && node.value !== null) report(node, 'references are a list');
    },
  },
  'reference-form': {
    severity: 'info',
    what: 'A reference is no address.',
    why: 'It should lead to the source; name talks and books with an address too where there is one.',
    document: (view, report) => {
      for (const node of scalars(child(view.root, 'references')?.value))
        if (!/^https?:\/\/\S+$/.test(node.text)) report(node, `${node.text} is no address such as https://…`);
    },
  },
  'reference-attack': {
    severity: 'info',
    what: 'A reference leads to MITRE ATT&CK.',
    why: 'SigmaHQ: ATT&CK belongs into the tags.',
    document: (view, report) => {
      for (const node of scalars(child(view.root, 'references')?.value)) {
        const found = /attack\.mitre\.org\/(?:techniques|software|groups)\/(\w+)(?:\/(\d+))?/i.exec(node.text);
        if (found !== null)
          report(node, `write the tag attack.${[found[1]!.toLowerCase(), found[2]].filter(Boolean).join('.')} instead`);
      }
    },
  },
  'reference-permalink': {
    severity: 'info',
    what: 'A reference leads to a branch of a repository.',
    why: 'SigmaHQ asks for permalinks: a branch changes, and the reference loses its meaning.',
    document: (view, report) => {
      for (const node of scalars(child(view.root, 'references')?.value))
        if (/(?:github|gitlab)\.com\/[^/]+\/[^/]+\/(?:-\/)?(?:blob|tree|raw)\/(?:main|master)\//i.test(node.text))
          report(node, 'link to a commit, not to a branch');
    },
  },
  'reference-duplicate': {
    severity: 'info',
    what: 'A reference stands twice.',
    why: 'Once is enough.',
    fixes: true,
    document: (view, report) => repeated(view, 'references', report),
  },
  'author-missing': missing('author', 'info', 'The document has no author.', 'SigmaHQ requires it.'),
  'author-form': {
    severity: 'info',
    what: 'Authors are a list, or joined by something else than commas.',
    why: 'The specification has one text, the names separated by commas.',
    document: (view, report) => {
      const node = child(view.root, 'author')?.value;
      if (node?.kind === 'list') report(node, 'author is one text; separate names by commas');
      else if (node?.kind === 'scalar' && /[;&]/.test(node.text)) report(node, 'separate authors by commas');
    },
  },
  'date-missing': missing('date', 'info', 'The document has no date.', 'SigmaHQ requires it.'),
  'date-form': date('date'),
  'modified-form': date('modified'),
  'modified-before-date': {
    severity: 'warning',
    what: 'modified lies before date.',
    why: 'One of them is wrong.',
    document: (view, report) => {
      const [made, changed] = ['date', 'modified'].map((key) => view.text(key)?.replaceAll('/', '-'));
      if (made !== undefined && changed !== undefined && DATE.test(made) && DATE.test(changed) && changed < made)
        report(view.get('modified')!.value, `modified ${changed} lies before date ${made}`);
    },
  },
  'falsepositives-missing': missing(
    'falsepositives',
    'info',
    'The document has no falsepositives.',
    'SigmaHQ requires it: Unknown, Unlikely, or what is known.',
  ),
  'falsepositives-words': {
    severity: 'info',
    what: 'A false positive is "none", "pentest" or a like word.',
    why: 'SigmaHQ does not accept them: write Unlikely or Unknown, or what else causes the event.',
    document: (view, report) => {
      for (const node of scalars(child(view.root, 'falsepositives')?.value))
        if (/^(?:none|n\/?a|no|nothing|pen(?:etration)?[ -]?test\w*|red[ -]?team\w*)\.?$/i.test(node.text.trim()))
          report(node, `${node.text} is no false positive; write Unlikely, Unknown, or what else causes the event`);
    },
  },
  'falsepositives-list': {
    severity: 'info',
    what: 'falsepositives is not a list.',
    why: 'The specification has a list.',
    document: (view, report) => {
      const node = child(view.root, 'falsepositives')?.value;
      if (node?.kind === 'scalar' && node.value !== null) report(node, 'falsepositives are a list');
    },
  },
  'related-form': {
    severity: 'warning',
    what: 'An entry of related has no UUID, no known type, or means the rule itself.',
    why: 'Tools follow these links.',
    document: (view, report) => {
      const node = child(view.root, 'related')?.value;
      if (node === undefined) return;
      if (node.kind !== 'list') return report(node, 'related is a list of id and type');
      for (const item of node.items) {
        const [id, type] = ['id', 'type'].map((key) => child(item, key)?.value);
        if (id?.kind !== 'scalar' || !UUID.test(id.text))
          report(id ?? item, 'an entry of related has the id of a rule');
        else if (id.text === view.text('id')) report(id, 'the rule is related to itself');
        if (type?.kind !== 'scalar' || !RELATIONS.includes(type.text))
          report(type ?? item, `the type of a relation is one of ${RELATIONS.join(', ')}`);
      }
    },
  },
  taxonomy: text(
    'taxonomy',
    {
      severity: 'warning',
      what: 'The rule is written in another taxonomy.',
      why: 'Its fields have other names; a pipeline must map them first.',
    },
    (written, node, report) => {
      if (written !== 'sigma') report(node, `the taxonomy ${written} needs a pipeline that maps it to that of Sigma`);
    },
  ),
};
