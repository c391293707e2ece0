import { padEnd, width } from '../locale/index.ts';

/** Rows as aligned columns with two blanks between, indented by two; the columns named in `right` are numbers. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, width(cell))), []);
  return rows.map((row) =>
    `  ${row.map((cell, i) => (right.includes(i) ? ' '.repeat(widths[i]! - width(cell)) + cell : padEnd(cell, widths[i]!))).join('  ')}`.trimEnd(),
  );
}
