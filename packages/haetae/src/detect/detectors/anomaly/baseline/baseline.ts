import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createBaseline, distributionOf, loadBaseline, saveBaseline, score } from '@haetae/isolation-forest';
import type { Family } from '../family.ts';
import { valuesOf } from '../family.ts';
import { emptyRarities, type Rarities } from '../matrix.ts';
import { fitForest, type Model } from '../model.ts';
import { SCHEMA } from '../registry.ts';
import { CountMin, HostCount } from '../sketch.ts';
import { Tally } from '../tally.ts';
import { bytesOf, numbersOf, readSparse, writeSparse } from './bytes.ts';
import { type Reservoir, weightsIn } from './reservoir.ts';

/**
 * What is ordinary somewhere, learnt once and kept: for each family the forest, how its rows scored, how often keys occur
 * (sketches, which add up), and a reservoir of rows from which a later version is made. A baseline never changes: its version is
 * a hash of all that it holds.
 *
 *     "haetae baseline 1\n" · u32 bytes of the head, the head as JSON · sections, deflated, at the places that the head names
 *     SHA-256 of all before; the version is its first 16 digits
 */
export interface Baseline {
  readonly version: string;
  readonly head: BaselineHead;
  /** undefined for a family that the baseline has not seen. */
  family(id: string): FamilyBaseline | undefined;
}

export interface BaselineHead {
  readonly schema: number;
  /** In which hours were told. */
  readonly zone: string;
  /** Event time of the first and the last event, ms since 1970; null where none told it. */
  readonly from: number | null;
  readonly to: number | null;
  readonly hosts: number;
  /** The version it was refreshed from. */
  readonly previous: string | null;
  readonly families: readonly FamilyHead[];
}

export interface FamilyHead {
  readonly id: string;
  readonly events: number;
  readonly rows: number;
  readonly features: readonly string[];
  /** Bytes of its sections, in their order. */
  readonly sections: readonly number[];
}

export interface FamilyBaseline {
  readonly model: Model;
  readonly reservoir: Reservoir;
}

/** What a baseline is made of, for one family. */
export interface Learnt {
  readonly family: Family;
  readonly rarities: Rarities;
  readonly reservoir: Reservoir;
  readonly rows: number;
}

export type BaselineErrorCode = 'not-ours' | 'damaged' | 'schema';

export class BaselineError extends Error {
  readonly code: BaselineErrorCode;

  constructor(code: BaselineErrorCode, message: string) {
    super(message);
    this.name = 'BaselineError';
    this.code = code;
  }
}

const MAGIC = Buffer.from('haetae baseline 1\n');
const DIGEST = 32;
const SHOWN = 16;

export function writeBaseline(
  learnt: readonly Learnt[],
  about: Pick<BaselineHead, 'zone' | 'from' | 'to' | 'previous' | 'hosts'>,
): Uint8Array {
  const bodies: Buffer[] = [];
  const families = learnt.map(({ family, rarities, reservoir, rows }): FamilyHead => {
    const weights = weightsIn(reservoir);
    const forest = fitForest(family, reservoir.matrix, weights, rarities.events);
    const scores = distributionOf(score(forest, reservoir.matrix), { weights });
    const forestBytes = saveBaseline(
      createBaseline({ forest, scores, from: about.from ?? 0, to: Math.max(about.from ?? 0, about.to ?? 0) }),
    );
    const sections = [
      forestBytes,
      writeSparse(rarities.counts.cells),
      writeSparse(rarities.hosts.cells),
      bytesOf(rarities.perHost.pairs()),
      bytesOf(reservoir.rows),
      bytesOf(reservoir.matrix),
      bytesOf(reservoir.counts),
      bytesOf(Float64Array.of(reservoir.floor)),
    ].map((bytes) => deflateRawSync(bytes));
    bodies.push(...sections);
    return {
      id: family.id,
      events: rarities.events,
      rows,
      features: family.features.map(({ id }) => id),
      sections: sections.map(({ length }) => length),
    };
  });
  const head: BaselineHead = { schema: SCHEMA, ...about, families };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const all = Buffer.concat([MAGIC, length, json, ...bodies]);
  return Buffer.concat([all, digestOf(all)]);
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Throws BaselineError where the bytes are no baseline, are damaged, or of features that this program does not have. */
export function readBaseline(given: Uint8Array): Baseline {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < MAGIC.length + 4 + DIGEST || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new BaselineError('not-ours', 'not a baseline that `haetae baseline learn` wrote');
  }
  const digest = bytes.subarray(bytes.length - DIGEST);
  if (!digestOf(bytes.subarray(0, bytes.length - DIGEST)).equals(digest)) {
    throw new BaselineError('damaged', 'the baseline is damaged: its content does not give its version');
  }
  const headLength = bytes.readUInt32LE(MAGIC.length);
  const begin = MAGIC.length + 4 + headLength;
  const head = JSON.parse(bytes.toString('utf8', MAGIC.length + 4, begin)) as BaselineHead;
  if (head.schema !== SCHEMA) {
    throw new BaselineError(
      'schema',
      `the baseline has features of version ${head.schema}, this program ${SCHEMA}: learn it again`,
    );
  }
  const version = digest.toString('hex').slice(0, SHOWN);
  let at = begin;
  const places = new Map<string, { readonly head: FamilyHead; readonly at: number }>();
  for (const one of head.families) {
    places.set(one.id, { head: one, at });
    at += one.sections.reduce((sum, n) => sum + n, 0);
  }
  return {
    version,
    head,
    family(id) {
      const place = places.get(id);
      if (place === undefined) return undefined;
      let from = place.at;
      const sections = place.head.sections.map((length) => {
        from += length;
        return inflateRawSync(bytes.subarray(from - length, from));
      });
      return loadFamily(place.head, sections, version);
    },
  };
}

function loadFamily(head: FamilyHead, sections: readonly Uint8Array[], version: string): FamilyBaseline {
  const [forestBytes, counts, hosts, perHost, rows, matrix, rowCounts, floor] = sections as readonly [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const { forest, scores } = loadBaseline(forestBytes);
  const rarities: Rarities = {
    ...emptyRarities(),
    counts: new CountMin(),
    hosts: new HostCount(),
    perHost: new Tally(),
  };
  readSparse(counts, rarities.counts.cells);
  readSparse(hosts, rarities.hosts.cells);
  const pairs = numbersOf(perHost);
  for (let i = 0; i < pairs.length; i += 2) rarities.perHost.add(pairs[i]!, pairs[i + 1]!);
  rarities.events = head.events;
  return {
    model: { forest, distribution: scores, rarities, version },
    reservoir: {
      rows: numbersOf(rows),
      matrix: numbersOf(matrix),
      counts: numbersOf(rowCounts),
      floor: numbersOf(floor)[0]!,
    },
  };
}

/** Host and values of a row. */
export const rowWidth = (family: Family): number => 1 + valuesOf(family);
