import type { Event } from '@haetae/event';
import type { AnomalySetup } from '../../detector.ts';
import type { Harvest, TextStore } from '../../harvest.ts';
import { writeExemplar } from './exemplar.ts';
import { type Family, familyRoutes, valuesOf } from './family.ts';
import { hashText, mix } from './hash.ts';
import { memo } from './memo.ts';
import { createReader } from './reader.ts';
import { CountMin } from './sketch.ts';
import { AT, HEAD, RowTable } from './table.ts';
import { Tally } from './tally.ts';

/** Rows and exemplars of one family out of a stretch of a file; offsets of exemplars count in `text`. */
export interface FamilyRows {
  readonly family: number;
  readonly rows: Float64Array<ArrayBuffer>;
  /** Keys of (who, minute) and counts in turn. */
  readonly paces: Float64Array<ArrayBuffer>;
  /** Events that had nothing to compare. */
  readonly skipped: number;
}

/** An event that is to be explained whatever its score. */
export interface WantedRow {
  /** −1 where no family compares its kind, or it has nothing to compare. */
  readonly family: number;
  /** As the table's draft. */
  readonly row: Float64Array;
  /** As `writeExemplar` writes it. */
  readonly exemplar: string;
}

export interface Gathering {
  readonly parts: readonly FamilyRows[];
  readonly wanted: readonly WantedRow[];
  /** UTF-8: each row's exemplar, as `writeExemplar` writes it. */
  readonly text: Uint8Array<ArrayBuffer>;
}

/** Where an event stands that is to be explained. */
export type WantedPlace = NonNullable<AnomalySetup['wanted']>;

/** Beyond these a harvest is due before the file's end. */
const MOST_ROWS = 50_000;
const MOST_TEXT = 4_000_000;

/** Width of the sketch of paces, 2^bits: ε = 1e-5. */
const PACE_BITS = 18;

export const minuteOf = (timeMs: number): number => Math.floor(timeMs / 60_000);

/** Where a family keeps whose pace is counted; −1 where it counts none. */
export function paceKeyOf(family: Family): number {
  const feature = family.features.find(({ kind }) => kind === 'pace');
  if (feature?.kind !== 'pace') return -1;
  return HEAD + family.numbers.length + family.keys.findIndex(({ id }) => id === feature.per);
}

