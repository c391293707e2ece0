import { SaxesParser } from 'saxes';
import {
  type Clause,
  CONDITIONS,
  type Condition,
  type Filter,
  fieldsOf,
  IDS,
  type SysmonConfig,
  type Test,
} from './model.ts';

/** Something in a configuration that Sysmon would refuse or pass over, with its place. */
export interface Problem {
  readonly kind: 'xml' | 'element' | 'field' | 'condition' | 'onmatch' | 'schema';
  readonly line: number;
  readonly about: string;
}

export interface ReadConfig {
  readonly config: SysmonConfig;
  readonly problems: readonly Problem[];
}

const PLAIN = new Set([
  'Sysmon',
  'EventFiltering',
  'RuleGroup',
  'Rule',
  'HashAlgorithms',
  'CheckRevocation',
  'ArchiveDirectory',
  'DnsLookup',
  'CopyOnDeletePE',
  'CopyOnDeleteSIDs',
  'CopyOnDeleteExtensions',
  'CopyOnDeleteProcesses',
  'CaptureClipboard',
  'DriverName',
  'FieldSizes',
  'PipeMonitoring',
]);

interface OpenFilter {
  element: string;
  onmatch: 'include' | 'exclude';
  relation: 'and' | 'or';
  clauses: Clause[];
}

/** A configuration as `sysmon -c` takes it. Never throws: what cannot be read is a problem, and the rest is read on as far as it goes. */
export function readSysmonConfig(text: string): ReadConfig {
  const parser = new SaxesParser();
  const problems: Problem[] = [];
  const filters: Filter[] = [];
  let schema = '';
  let hashes: readonly string[] = [];
  let group: 'and' | 'or' = 'or';
  let filter: OpenFilter | undefined;
  let rule: { relation: 'and' | 'or'; tests: Test[] } | undefined;
  let test: { field: string; condition: Condition } | undefined;
  let content = '';
  const add = (kind: Problem['kind'], about: string): void => {
    problems.push({ kind, line: parser.line, about: about.slice(0, 200) });
  };
  const relationOf = (value: string | undefined, other: 'and' | 'or'): 'and' | 'or' =>
    value === undefined ? other : value.toLowerCase() === 'and' ? 'and' : 'or';

  parser.on('error', (error) => {
    if (problems.every(({ kind }) => kind !== 'xml')) add('xml', error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('opentag', ({ name, attributes }) => {
    content = '';
    if (filter !== undefined) {
      if (name === 'Rule') rule = { relation: relationOf(attributes.groupRelation, 'or'), tests: [] };
      else {
        if (!fieldsOf(filter.element).has(name)) add('field', `${filter.element}/${name}`);
        const condition = (attributes.condition ?? 'is').toLowerCase();
        if (!(CONDITIONS as readonly string[]).includes(condition)) add('condition', condition);
        test = { field: name, condition: condition as Condition };
      }
      return;
    }
    if (name === 'Sysmon') schema = attributes.schemaversion ?? '';
    else if (name === 'RuleGroup') group = relationOf(attributes.groupRelation, 'or');
    else if (IDS.has(name)) {
      const onmatch = (attributes.onmatch ?? '').toLowerCase();
      if (onmatch !== 'include' && onmatch !== 'exclude') add('onmatch', `${name}: ${onmatch}`);
      filter = { element: name, onmatch: onmatch === 'exclude' ? 'exclude' : 'include', relation: group, clauses: [] };
    } else if (!PLAIN.has(name)) add('element', name);
  });
  parser.on('text', (piece) => {
    content += piece;
  });
  parser.on('cdata', (piece) => {
    content += piece;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'HashAlgorithms')
      hashes = content
        .split(',')
        .map((one) => one.trim().toUpperCase())
        .filter((one) => one !== '');
    if (test !== undefined && name === test.field) {
      const done = { ...test, value: content.trim() };
      if (rule !== undefined) rule.tests.push(done);
      else filter?.clauses.push({ relation: 'and', tests: [done] });
      test = undefined;
    } else if (name === 'Rule' && rule !== undefined) {
      if (rule.tests.length > 0) filter?.clauses.push(rule);
      rule = undefined;
    } else if (filter !== undefined && name === filter.element) {
      filters.push(filter);
      filter = undefined;
    } else if (name === 'RuleGroup') group = 'or';
    content = '';
  });
  parser.write(text.replace(/^\uFEFF/, '')).close();
  if (schema === '' && problems.every(({ kind }) => kind !== 'xml'))
    problems.unshift({ kind: 'schema', line: 1, about: '' });
  return { config: { schema, hashes, filters }, problems };
}
