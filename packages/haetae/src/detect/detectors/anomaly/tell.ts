import { attribute, type Forest } from '@haetae/isolation-forest';
import type { Level } from '@haetae/sigma';
import type { EventFacts, Finding } from '../../finding.ts';
import type { TextStore } from '../../harvest.ts';
import type { FiledFinding } from '../../signal.ts';
import type { ScorePart, UnusualReason } from '../../unusual.ts';
import { readExemplar } from './exemplar.ts';
import type { Family, Feature } from './family.ts';
import type { FamilyGathered, Gathered } from './gather.ts';
import type { Candidate } from './judge.ts';
import { asShown } from './matrix.ts';
import type { Model } from './model.ts';
import { ordinaryIf } from './ordinary.ts';
import { AT } from './table.ts';

type Fields = Readonly<Record<string, string>>;

/** What is kept of a family once it is scored. */
export interface Judged {
  readonly family: Family;
  readonly gathered: FamilyGathered;
  readonly model: Pick<Model, 'forest' | 'distribution' | 'version'>;
  /** The score below which it is not told: to this the counterfactual leads. */
  readonly ordinary: number;
}

/** The finding of a candidate: an event of its row, and why. */
export function findingOf(
  { row, p, values }: Pick<Candidate, 'row' | 'p' | 'values'>,
  { family, gathered, model, ordinary }: Judged,
  { event, fields, file }: Exemplar,
): FiledFinding {
  const { table } = gathered;
  const block = table.block(row);
  const at = table.offset(row);
  const found = findingFrom(
    { family, forest: model.forest, values, ordinary },
    { event, fields },
    {
      p,
      among: model.distribution.total,
      baseline: model.version,
      equal: {
        count: block[at + AT.count]!,
        first: iso(block[at + AT.first]!),
        last: iso(block[at + AT.last]!),
      },
    },
  );
  return { ...found, file };
}

/** What a score says of one event. */
export function findingFrom(
  {
    family,
    forest,
    values,
    ordinary,
  }: Pick<Judged, 'family' | 'ordinary'> & { readonly forest: Forest; readonly values: Float64Array },
  { event, fields }: Pick<Exemplar, 'event' | 'fields'>,
  known: Pick<UnusualReason, 'p' | 'among' | 'baseline' | 'equal'>,
): Finding {
  const reason = reasonOf(family, forest, { values }, fields, known, ordinary);
  return {
    detector: 'anomaly',
    rule: null,
    level: levelOf(reason),
    attack: { tactics: [], techniques: [] },
    via: 'field',
    why: [reason],
    event,
    fields,
  };
}

/** The event that stands for a row. */
export interface Exemplar {
  readonly event: EventFacts;
  readonly fields: Fields;
  readonly file: string;
}

export function exemplarOf(
  { table }: FamilyGathered,
  row: number,
  { paths }: Pick<Gathered, 'paths'>,
  store: TextStore,
): Exemplar {
  const block = table.block(row);
  const at = table.offset(row);
  const bytes = store.read(block[at + AT.textAt]!, block[at + AT.textLength]!);
  const [event, fields] = readExemplar(new TextDecoder().decode(bytes));
  return { event, fields, file: paths[block[at + AT.file]!]! };
}

/** What a score consists of: every feature with its value and its part, largest first. */
export function reasonOf(
  family: Family,
  forest: Forest,
  { values }: Pick<Candidate, 'values'>,
  fields: Fields,
  known: Pick<UnusualReason, 'p' | 'among' | 'baseline' | 'equal'>,
  target: number,
): UnusualReason {
  const { score, pathLength, expected, contributions } = attribute(forest, values);
  const parts = family.features
    .map((feature, i): ScorePart => {
      const value = values[i]!;
      const of = subjectOf(family, feature, fields);
      return {
        feature: feature.id,
        name: feature.name,
        unit: feature.unit,
        value: Number.isNaN(value) ? null : asShown(feature, value),
        ...(of === '' ? {} : { of }),
        contribution: contributions[i]!,
      };
    })
    .sort((a, b) => b.contribution - a.contribution);
  return {
    kind: 'unusual',
    family: family.id,
    familyName: family.name,
    score,
    threshold: target,
    expected,
    pathLength,
    parts,
    ordinaryIf: ordinaryIf(family, forest, values, contributions, target),
    ...known,
  };
}

const MOST_SHOWN = 120;

/** What a value was measured on: `winword.exe → powershell.exe`. */
function subjectOf(family: Family, feature: Feature, fields: Fields): string {
  const keys =
    feature.kind === 'rarity'
      ? feature.of
      : feature.kind === 'hosts'
        ? [feature.of]
        : 'per' in feature
          ? [feature.per]
          : [];
  const shown = keys.map((id) => {
    const key = family.keys.find((one) => one.id === id);
    const field = key?.fields.find((name) => fields[name] !== undefined && fields[name] !== '' && fields[name] !== '-');
    if (key === undefined || field === undefined) return '';
    const text = fields[field]!;
    const short = key.show === 'name' ? text.slice(text.lastIndexOf('\\') + 1) : text;
    return short.length > MOST_SHOWN ? `${short.slice(0, MOST_SHOWN)}…` : short;
  });
  return shown.filter((text) => text !== '').join(' → ');
}

/** Bits from which a rarity counts as rare, and splits from which a part counts. */
const RARE_BITS = 8;
const COUNTS_FROM = 0.3;
const RARE_ENOUGH = 0.001;

/**
 * A score alone proves nothing: informational, or low where it is among a thousandth and at least two things about it are
 * rare.
 */
function levelOf({ p, parts }: UnusualReason): Level {
  const rare = parts.filter(
    ({ unit, value, contribution }) => unit === 'bits' && (value ?? 0) >= RARE_BITS && contribution >= COUNTS_FROM,
  );
  return p <= RARE_ENOUGH && rare.length >= 2 ? 'low' : 'informational';
}

const LAST_DATE = 8.64e15;
const iso = (ms: number): string => (Math.abs(ms) <= LAST_DATE ? new Date(ms).toISOString() : '');