/** Folds the events of one reading thread. `routes` gives the number of the family that a kind belongs to, −1 for none. */
export function createGatherer(
  families: readonly Family[],
  zone: string,
  detector: string,
  place?: WantedPlace,
  routes: (channel: string, eventId: number) => number = familyRoutes(families),
) {
  const reader = createReader(zone);
  const tables = families.map((family) => new RowTable(valuesOf(family)));
  const paceKeys = families.map(paceKeyOf);
  const paces = families.map(() => new Tally());
  const skipped = new Float64Array(families.length);
  const hostOf = memo((text) => hashText(text.toLowerCase()), 1000);
  const encoder = new TextEncoder();
  let text = new Uint8Array(1 << 16);
  let used = 0;
  let rows = 0;
  let wanted: WantedRow[] = [];

  function want(event: Event, family: number): void {
    if (place === undefined) return;
    const { position } = event;
    if (position.kind !== place.kind || (position.kind === 'record' ? position.record : position.line) !== place.at)
      return;
    const row = family < 0 ? new Float64Array() : tables[family]!.draft.slice();
    wanted.push({ family, row, exemplar: writeExemplar(event) });
  }

  function write(event: Event): number {
    const exemplar = writeExemplar(event);
    const most = used + 3 * exemplar.length;
    if (most > text.length) {
      const larger = new Uint8Array(Math.max(most, 2 * text.length));
      larger.set(text.subarray(0, used));
      text = larger;
    }
    const { written } = encoder.encodeInto(exemplar, text.subarray(used));
    used += written;
    return written;
  }

  return {
    /** Adds an event; false where no family compares its kind. */
    add(event: Event): boolean {
      const family = routes(event.channel, event.eventId);
      if (family < 0) {
        want(event, -1);
        return false;
      }
      const table = tables[family]!;
      const { draft } = table;
      draft[AT.host] = hostOf(event.computer);
      if (!families[family]!.read(event, reader, draft, HEAD)) {
        skipped[family]!++;
        want(event, -1);
        return false;
      }
      want(event, family);
      const { timeMs, position } = event;
      const isTold = !Number.isNaN(timeMs);
      const paceKey = paceKeys[family]!;
      if (paceKey >= 0 && isTold) paces[family]!.add(mix(mix(draft[paceKey]!, draft[AT.host]!), minuteOf(timeMs)));
      const before = table.size;
      const row = table.find();
      table.count(row, 1, isTold ? timeMs : Number.POSITIVE_INFINITY, isTold ? timeMs : Number.NEGATIVE_INFINITY);
      const where = position.kind === 'record' ? position.record : position.line;
      if (row === before || table.isEarlier(row, 0, where)) {
        const at = used;
        table.exemplar(row, 0, where, at, write(event));
        if (row === before) rows++;
      }
      return true;
    },
    /** What was gathered since; undefined while little was and the file goes on. */
    harvest(end: boolean): Harvest | undefined {
      if (!end && rows < MOST_ROWS && used < MOST_TEXT) return undefined;
      const parts = families.flatMap((_, family): FamilyRows[] => {
        if (tables[family]!.size === 0 && skipped[family] === 0) return [];
        return [{ family, rows: tables[family]!.take(), paces: paces[family]!.take(), skipped: skipped[family]! }];
      });
      if (parts.length === 0 && wanted.length === 0) return undefined;
      const taken = text.slice(0, used);
      skipped.fill(0);
      used = 0;
      rows = 0;
      const data: Gathering = { parts, text: taken, wanted };
      wanted = [];
      return {
        detector,
        data,
        transfer: [taken.buffer, ...parts.flatMap((part) => [part.rows.buffer, part.paces.buffer])],
      };
    },
  };
}

/** What all threads gathered of one family. */
export interface FamilyGathered {
  readonly table: RowTable;
  /** Keys of (who, minute); undefined where the family counts no pace. */
  readonly paces: CountMin | undefined;
  skipped: number;
}

/** Puts harvests together, in any order: the same is known in the end. */
export function createGathered(families: readonly Family[], store: TextStore) {
  const all = families.map(
    (family): FamilyGathered => ({
      table: new RowTable(valuesOf(family)),
      paces: paceKeyOf(family) < 0 ? undefined : new CountMin(PACE_BITS),
      skipped: 0,
    }),
  );
  const paths: string[] = [];
  const indexOf = new Map<string, number>();
  const wantedRows: (WantedRow & { readonly path: string })[] = [];
  return {
    families: all,
    wanted: wantedRows as readonly (WantedRow & { readonly path: string })[],
    paths: paths as readonly string[],
    add({ parts, text, wanted }: Gathering, path: string): void {
      for (const one of wanted) wantedRows.push({ ...one, path });
      const file = indexOf.get(path) ?? paths.push(path) - 1;
      indexOf.set(path, file);
      const base = store.append(text);
      for (const { family, rows, paces, skipped } of parts) {
        const into = all[family]!;
        const { table } = into;
        const { draft, stride } = table;
        into.skipped += skipped;
        for (let at = 0; at < rows.length; at += stride) {
          draft.set(rows.subarray(at, at + stride));
          const row = table.find();
          table.count(row, rows[at + AT.count]!, rows[at + AT.first]!, rows[at + AT.last]!);
          const position = rows[at + AT.position]!;
          const known = table.block(row)[table.offset(row) + AT.file]!;
          // Files have their numbers in the order of their coming, so paths decide.
          const isEarlier =
            known === file ? table.isEarlier(row, file, position) : known > paths.length || path < paths[known]!;
          if (isEarlier) table.exemplar(row, file, position, base + rows[at + AT.textAt]!, rows[at + AT.textLength]!);
        }
        for (let at = 0; at < paces.length; at += 2) into.paces!.add(paces[at]!, paces[at + 1]!);
      }
    },
  };
}

export type Gathered = ReturnType<typeof createGathered>;
