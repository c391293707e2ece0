import type { Family } from '../family.ts';
import type { FamilyGathered } from '../gather.ts';
import { countRarities, emptyRarities, inOrder, matrixFrom, matrixOf, type Rarities } from '../matrix.ts';
import { weightsOf } from '../model.ts';
import { AT } from '../table.ts';
import { type Baseline, type Learnt, rowWidth } from './baseline.ts';
import { chosen, joined, keyOfRow, RESERVOIR, type Reservoir } from './reservoir.ts';

/** What a family's rows teach, on top of a baseline where one is refreshed; undefined where there is nothing to learn. */
export function learnFamily(
  family: Family,
  gathered: FamilyGathered | undefined,
  previous: Baseline | undefined,
): Learnt | undefined {
  const before = previous?.family(family.id);
  const known = gathered === undefined || gathered.table.size === 0 ? undefined : gathered;
  if (known === undefined && before === undefined) return undefined;
  const rarities = before?.model.rarities ?? emptyRarities();
  if (known !== undefined) countRarities(family, known.table, rarities);
  const now = known === undefined ? undefined : reservoirOf(family, known, rarities);
  const width = family.features.length;
  const reservoir =
    before === undefined || now === undefined
      ? (now ?? before!.reservoir)
      : joined(before.reservoir, now, rowWidth(family), width, RESERVOIR);
  const rows = (known?.table.size ?? 0) + (previous?.head.families.find(({ id }) => id === family.id)?.rows ?? 0);
  // What was rare before may be common now: rarities are those of all that is known.
  return {
    family,
    rarities,
    rows,
    reservoir: { ...reservoir, matrix: matrixFrom(family, reservoir.rows, reservoir.matrix, rarities) },
  };
}

function reservoirOf(family: Family, gathered: FamilyGathered, rarities: Rarities): Reservoir {
  const { table, paces } = gathered;
  const order = inOrder(table);
  const weights = weightsOf(gathered, order);
  const wide = rowWidth(family);
  const rows = new Float64Array(order.length * wide);
  order.forEach((row, i) => {
    const at = table.offset(row) + AT.host;
    rows.set(table.block(row).subarray(at, at + wide), i * wide);
  });
  const { held, floor } = chosen(
    [...weights].map((count, i) => ({ count, key: keyOfRow(rows, i * wide, wide) })),
    RESERVOIR,
  );
  const kept = new Float64Array(held.length * wide);
  held.forEach((index, i) => kept.set(rows.subarray(index * wide, (index + 1) * wide), i * wide));
  const heldRows = held.map((index) => order[index]!);
  return {
    rows: kept,
    matrix: matrixOf(family, table, heldRows, rarities, paces),
    counts: Float64Array.from(held, (index) => weights[index]!),
    floor,
  };
}
