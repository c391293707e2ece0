import { MOST_ROWS } from './group.ts';
import type { Measured } from './measure.ts';
import type { Plan, Row } from './plan.ts';

/** These columns of the rows, each combination once. */
export function distinct(rows: readonly Row[], columns: readonly number[]): Row[] {
  const made = new Map<string, Row>();
  for (const row of rows) {
    const own = columns.map((column) => row[column] ?? null);
    const key = rows.length === 1 ? '' : JSON.stringify(own);
    if (made.size < MOST_ROWS) made.set(key, own);
  }
  return [...made.values()];
}

const UNMEASURED: Measured = { texts: [], numbers: [] };

/** What a condition looks at in rows of rule number `rule`; undefined when there is nothing of it. */
export function measured({ sources, linked }: Plan, rule: number, rows: readonly Row[]): Measured | undefined {
  const { condition, type } = linked.correlation;
  if (condition.kind !== 'bounds' || condition.fields.length === 0) return UNMEASURED;
  const columns = sources[rule]!.measured;
  if (type !== 'value_count' && (type !== 'value_percentile' || condition.percentile !== undefined)) {
    const numbers = rows.flatMap((row) => row[columns[0]!] ?? []).flatMap(toNumber);
    return numbers.length === 0 ? undefined : { texts: [], numbers };
  }
  const texts = rows.flatMap((row) => {
    if (columns.length === 1) return row[columns[0]!] ?? [];
    // Specification: several fields are linked by AND, so their values count together.
    const values = columns.map((column) => row[column]?.[0]);
    return values.includes(undefined) ? [] : [JSON.stringify(values)];
  });
  return texts.length === 0 ? undefined : { texts: rows.length > 1 ? [...new Set(texts)] : texts, numbers: [] };
}

/** Windows logs write numbers in decimal, and some as 0x…. */
function toNumber(text: string): number[] {
  const written = text.trim();
  if (!/^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|0x[0-9a-f]+)$/i.test(written)) return [];
  const number = Number(written);
  // Beyond any quantity; a sum of larger ones would overflow.
  return Math.abs(number) <= 1e200 ? [number] : [];
}
