import { didYouMean, type Place, SigmaError } from './error.ts';
import type { LogSource } from './rule.ts';

/** Where events of a log source stand. What is left out is not asked. */
export interface Source {
  /** Channels, any of them; compared without regard to case. */
  readonly channels?: readonly string[];
  readonly eventIds?: readonly number[];
  /** The fields have other names there: how to read the rule's ones. */
  readonly mapping?: FieldMapping;
}

export interface FieldMapping {
  /** Said with a match, as in `mapped:4688`. */
  readonly name: string;
  /** The rule's field → the event's. */
  readonly fields: Readonly<Record<string, string>>;
  /** The rule's field → the event's value → the value that rules expect. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a product's log sources mean; an empty list says that nothing logs it. `@haetae/sigma/windows` has the table of Windows. */
export interface LogSourceTable {
  readonly product: string;
  readonly categories: Readonly<Record<string, readonly Source[]>>;
  readonly services: Readonly<Record<string, readonly Source[]>>;
}

/** The places where a rule's events stand. Throws SigmaError('no-source') when there is none. */
export function sourcesOf(
  { product, category, service }: LogSource,
  table: LogSourceTable,
  place: Place,
): readonly Source[] {
  const fail = (reason: string): never => {
    throw new SigmaError('no-source', reason, place);
  };
  if (product !== undefined && product.toLowerCase() !== table.product)
    return fail(`no event source for product ${product}; the log sources given are those of ${table.product}`);
  const find = (what: 'category' | 'service', name: string): readonly Source[] => {
    const rows = what === 'category' ? table.categories : table.services;
    const found = Object.hasOwn(rows, name)
      ? rows[name]!
      : fail(`no event source for ${what} ${name}${didYouMean(name, Object.keys(rows))}`);
    return found.length > 0 ? found : fail(`no event source for ${what} ${name}`);
  };
  if (category === undefined) return service === undefined ? [{}] : find('service', service);
  const sources = find('category', category);
  if (service === undefined) return sources;
  const services = find('service', service);
  const both = sources.flatMap((a) => services.flatMap((b) => meet(a, b)));
  return both.length > 0 ? both : fail(`category ${category} and service ${service} have no event source in common`);
}

function meet(a: Source, b: Source): Source[] {
  const lower = b.channels?.map((c) => c.toLowerCase());
  const channels =
    a.channels === undefined || lower === undefined
      ? (a.channels ?? b.channels)
      : a.channels.filter((c) => lower.includes(c.toLowerCase()));
  const eventIds =
    a.eventIds === undefined || b.eventIds === undefined
      ? (a.eventIds ?? b.eventIds)
      : a.eventIds.filter((id) => b.eventIds!.includes(id));
  if (channels?.length === 0 || eventIds?.length === 0) return [];
  const mapping = a.mapping ?? b.mapping;
  return [{ ...(channels && { channels }), ...(eventIds && { eventIds }), ...(mapping && { mapping }) }];
}
