import { type Family, type Feature, TOKENS, valuesOf } from './family.ts';
import { minuteOf, paceKeyOf } from './gather.ts';
import { hashText, mix } from './hash.ts';
import { CountMin, HostCount } from './sketch.ts';
import { AT, HEAD, type RowTable } from './table.ts';
import { Tally } from './tally.ts';

/** What is known of how often a family's keys occur, on hosts and in all: what a baseline keeps. Adds up. */
export interface Rarities {
  readonly counts: CountMin;
  readonly hosts: HostCount;
  /** Events of each host, by the host's hash. */
  readonly perHost: Tally;
  events: number;
}

export const emptyRarities = (): Rarities => ({
  counts: new CountMin(),
  hosts: new HostCount(),
  perHost: new Tally(),
  events: 0,
});

/** Rows of a family in an order that does not depend on the order in which files were read. */
export function inOrder(table: RowTable): Uint32Array<ArrayBuffer> {
  const { size, stride } = table;
  const hashes = new Float64Array(size);
  const order = new Uint32Array(size);
  for (let row = 0; row < size; row++) {
    const block = table.block(row);
    const at = table.offset(row);
    let hash = 0;
    for (let i: number = AT.host; i < stride; i++) hash = mix(hash, numberKey(block[at + i]!));
    hashes[row] = hash;
    order[row] = row;
  }
  return order.sort((a, b) => hashes[a]! - hashes[b]!);
}

/** A whole number for any: hundredths, and NaN apart. */
const numberKey = (n: number): number => (Number.isNaN(n) ? -1 : Math.round(n < 1e12 ? n * 100 : n));

interface Relation {
  /** Columns of the keys, from the row's begin. */
  readonly columns: readonly number[];
  readonly salt: number;
  readonly onHost: boolean;
}

const columnOf = (family: Family, key: string): number =>
  HEAD + family.numbers.length + family.keys.findIndex(({ id }) => id === key);

const saltOf = (text: string): number => hashText(text);

function relationOf(family: Family, feature: Feature & { kind: 'rarity' }): Relation {
  return {
    columns: feature.of.map((key) => columnOf(family, key)),
    // The same keys have the same counts, whichever feature asks.
    salt: saltOf(`${feature.on} ${feature.of.join(' ')}`),
    onHost: feature.on === 'host',
  };
}

/** Hash of a relation's keys in a row; −1 where one is not told. */
function keyOf({ columns, salt, onHost }: Relation, block: Float64Array, at: number): number {
  let key = salt;
  for (let i = 0; i < columns.length; i++) {
    const value = block[at + columns[i]!]!;
    if (value === 0) return -1;
    key = mix(key, value);
  }
  return onHost ? mix(key, block[at + AT.host]!) : key;
}

const WORD_SALT = saltOf('words');

/** Counts a family's rows into what is known. */
export function countRarities(family: Family, table: RowTable, into: Rarities): void {
  const relations = new Map<number, Relation>();
  const hostKeys: number[] = [];
  for (const feature of family.features) {
    if (feature.kind === 'rarity') {
      const relation = relationOf(family, feature);
      relations.set(relation.salt, relation);
    } else if (feature.kind === 'hosts') hostKeys.push(columnOf(family, feature.of));
  }
  const all = [...relations.values()];
  const wordsAt = family.words ? HEAD + family.numbers.length + family.keys.length : -1;
  for (let row = 0; row < table.size; row++) {
    const block = table.block(row);
    const at = table.offset(row);
    const count = block[at + AT.count]!;
    const host = block[at + AT.host]!;
    into.events += count;
    into.perHost.add(host, count);
    for (const relation of all) {
      const key = keyOf(relation, block, at);
      if (key >= 0) into.counts.add(key, count);
    }
    for (const column of hostKeys) if (block[at + column] !== 0) into.hosts.add(block[at + column]!, host);
    if (wordsAt < 0) continue;
    for (let k = 0; k < TOKENS; k++) {
      const word = block[at + wordsAt + k]!;
      if (word !== 0) into.counts.add(mix(WORD_SALT, word), count);
    }
  }
}

/** −log2 of a share, one added to both counts, so that what was never seen has a rarity too. */
export const bits = (count: number, total: number): number => Math.log2((total + 1) / (count + 1));

/** To a hundredth: what differs by less is the same. */
const rounded = (x: number): number => Math.round(x * 100) / 100;

/**
 * What the forest sees: row-major, one column a feature, rows in the given order. Rarities are those of `known`; variety and
 * pace are of the rows at hand. `log` features are log2(1 + x).
 */
export function matrixOf(
  family: Family,
  table: RowTable,
  order: ArrayLike<number>,
  known: Rarities,
  paces: CountMin | undefined,
): Float64Array {
  const { features } = family;
  const width = features.length;
  const matrix = new Float64Array(order.length * width);
  features.forEach((feature, column) => {
    const value = columnReader(family, feature, table, known, paces);
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      matrix[i * width + column] = value(table.block(row), table.offset(row));
    }
  });
  return matrix;
}

/**
 * The matrix of rows that were kept apart from their table (host and values of each, one behind the other): variety and pace,
 * which need all rows, stay as `before` has them.
 */
