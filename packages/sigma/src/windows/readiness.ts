import { type Matcher, type Test, testOf } from '../compile.ts';
import type { FieldMapping } from '../mapping.ts';
import type { SigmaRule } from '../rule.ts';
import type { RuleSet } from '../ruleset.ts';
import { objectView, type PreparedView, prepare } from '../view.ts';
import { fieldSettings, type Setting, settingsFor } from './settings.ts';

/** A kind of event that a log holds. */
export interface SeenKind {
  readonly channel: string;
  readonly eventId: number;
  /** The data fields that some event of the kind has with a value that is not empty; undefined: any field may be there. */
  readonly fields?: ReadonlySet<string>;
}

/** One place where a rule's events would stand, and what must be set for them to be written. */
export interface NeededSource {
  /** `field` for the rule's own log, else the mapping. */
  readonly via: string;
  readonly channel: string;
  /** The ids that the rule looks at there; [] for any. */
  readonly eventIds: readonly number[];
  readonly settings: readonly Setting[];
}

/** A rule that nothing seen can make fire, and what would open its eyes. */
export interface BlindRule {
  readonly rule: SigmaRule;
  /** `source`: no event of its log was seen. `fields`: they were, without these fields, which it cannot do without. */
  readonly missing: { readonly kind: 'source' } | { readonly kind: 'fields'; readonly fields: readonly string[] };
  /** The places where its events would stand and were not seen; any one will do. The rule's own log first. */
  readonly sources: readonly NeededSource[];
  /** What would give the missing fields in the log that was seen. */
  readonly settings: readonly Setting[];
}

export interface Readiness {
  /** Rules that an event of the kinds seen could make fire. */
  readonly canFire: readonly SigmaRule[];
  readonly blind: readonly BlindRule[];
}

/**
 * Which rules could fire on a log that holds these kinds of events, which are blind, and the setting that would open their
 * eyes. It says what is possible, not what is likely: a kind seen is taken to hold any value in the fields it has.
 */
export function readiness(set: Pick<RuleSet, 'matchers' | 'candidates'>, seen: Iterable<SeenKind>): Readiness {
  /** What each rule with candidates lacks least; [] for one that can fire. */
  const lacking = new Map<Matcher, { fields: readonly string[]; kind: SeenKind }>();
  const seenAt = new Set<string>();
  for (const kind of seen) {
    seenAt.add(`${kind.channel.toLowerCase()}|${kind.eventId}`);
    for (const { matcher, mapping } of set.candidates(kind.channel, kind.eventId)) {
      const known = lacking.get(matcher);
      if (known?.fields.length === 0) continue;
      const fields = missingFields(matcher, kind, mapping);
      if (known === undefined || fields.length < known.fields.length) lacking.set(matcher, { fields, kind });
    }
  }
  const canFire: SigmaRule[] = [];
  const blind: BlindRule[] = [];
  for (const matcher of set.matchers) {
    const { rule } = matcher;
    const lack = lacking.get(matcher);
    if (lack?.fields.length === 0) {
      canFire.push(rule);
      continue;
    }
    const sources = neededSources(matcher).filter(
      ({ channel, eventIds }) =>
        eventIds.length === 0 || eventIds.some((id) => !seenAt.has(`${channel.toLowerCase()}|${id}`)),
    );
    if (lack === undefined) blind.push({ rule, missing: { kind: 'source' }, sources, settings: [] });
    else {
      const { fields, kind } = lack;
      const settings = unique(fields.flatMap((field) => fieldSettings(kind.channel, kind.eventId, field)));
      blind.push({ rule, missing: { kind: 'fields', fields }, sources, settings });
    }
  }
  return { canFire, blind };
}

/** Members of System, which every event has or may have. */
const SYSTEM =
  /^(?:EventID|Channel|Provider_\w+|Computer|EventRecordID|Level|Task|Opcode|Keywords|Version|Execution_\w+|Security_UserID|Correlation_\w+)$/;

