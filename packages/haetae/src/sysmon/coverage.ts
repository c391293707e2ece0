import { SYSMON_EVENTS } from '@haetae/event';
import type { SeenKind } from '@haetae/sigma/windows';
import { BY_DEFAULT, IDS, type SysmonConfig, UNASKED } from './model.ts';

export const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';

/** How a configuration treats the events of one element. */
export interface ElementCoverage {
  readonly element: string;
  readonly eventIds: readonly number[];
  /**
   * `all`: every event. `most`: all but those it excludes (`clauses` of them). `part`: only those it includes. `none`: nothing is included.
   * `default`: it is not named; `logged` says what Sysmon does then.
   */
  readonly kind: 'all' | 'most' | 'part' | 'none' | 'default';
  readonly logged: boolean;
  readonly clauses: number;
}

export function coverageOf(config: SysmonConfig): readonly ElementCoverage[] {
  return [...IDS].map(([element, eventIds]) => {
    const own = config.filters.filter((filter) => filter.element === element);
    const count = (onmatch: 'include' | 'exclude'): number =>
      own.filter((filter) => filter.onmatch === onmatch).reduce((sum, { clauses }) => sum + clauses.length, 0);
    const made = (kind: ElementCoverage['kind'], clauses: number): ElementCoverage => ({
      element,
      eventIds,
      kind,
      logged: kind === 'default' ? BY_DEFAULT.has(element) : kind !== 'none',
      clauses,
    });
    if (own.length === 0) return made('default', 0);
    if (own.some(({ onmatch }) => onmatch === 'include')) {
      const included = count('include');
      return included === 0 ? made('none', 0) : made('part', included);
    }
    const excluded = count('exclude');
    return excluded === 0 ? made('all', 0) : made('most', excluded);
  });
}

/** The kinds of events that come of it, each with every field that Sysmon has for it; of hashes only those that are computed. */
export function kindsOf(config: SysmonConfig): readonly SeenKind[] {
  const ids = new Set([...UNASKED, ...coverageOf(config).flatMap(({ logged, eventIds }) => (logged ? eventIds : []))]);
  const table: Readonly<Record<number, { readonly fields: object }>> = SYSMON_EVENTS;
  // Without the element Sysmon computes SHA1.
  const hashes = config.hashes.length === 0 ? ['SHA1'] : config.hashes;
  const named = Object.entries(HASH_FIELDS).flatMap(([algorithm, names]) =>
    hashes.includes('*') || hashes.includes(algorithm) ? names : [],
  );
  return [...ids].map((eventId) => {
    const fields = new Set(Object.keys(table[eventId]?.fields ?? {}));
    if (fields.has('Hashes')) for (const name of named) fields.add(name);
    return { channel: SYSMON_CHANNEL, eventId, fields };
  });
}

/** As rules call them. */
const HASH_FIELDS: Readonly<Record<string, readonly string[]>> = {
  MD5: ['md5', 'MD5'],
  SHA1: ['sha1', 'SHA1'],
  SHA256: ['sha256', 'SHA256'],
  IMPHASH: ['imphash', 'Imphash', 'IMPHASH'],
};
