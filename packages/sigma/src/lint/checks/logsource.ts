import { didYouMean, SigmaError } from '../../error.ts';
import { type LogSourceTable, sourcesOf } from '../../logsource.ts';
import type { Checks, LintOptions } from '../check.ts';
import { child } from '../source.ts';
import { type DocumentView, rewritten } from '../view.ts';

const KEYS = ['product', 'category', 'service', 'definition'] as const;
/** What every event has, whatever its log source. */
const SYSTEM: ReadonlySet<string> = new Set([
  'EventID',
  'Channel',
  'Provider_Name',
  'Computer',
  'ComputerName',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
  'Version',
  'EventRecordID',
  'TimeCreated',
  'Provider_Guid',
  'Execution_ProcessID',
  'Execution_ThreadID',
  'Security_UserID',
  'Correlation_ActivityID',
  'Correlation_RelatedActivityID',
]);

const tableOf = ({ logsource }: DocumentView, { logSources }: LintOptions): LogSourceTable | undefined =>
  logSources?.find((t) => t.product === logsource.product?.toLowerCase());

const inRule = (view: DocumentView): boolean => view.kind === 'rule' && view.get('logsource') !== undefined;

export const LOGSOURCE: Checks = {
  'logsource-key': {
    severity: 'warning',
    what: 'logsource has a key of its own.',
    why: 'Only product, category, service and definition mean something; the others are passed over.',
    document: (view, report) => {
      const node = child(view.root, 'logsource')?.value;
      for (const { key } of node?.kind === 'map' ? node.entries : [])
        if (!(KEYS as readonly string[]).includes(key.text))
          report(key, `logsource has no ${key.text}${didYouMean(key.text, KEYS)}`);
    },
  },
  'logsource-case': {
    severity: 'warning',
    what: 'A log source is written with capitals or blanks.',
    why: 'The specification writes them in lower case, with _ for blanks; others are not found.',
    fixes: true,
    document: (view, report) => {
      for (const key of ['product', 'category', 'service'] as const) {
        const node = child(child(view.root, 'logsource')?.value, key)?.value;
        if (node?.kind !== 'scalar' || node.value === null) continue;
        const proper = node.text.trim().toLowerCase().replace(/ +/g, '_');
        if (proper === node.text) continue;
        const fix = view.shared ? undefined : rewritten(node, proper);
        report(node, `${key} ${node.text} is to be written ${proper}`, fix && [fix]);
      }
    },
  },
  'logsource-unknown': {
    severity: 'error',
    what: 'No log has this category or service, or the two have none in common.',
    why: 'The rule looks at no event.',
    document: (view, report, options) => {
      const table = tableOf(view, options);
      const node = child(view.root, 'logsource');
      if (!inRule(view) || table === undefined || node === undefined) return;
      try {
        sourcesOf(view.logsource, table, { line: 1, column: 1 });
      } catch (error) {
        if (!(error instanceof SigmaError)) throw error;
        const named = (['category', 'service'] as const).find((key) =>
          error.reason.includes(`${key} ${view.logsource[key]}`),
        );
        report((named && child(node.value, named)?.value) ?? node.value, error.reason);
      }
    },
  },
  'logsource-product': {
    severity: 'warning',
    what: 'The product is missing where category or service are those of one.',
    why: 'Without it the rule is asked of the logs of every product.',
    document: (view, report, { logSources = [] }) => {
      const { product, category, service } = view.logsource;
      if (!inRule(view) || product !== undefined) return;
      const only = logSources.filter(
        (t) =>
          (service !== undefined && Object.hasOwn(t.services, service)) ||
          (category !== undefined &&
            /^(?:ps_|registry_|sysmon_|pipe_|wmi_|create_|raw_)/.test(category) &&
            Object.hasOwn(t.categories, category)),
      );
      if (only.length === 1) report(view.get('logsource')!.key, `write product: ${only[0]!.product}`);
    },
  },
  'logsource-generic': {
    severity: 'info',
    what: 'A rule for Sysmon or Security asks for an event id that is a category.',
    why: 'The category also matches other sources of the same event.',
    document: (view, report, options) => {
      const table = tableOf(view, options);
      const { service, category } = view.logsource;
      if (table === undefined || category !== undefined || (service !== 'sysmon' && service !== 'security')) return;
      const channels = (table.services[service] ?? []).flatMap((s) => s.channels ?? []);
      for (const item of view.items) {
        if (item.field !== 'EventID' || item.modifiers.length > 0) continue;
        for (const value of item.values) {
          const id = Number(value.text);
          if (service === 'security' && id !== 4688) continue;
          const names = Object.entries(table.categories).flatMap(([name, sources]) =>
            sources.some((s) => s.eventIds?.includes(id) && s.channels?.some((c) => channels.includes(c)))
              ? [name]
              : [],
          );
          if (names.length > 0) report(value, `event ${id} is category: ${names.join(' or ')}`);
        }
      }
    },
  },
  'field-unknown': {
    severity: 'warning',
    what: 'Events of the log source have no such field.',
    why: 'A condition on it never holds, and a filter on it never filters.',
    document: (view, report, { fields }) => {
      if (view.kind !== 'rule') return;
      const known = fields?.(view.logsource);
      if (known === undefined) return;
      for (const { field, entry } of view.items)
        if (field !== '' && !known.has(field) && !SYSTEM.has(field))
          report(entry.key, `events of this log source have no field ${field}${didYouMean(field, known)}`);
    },
  },
  'field-blank': {
    severity: 'warning',
    what: 'A field name has blanks.',
    why: 'The specification leaves blanks out of names: Process Name is ProcessName.',
    document: (view, report) => {
      for (const { field, entry } of view.items)
        if (/\s/.test(field)) report(entry.key, `write ${field.replace(/\s+/g, '')}, without blanks`);
    },
  },
};