/** The fewest absent fields, with regard to inclusion, without which the rule cannot hold; [] when it can. */
function missingFields(matcher: Matcher, { channel, eventId, fields }: SeenKind, mapping?: FieldMapping): string[] {
  const lacks = new Set(mapping?.lacks ?? []);
  const has = (field: string): boolean => {
    if (lacks.has(field)) return false;
    if (fields === undefined || SYSTEM.test(field)) return true;
    if (mapping?.derived !== undefined && Object.hasOwn(mapping.derived, field)) return true;
    const own = mapping !== undefined && Object.hasOwn(mapping.fields, field) ? mapping.fields[field]! : field;
    return fields.has(own);
  };
  const test = testOf(matcher);
  const known = prepare(objectView({ EventID: eventId, ...(channel === '' ? {} : { Channel: channel }) }));
  const can = (there: (field: string) => boolean): boolean => possible(test, known, there) !== false;
  if (can(has)) return [];
  const absent = [...namesOf(test)].filter((field) => !has(field));
  const needed = new Set(absent);
  for (const field of absent) {
    needed.delete(field);
    if (!can((name) => has(name) || needed.has(name))) needed.add(field);
  }
  return [...needed];
}

const NOTHING = prepare(objectView({}));

/** true or false where what is known and what is absent decide it, undefined where a value would. */
function possible(test: Test, known: PreparedView, has: (field: string) => boolean): boolean | undefined {
  switch (test.kind) {
    case 'item': {
      const { field } = test;
      if (field === undefined) return undefined;
      const others = test.values.flat().flatMap(({ value }) => (value.kind === 'field' ? [value.field] : []));
      if (known.values(field) !== undefined && others.length === 0) return holds(test, known);
      if (!has(field)) return holds(test, NOTHING);
      return others.length > 0 && !others.some(has) ? test.negated : undefined;
    }
    case 'search':
      return possible(test.of, known, has);
    case 'not': {
      const inner = possible(test.of, known, has);
      return inner === undefined ? undefined : !inner;
    }
    case 'count': {
      let yes = 0;
      let open = 0;
      for (const part of test.of) {
        const held = possible(part, known, has);
        if (held === true) yes++;
        else if (held === undefined) open++;
      }
      return yes >= test.atLeast ? true : yes + open >= test.atLeast ? undefined : false;
    }
    default:
      return test satisfies never;
  }
}

const holds = ({ values, negated }: Extract<Test, { kind: 'item' }>, view: PreparedView): boolean =>
  values.every((any) => any.some((predicate) => predicate.holds(view))) !== negated;

function namesOf(test: Test, names = new Set<string>()): Set<string> {
  switch (test.kind) {
    case 'item':
      if (test.field !== undefined) names.add(test.field);
      for (const { value } of test.values.flat()) if (value.kind === 'field') names.add(value.field);
      return names;
    case 'search':
    case 'not':
      return namesOf(test.of, names);
    case 'count':
      for (const part of test.of) namesOf(part, names);
      return names;
    default:
      return test satisfies never;
  }
}

/** Where the rule's events would stand, one for each channel, the plain ones first. */
export function neededSources(matcher: Matcher): readonly NeededSource[] {
  const found: NeededSource[] = [];
  const names = [...namesOf(testOf(matcher))];
  for (const { channels = [], eventIds, mapping } of matcher.sources ?? []) {
    // A reading of an event that the rule's own log holds needs nothing beyond it.
    if (mapping !== undefined && !mapping.name.startsWith('mapped:')) continue;
    const via = mapping?.name ?? 'field';
    for (const channel of channels) {
      if (found.some((f) => f.channel === channel && f.via === via)) continue;
      const ids = eventIds ?? idsAsked(matcher, channel);
      const settings = unique(
        (ids.length === 0 ? [undefined] : ids).flatMap((id) => [
          ...settingsFor(channel, id),
          ...names.flatMap((field) => fieldSettings(channel, id, field)),
        ]),
      );
      found.push({ via, channel, eventIds: ids, settings });
    }
  }
  return found;
}

/** The event ids that a rule over a whole channel names and could hold for; [] when it names none. */
function idsAsked(matcher: Matcher, channel: string): readonly number[] {
  const ids = new Set<number>();
  const read = (test: Test): void => {
    if (test.kind === 'count') test.of.forEach(read);
    else if (test.kind !== 'item') read(test.of);
    else if (test.field === 'EventID' && !test.negated)
      for (const { value } of test.values.flat()) {
        const id = value.kind === 'number' ? value.number : value.kind === 'text' ? Number(value.raw) : Number.NaN;
        if (Number.isInteger(id) && matcher.couldMatch(objectView({ EventID: id, Channel: channel }))) ids.add(id);
      }
  };
  read(testOf(matcher));
  return [...ids].sort((a, b) => a - b);
}

function unique(settings: readonly Setting[]): readonly Setting[] {
  const seen = new Map(settings.map((setting) => [JSON.stringify(setting), setting]));
  return [...seen.values()];
}
