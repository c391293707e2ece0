import { SYSMON_EVENTS } from '@haetae/event';
import { SYSMON_ELEMENTS } from '@haetae/sigma/windows';

/** Sysmon's configuration as its schema 4.90 has it. Source: learn.microsoft.com/sysinternals/downloads/sysmon; `sysmon -s`. */
export const SCHEMA = '4.90';

export const CONDITIONS = [
  'is',
  'is any',
  'is not',
  'contains',
  'contains any',
  'contains all',
  'excludes',
  'excludes any',
  'excludes all',
  'begin with',
  'not begin with',
  'end with',
  'not end with',
  'less than',
  'more than',
  'image',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One field held against one value; `is any` and its like separate theirs by `;`. */
export interface Test {
  readonly field: string;
  readonly condition: Condition;
  readonly value: string;
}

/** Tests that hold together, all or any of them. */
export interface Clause {
  readonly relation: 'and' | 'or';
  readonly tests: readonly Test[];
}

/** What is to be logged of one event type (`include`), or is not (`exclude`); it holds when its group's relation of clauses does. */
export interface Filter {
  readonly element: string;
  readonly onmatch: 'include' | 'exclude';
  readonly relation: 'and' | 'or';
  readonly clauses: readonly Clause[];
}

export interface SysmonConfig {
  /** As written: `4.90`; '' where it is not told. */
  readonly schema: string;
  /** In capitals; `*` is all of them. */
  readonly hashes: readonly string[];
  readonly filters: readonly Filter[];
}

/** Event ids by the element that filters them. */
export const IDS: ReadonlyMap<string, readonly number[]> = (() => {
  const ids = new Map<string, number[]>();
  for (const [id, [element]] of Object.entries(SYSMON_ELEMENTS))
    if (element !== '') ids.set(element, [...(ids.get(element) ?? []), Number(id)]);
  return ids;
})();

/** What Sysmon logs whatever its configuration says. */
export const UNASKED: readonly number[] = Object.entries(SYSMON_ELEMENTS)
  .filter(([, [element]]) => element === '')
  .map(([id]) => Number(id));

/** What Sysmon logs of an event type that its configuration does not name: process starts and ends, drivers, changed times of creation. */
export const BY_DEFAULT: ReadonlySet<string> = new Set([
  'ProcessCreate',
  'ProcessTerminate',
  'DriverLoad',
  'FileCreateTime',
]);

/** Fields by which events of the element may be filtered. */
export function fieldsOf(element: string): ReadonlySet<string> {
  const table: Readonly<Record<number, { readonly fields: object }>> = SYSMON_EVENTS;
  return new Set((IDS.get(element) ?? []).flatMap((id) => Object.keys(table[id]?.fields ?? {})));
}

/** Elements by which Sysmon does not only log but prevents: nobody is asked to switch them on for the sake of a rule. */
export const PREVENTING: ReadonlySet<string> = new Set(['FileBlockExecutable', 'FileBlockShredding']);
