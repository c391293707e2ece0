import { didYouMean } from '../../error.ts';
import type { Checks, LintOptions, Report } from '../check.ts';
import { child, type SourceScalar, scalars } from '../source.ts';
import { type DocumentView, rewritten, withoutLine } from '../view.ts';

/** Namespaces and the form of their tags. Source: Sigma specification, "Sigma Tags". */
const NAMESPACES: Readonly<Record<string, { readonly form: RegExp; readonly example: string }>> = {
  attack: { form: /^(?:t\d{4}(?:\.\d{3})?|[gsma]\d{4}|ds\d{4}|[a-z]+(?:-[a-z]+)*)$/, example: 'attack.t1059.001' },
  car: { form: /^\d{4}-\d{2}-\d{3}$/, example: 'car.2016-04-005' },
  cve: { form: /^\d{4}-\d{4,}$/, example: 'cve.2021-44228' },
  d3fend: { form: /^(?:d3f?-[\w-]+|model|harden|detect|isolate|deceive|evict)$/i, example: 'd3fend.d3-am' },
  detection: { form: /^(?:dfir|emerging-threats|threat-hunting)$/, example: 'detection.threat-hunting' },
  stp: { form: /^[1-5][auk]?$/, example: 'stp.3k' },
  tlp: { form: /^(?:red|amber|amber-strict|green|clear)$/, example: 'tlp.amber' },
};

const each =
  (look: (node: SourceScalar, report: Report, options: LintOptions, view: DocumentView) => void) =>
  (view: DocumentView, report: Report, options: LintOptions): void => {
    for (const node of scalars(child(view.root, 'tags')?.value)) look(node, report, options, view);
  };

const split = (tag: string): readonly [string, string] => {
  const dot = tag.indexOf('.');
  return dot < 0 ? [tag, ''] : [tag.slice(0, dot), tag.slice(dot + 1)];
};

export const TAGS: Checks = {
  'tags-missing': {
    severity: 'info',
    what: 'The rule has no tags.',
    why: 'SigmaHQ requires them: they say which technique is detected.',
    document: (view, report) => {
      if (view.kind === 'rule' && scalars(view.get('tags')?.value).length === 0) report(view.root, 'no tags');
    },
  },
  'tag-namespace': {
    severity: 'warning',
    what: 'A tag has no namespace, or one that the specification does not know.',
    why: 'Tools find tags by their namespace.',
    document: each((node, report) => {
      const [namespace, name] = split(node.text.toLowerCase());
      if (name === '') report(node, `the tag ${node.text} has no namespace, as in attack.t1059`);
      else if (!Object.hasOwn(NAMESPACES, namespace))
        report(node, `no tags begin with ${namespace}${didYouMean(namespace, Object.keys(NAMESPACES))}`);
    }),
  },
  'tag-case': {
    severity: 'info',
    what: 'A tag has capitals.',
    why: 'The specification writes tags in lower case.',
    fixes: true,
    document: each((node, report, _options, view) => {
      const lower = node.text.toLowerCase();
      if (lower === node.text || lower.startsWith('d3fend.')) return;
      const fix = view.shared ? undefined : rewritten(node, lower);
      report(node, `the tag ${node.text} is to be written ${lower}`, fix && [fix]);
    }),
  },
  'tag-underscore': {
    severity: 'info',
    what: 'A tactic is written with underscores.',
    why: 'Since version 2 of the specification its words are joined by -.',
    fixes: true,
    document: each((node, report, _options, view) => {
      if (!/^attack\.[a-z]+(?:_[a-z]+)+$/.test(node.text)) return;
      const dashed = node.text.replaceAll('_', '-');
      const fix = view.shared ? undefined : rewritten(node, dashed);
      report(node, `the tag ${node.text} is to be written ${dashed}`, fix && [fix]);
    }),
  },
  'tag-form': {
    severity: 'warning',
    what: 'A tag is not formed as its namespace asks.',
    why: 'Tools that read the namespace do not understand it.',
    document: each((node, report) => {
      const [namespace, name] = split(
        node.text.toLowerCase().replace(/^(attack\..*)$/, (tag) => tag.replaceAll('_', '-')),
      );
      const known = Object.hasOwn(NAMESPACES, namespace) ? NAMESPACES[namespace] : undefined;
      if (known !== undefined && name !== '' && !known.form.test(name))
        report(node, `the tag ${node.text} is not formed as in ${known.example}`);
    }),
  },
  'tag-unknown': {
    severity: 'warning',
    what: 'ATT&CK, in the version that is known here, has no such tactic or technique.',
    why: 'Coverage and links are made of tags; one that does not exist leads nowhere.',
    document: each((node, report, { tag }) => {
      const advice = tag?.(node.text.toLowerCase());
      if (advice === undefined || (advice.known && advice.note === undefined)) return;
      const what = advice.known ? node.text : `no tag ${node.text} is known`;
      report(node, advice.note === undefined ? what : `${what}: ${advice.note}`);
    }),
  },
  'tag-duplicate': {
    severity: 'info',
    what: 'A tag stands twice.',
    why: 'Once is enough.',
    fixes: true,
    document: (view, report) => {
      const seen = new Set<string>();
      for (const node of scalars(child(view.root, 'tags')?.value)) {
        const tag = node.text.toLowerCase();
        if (seen.has(tag))
          report(node, `the tag ${node.text} stands twice`, view.shared ? undefined : withoutLine(view.source, node));
        seen.add(tag);
      }
    },
  },
  'tag-tactic': {
    severity: 'info',
    what: 'A technique is tagged, and no tactic.',
    why: "SigmaHQ's convention: the tactic says to what end.",
    document: (view, report) => {
      const tags = scalars(child(view.root, 'tags')?.value);
      const technique = tags.find((t) => /^attack\.t\d{4}/i.test(t.text));
      if (technique !== undefined && !tags.some((t) => /^attack\.[a-z]+(?:[-_][a-z]+)*$/i.test(t.text)))
        report(technique, 'a technique stands with its tactic, as in attack.execution');
    },
  },
};
