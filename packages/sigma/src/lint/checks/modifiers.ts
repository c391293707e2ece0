import { compileRegex, isLinear, RegexProblem } from '../../regex.ts';
import { parseText } from '../../text.ts';
import type { Checks, Report } from '../check.ts';
import type { Edit } from '../finding.ts';
import { type DocumentView, type ItemView, remodified, rewritten } from '../view.ts';

const has = ({ modifiers }: ItemView, ...names: readonly string[]): boolean => modifiers.some((m) => names.includes(m));

const each =
  (look: (item: ItemView, report: Report, view: DocumentView) => void) =>
  (view: DocumentView, report: Report): void => {
    for (const item of view.items) look(item, report, view);
  };

const without = (item: ItemView, name: string): Edit[] | undefined =>
  remodified(
    item,
    item.modifiers.filter((m) => m !== name),
  );

/** Said twice they mean what they do once. */
const ONCE = new Set([
  'contains',
  'startswith',
  'endswith',
  'all',
  'cased',
  'windash',
  'neq',
  'i',
  'ignorecase',
  'm',
  's',
]);
const UTF16 = ['utf16', 'utf16le', 'utf16be', 'wide'];

export const MODIFIERS_CHECKS: Checks = {
  'all-single': {
    severity: 'info',
    what: '|all stands over one value.',
    why: 'The specification forbids it: there is nothing to join.',
    fixes: true,
    document: each((item, report) => {
      if (item.field !== '' && has(item, 'all') && item.values.length === 1)
        report(item.entry.key, '|all needs several values', without(item, 'all'));
    }),
  },
  'all-equal': {
    severity: 'warning',
    what: '|all stands over whole values.',
    why: 'One value of a field cannot be two texts at once; only a field that repeats could match.',
    document: each((item, report) => {
      if (item.field === '' || !has(item, 'all') || item.values.length < 2) return;
      if (item.modifiers.some((m) => m !== 'all' && m !== 'cased' && m !== 'neq')) return;
      const whole = item.values.filter((v) => parseText(v.text).every((p) => p.kind === 'literal'));
      if (whole.length > 1)
        report(item.entry.key, `${item.field} cannot be all of these at once; |contains may be missing`);
    }),
  },
  'modifier-twice': {
    severity: 'info',
    what: 'A modifier stands twice.',
    why: 'Once is enough; perhaps another was meant.',
    fixes: true,
    document: each((item, report) => {
      const again = item.modifiers.find((m, i) => ONCE.has(m) && item.modifiers.indexOf(m) !== i);
      if (again === undefined) return;
      const rest = item.modifiers.filter((m, i) => !ONCE.has(m) || item.modifiers.indexOf(m) === i);
      report(item.entry.key, `|${again} stands twice`, remodified(item, rest));
    }),
  },
  'modifier-order': {
    severity: 'info',
    what: '|all does not stand last.',
    why: 'It is usually written last, and some tools expect it there.',
    fixes: true,
    document: each((item, report) => {
      const at = item.modifiers.indexOf('all');
      if (at < 0 || at === item.modifiers.length - 1 || item.values.length < 2) return;
      report(
        item.entry.key,
        'write |all last',
        remodified(item, [...item.modifiers.filter((m) => m !== 'all'), 'all']),
      );
    }),
  },
  'windash-dash': {
    severity: 'info',
    what: '|windash stands over values without a dash or slash.',
    why: 'It changes nothing.',
    fixes: true,
    document: each((item, report) => {
      if (has(item, 'windash') && !has(item, 'expand') && item.values.every((v) => !/[-/]/.test(v.text)))
        report(item.entry.key, '|windash does nothing without a dash', without(item, 'windash'));
    }),
  },
  'windash-missing': {
    severity: 'info',
    what: 'A command line is searched for an option with a dash, without |windash.',
    why: 'Windows programs take /x for -x, and attackers know it.',
    document: each((item, report, { logsource }) => {
      if (
        logsource.product !== 'windows' ||
        !/CommandLine$/.test(item.field) ||
        has(item, 'windash', 're', 'base64', 'base64offset')
      )
        return;
      for (const value of item.values) {
        const option = / (-[A-Za-z]{1,4})(?: |$)/.exec(value.text)?.[1];
        if (option === undefined || item.values.some((v) => v.text.includes(` /${option.slice(1)}`))) continue;
        report(value, `|windash also finds /${option.slice(1)}`);
        return;
      }
    }),
  },
  'base64offset-contains': {
    severity: 'warning',
    what: '|base64offset stands without |contains.',
    why: 'The text stands within other encoded text; compared with the whole value it is never found.',
    document: each((item, report) => {
      if (has(item, 'base64offset') && !has(item, 'contains'))
        report(item.entry.key, '|base64offset needs |contains behind it');
    }),
  },
  'utf16-alone': {
    severity: 'warning',
    what: 'A value is made UTF-16 and not encoded.',
    why: 'Logs hold text, not bytes: |base64 or |base64offset belongs behind it.',
    document: each((item, report) => {
      if (has(item, ...UTF16) && !has(item, 'base64', 'base64offset'))
        report(item.entry.key, '|base64offset|contains is missing behind it');
    }),
  },
  'cased-pointless': {
    severity: 'info',
    what: '|cased stands over values without letters.',
    why: 'There is no case to tell apart.',
    fixes: true,
    document: each((item, report) => {
      if (
        has(item, 'cased') &&
        !has(item, 'expand', ...UTF16, 'base64', 'base64offset') &&
        item.values.every((v) => v.text.toLowerCase() === v.text.toUpperCase())
      )
        report(item.entry.key, '|cased does nothing without letters', without(item, 'cased'));
    }),
  },
  'fieldref-self': {
    severity: 'warning',
    what: 'A field is compared with itself.',
    why: 'It is always equal.',
    document: each((item, report) => {
      if (!has(item, 'fieldref')) return;
      const self = item.values.find((v) => v.text === item.field);
      if (self !== undefined) report(self, `${item.field} is compared with itself`);
    }),
  },
  're-needless': {
    severity: 'info',
    what: 'A regular expression is a mere text.',
    why: '|contains|cased says the same, and is quicker.',
    document: each((item, report) => {
      if (!has(item, 're')) return;
      for (const value of item.values)
        if (/^(?:[\w "'=<>,:;@#%&!~-]|\\[\\.+*?()[\]{}|^$/-])+$/.test(value.text))
          report(value, 'no expression is needed; write |contains (and |cased where case counts)');
    }),
  },
  're-edges': {
    severity: 'info',
    what: 'A regular expression begins or ends with .*.',
    why: 'It is looked for anywhere, so that it changes nothing and costs time.',
    fixes: true,
    document: each((item, report) => {
      if (!has(item, 're') || has(item, 'expand')) return;
      for (const value of item.values) {
        const cut = value.text.replace(/^(?:\.\*\??)+(?![*+?{])/, '').replace(/(?<![\\])(?:\.\*\??)+$/, '');
        if (cut === value.text || cut === '') continue;
        const simple = !/\||\\$/.test(cut) && sound(cut) && typeof value.value === 'string' && item.editable;
        const edit = simple ? rewritten(value, cut) : undefined;
        report(value, '.* at the edge of an expression changes nothing', edit && [edit]);
      }
    }),
  },
  're-flag': {
    severity: 'info',
    what: 'Expressions begin with (?i).',
    why: 'The specification has |re|i; not every tool reads flags in the expression.',
    fixes: true,
    document: each((item, report) => {
      if (!has(item, 're') || has(item, 'i', 'ignorecase') || item.values.length === 0) return;
      if (!item.values.every((v) => typeof v.value === 'string' && v.text.startsWith('(?i)') && v.text.length > 4))
        return;
      const edits: Edit[] = [];
      for (const value of item.values) {
        const edit = rewritten(value, value.text.slice(4));
        if (edit !== undefined) edits.push(edit);
      }
      const keys = remodified(
        item,
        item.modifiers.flatMap((m) => (m === 're' ? ['re', 'i'] : [m])),
      );
      report(
        item.entry.key,
        'write |re|i instead of (?i)',
        keys !== undefined && edits.length === item.values.length ? [...keys, ...edits] : undefined,
      );
    }),
  },
  're-backtracks': {
    severity: 'info',
    what: 'A regular expression can take more than linear time in tools that backtrack.',
    why: 'Here every expression is linear; elsewhere a long value could stop the tool.',
    document: each((item, report) => {
      if (!has(item, 're') || has(item, 'expand')) return;
      for (const value of item.values)
        if (/[*+}]\)[*+{]/.test(value.text) && sound(value.text) && !isLinear(value.text))
          report(value, 'repeats within repeats; in tools that backtrack a long value can stop the tool');
    }),
  },
};

const sound = (pattern: string): boolean =>
  !(compileRegex(pattern, { flags: '', from: 'anywhere', to: 'anywhere' }) instanceof RegexProblem);