export function matrixFrom(family: Family, rows: Float64Array, before: Float64Array, known: Rarities): Float64Array {
  const width = family.features.length;
  const wide = 1 + valuesOf(family);
  const matrix = before.slice();
  const block = new Float64Array(HEAD - 1 + wide);
  const write = rowWriter(family, known);
  for (let i = 0; i < rows.length / wide; i++) {
    block.set(rows.subarray(i * wide, (i + 1) * wide), AT.host);
    write(block, matrix, i * width);
  }
  return matrix;
}

/** Writes what the forest sees of the row at the begin of a block; leaves variety and pace, which need all rows, as they are. */
export function rowWriter(
  family: Family,
  known: Rarities,
): (block: Float64Array, out: Float64Array, at: number) => void {
  const columns = family.features.flatMap((feature, column) =>
    feature.kind === 'variety' || feature.kind === 'pace'
      ? []
      : [{ column, value: columnReader(family, feature, undefined, known, undefined) }],
  );
  return (block, out, at) => {
    for (let i = 0; i < columns.length; i++) {
      const { column, value } = columns[i]!;
      out[at + column] = value(block, 0);
    }
  };
}

/** Whether a row's values depend on whose event it is. */
export const looksAtHost = (family: Family): boolean =>
  family.features.some((feature) => feature.kind === 'rarity' && feature.on === 'host');

type Value = (block: Float64Array, at: number) => number;

function columnReader(
  family: Family,
  feature: Feature,
  table: RowTable | undefined,
  known: Rarities,
  paces: CountMin | undefined,
): Value {
  switch (feature.kind) {
    case 'number': {
      const column = HEAD + family.numbers.indexOf(feature.id);
      return feature.log ? (block, at) => Math.log2(1 + block[at + column]!) : (block, at) => block[at + column]!;
    }
    case 'rarity': {
      const relation = relationOf(family, feature);
      // With one host, that host's view is everyone's.
      if (relation.onHost && known.perHost.size <= 1 && isOnFleetToo(family, feature)) return () => 0;
      return (block, at) => {
        const key = keyOf(relation, block, at);
        if (key < 0) return Number.NaN;
        const total = relation.onHost ? known.perHost.get(block[at + AT.host]!) : known.events;
        // A host that the baseline has not seen has no habits yet.
        if (total === 0) return Number.NaN;
        return rounded(bits(Math.min(known.counts.estimate(key), total), total));
      };
    }
    case 'hosts': {
      const column = columnOf(family, feature.of);
      if (known.perHost.size <= 1) return () => 1;
      return (block, at) => (block[at + column] === 0 ? Number.NaN : known.hosts.estimate(block[at + column]!));
    }
    case 'variety': {
      if (table === undefined) return () => Number.NaN;
      const kinds = varietyOf(table, columnOf(family, feature.of), columnOf(family, feature.per));
      return (block, at) => Math.log2(1 + kinds(block, at));
    }
    case 'pace': {
      const column = paceKeyOf(family);
      return (block, at) => {
        const first = block[at + AT.first]!;
        if (paces === undefined || !Number.isFinite(first)) return Number.NaN;
        return Math.log2(1 + paces.estimate(mix(mix(block[at + column]!, block[at + AT.host]!), minuteOf(first))));
      };
    }
    case 'words': {
      const from = HEAD + family.numbers.length + family.keys.length;
      return (block, at) => rarestWords(block, at + from, known);
    }
    default:
      return feature satisfies never;
  }
}

const isOnFleetToo = (family: Family, { of, on }: Feature & { kind: 'rarity' }): boolean =>
  family.features.some((other) => other.kind === 'rarity' && other.on !== on && other.of.join() === of.join());

/** How many different values of one column there are for each value of another on a host. */
function varietyOf(table: RowTable, of: number, per: number): Value {
  const pairs = new Tally();
  const kinds = new Tally();
  for (let row = 0; row < table.size; row++) {
    const block = table.block(row);
    const at = table.offset(row);
    const who = mix(block[at + per]!, block[at + AT.host]!);
    const pair = mix(who, block[at + of]!);
    if (pairs.get(pair) > 0) continue;
    pairs.add(pair);
    kinds.add(who);
  }
  return (block, at) => kinds.get(mix(block[at + per]!, block[at + AT.host]!));
}

const RAREST = 3;
const rarest = new Float64Array(RAREST);

function rarestWords(block: Float64Array, from: number, known: Rarities): number {
  rarest.fill(0);
  let n = 0;
  for (let k = 0; k < TOKENS; k++) {
    const word = block[from + k]!;
    if (word === 0) break;
    let rarity = bits(Math.min(known.counts.estimate(mix(WORD_SALT, word)), known.events), known.events);
    n++;
    for (let i = 0; i < RAREST; i++) {
      if (rarity <= rarest[i]!) continue;
      const less = rarest[i]!;
      rarest[i] = rarity;
      rarity = less;
    }
  }
  if (n === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < Math.min(n, RAREST); i++) sum += rarest[i]!;
  return rounded(sum / Math.min(n, RAREST));
}

/** A value of the matrix as people read it, in the feature's unit. */
export const asShown = (feature: Feature, value: number): number =>
  isLog(feature) ? Math.round(2 ** value - 1) : value;

export const isLog = (feature: Feature): boolean =>
  feature.kind === 'variety' || feature.kind === 'pace' || (feature.kind === 'number' && feature.log === true);
