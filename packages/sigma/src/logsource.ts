import { didYouMean, type Place, SigmaError } from './error.ts';
import type { FieldMapping } from './mapping.ts';
import type { LogSource } from './rule.ts';
import type { EventView } from './view.ts';

export type { FieldMapping } from './mapping.ts';

/** Where events of a log source stand. What is left out is not asked. */
export interface Source {
  /** Channels, any of them; compared without regard to case. */
  readonly channels?: readonly string[];
  readonly eventIds?: readonly number[];
  /** Providers, any of them, for a channel that several write to; `*` ends one of which the beginning is told. Not asked of an event that tells no provider. */
  readonly providers?: readonly string[];
  /** What the event's own fields must hold, any of these values; like `providers` looked at last, once a rule matches. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /** Fields that the event must not have of its own; looked at last too. */
  readonly without?: readonly string[];
  /** Only for rules that name one of these fields. */
  readonly naming?: readonly string[];
  /** The fields have other names there: how to read the rule's ones. */
  readonly mapping?: FieldMapping;
}

/** What a product's log sources mean; an empty list says that nothing logs it. `@haetae/sigma/windows` has the table of Windows. */
export interface LogSourceTable {
  readonly product: string;
  readonly categories: Readonly<Record<string, readonly Source[]>>;
  readonly services: Readonly<Record<string, readonly Source[]>>;
  /** Further readings of events, for the rules of every log source that holds them: fields cut out of texts. */
  readonly readings?: readonly Source[];
  /** Where events stand of a rule that names the product and no more; any event where it is not said. */
  readonly alone?: readonly Source[];
  /** Tables of further products, for the rules that name one of those. */
  readonly others?: readonly LogSourceTable[];
}

/** Whether {@link accepts} has nothing to ask. */
export const acceptsAll = ({ providers, when, without }: Source): boolean =>
  providers === undefined && when === undefined && without === undefined;

/** Whether an event that stands where `source` says is also of the kind it says. `event`: under its own names. */
export function accepts({ providers, when, without }: Source, event: EventView): boolean {
  if (without?.some((field) => event.values(field) !== undefined)) return false;
  if (providers !== undefined) {
    const provider = event.values('Provider_Name')?.[0]?.toLowerCase() ?? '';
    const is = (name: string): boolean =>
      name.endsWith('*') ? provider.startsWith(name.slice(0, -1).toLowerCase()) : name.toLowerCase() === provider;
    if (provider !== '' && !providers.some(is)) return false;
  }
  if (when === undefined) return true;
  for (const [field, wanted] of Object.entries(when)) {
    const has = event.values(field)?.some((v) => wanted.some((w) => w.toLowerCase() === v.trim().toLowerCase()));
    if (has !== true) return false;
  }
  return true;
}

/**
 * The places where a rule's events stand, the plain ones first. `names`: the fields that the rule names.
 * Throws SigmaError('no-source') when there is none.
 */
export function sourcesOf(
  logsource: LogSource,
  table: LogSourceTable,
  place: Place,
  names: ReadonlySet<string> = new Set(),
): readonly Source[] {
  const wanted = ({ naming }: Source): boolean => naming === undefined || naming.some((field) => names.has(field));
  const all = placesOf(logsource, table, place);
  const sources = all.filter(wanted);
  const plain = sources.filter((s) => s.mapping === undefined);
  const readings = (table.readings ?? []).filter(wanted);
  return [...sources, ...readings.flatMap((r) => plain.flatMap((s) => meet(r, s)))];
}

function placesOf({ product, category, service }: LogSource, table: LogSourceTable, place: Place): readonly Source[] {
  const fail = (reason: string): never => {
    throw new SigmaError('no-source', reason, place);
  };
  const given = [table, ...(table.others ?? [])];
  const own = product === undefined ? table : given.find((one) => one.product === product.toLowerCase());
  if (own === undefined)
    return fail(
      `no event source for product ${product}; the log sources given are those of ${given.map((one) => one.product).join(', ')}`,
    );
  const find = (what: 'category' | 'service', name: string): readonly Source[] => {
    const rows = what === 'category' ? own.categories : own.services;
    const found = Object.hasOwn(rows, name)
      ? rows[name]!
      : fail(`no event source for ${what} ${name}${didYouMean(name, Object.keys(rows))}`);
    return found.length > 0 ? found : fail(`no event source for ${what} ${name}`);
  };
  if (category === undefined && service === undefined) return own.alone ?? [{}];
  if (category === undefined) return find('service', service!);
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
  const providers = a.providers ?? b.providers;
  const when = a.when === undefined ? b.when : { ...b.when, ...a.when };
  return [
    {
      ...(channels && { channels }),
      ...(eventIds && { eventIds }),
      ...(providers && { providers }),
      ...(when && { when }),
      ...(a.without && { without: a.without }),
      ...(a.naming && { naming: a.naming }),
      ...(mapping && { mapping }),
    },
  ];
}
