import { BY_DEFAULT, type Filter, type SysmonConfig, type Test } from './model.ts';

/** Whether Sysmon would log an event of this type with these fields: an exclusion goes before an inclusion; case counts for nothing. */
export function isLogged(config: SysmonConfig, element: string, field: (name: string) => string | undefined): boolean {
  const own = config.filters.filter((filter) => filter.element === element);
  if (own.length === 0) return BY_DEFAULT.has(element);
  if (own.some((filter) => filter.onmatch === 'exclude' && filter.clauses.length > 0 && matches(filter, field)))
    return false;
  const includes = own.filter(({ onmatch }) => onmatch === 'include');
  // An inclusion of nothing logs nothing, an exclusion of nothing everything.
  if (includes.length === 0) return true;
  return includes.some((filter) => filter.clauses.length > 0 && matches(filter, field));
}

function matches({ relation, clauses }: Filter, field: (name: string) => string | undefined): boolean {
  const holds = ({ relation: inner, tests }: Filter['clauses'][number]): boolean =>
    inner === 'and' ? tests.every((test) => passes(test, field)) : tests.some((test) => passes(test, field));
  return relation === 'and' ? clauses.every(holds) : clauses.some(holds);
}

function passes({ field: name, condition, value }: Test, field: (name: string) => string | undefined): boolean {
  const text = (field(name) ?? '').toLowerCase();
  const own = value.toLowerCase();
  const any = own.split(';').filter((one) => one !== '');
  switch (condition) {
    case 'is':
      return text === own;
    case 'is any':
      return any.includes(text);
    case 'is not':
      return text !== own;
    case 'contains':
      return text.includes(own);
    case 'contains any':
      return any.some((one) => text.includes(one));
    case 'contains all':
      return any.every((one) => text.includes(one));
    case 'excludes':
      return !text.includes(own);
    case 'excludes any':
      return any.some((one) => !text.includes(one));
    case 'excludes all':
      return any.every((one) => !text.includes(one));
    case 'begin with':
      return text.startsWith(own);
    case 'not begin with':
      return !text.startsWith(own);
    case 'end with':
      return text.endsWith(own);
    case 'not end with':
      return !text.endsWith(own);
    case 'less than':
      return text < own;
    case 'more than':
      return text > own;
    case 'image':
      // A name, or a whole path.
      return text === own || text.endsWith(`\\${own}`);
    default:
      return condition satisfies never;
  }
}
