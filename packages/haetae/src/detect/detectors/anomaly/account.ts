import type { BelowBudget, ScoreAccount } from '../../scores.ts';
import type { FiledFinding } from '../../signal.ts';
import type { Family } from './family.ts';
import type { Gathered } from './gather.ts';
import type { Candidate, HostDay, Thresholds } from './judge.ts';
import { AT } from './table.ts';

/** The account of a run. `tell` makes the finding that a candidate would have been. */
export function accountOf(
  families: readonly Family[],
  gathered: Gathered | undefined,
  days: readonly HostDay[],
  beyond: number,
  thresholds: Thresholds,
  baseline: string,
  tell: (candidate: Candidate) => FiledFinding,
): ScoreAccount {
  return {
    families: families.map(({ id, name, kinds }, i) => {
      const known = gathered?.families[i];
      let scored = 0;
      const rows = known?.table.size ?? 0;
      for (let row = 0; row < rows; row++) scored += known!.table.block(row)[known!.table.offset(row) + AT.count]!;
      return { family: id, name, kinds, scored, skipped: known?.skipped ?? 0, rows };
    }),
    thresholds,
    baseline,
    beyond,
    told: days.reduce((sum, { told }) => sum + told.length, 0),
    below: days.flatMap(({ day, told, below }): BelowBudget[] => {
      const [next] = below;
      if (next === undefined) return [];
      const { event, file } = tell(next);
      const { position, computer } = event;
      return [
        {
          computer,
          day: day < 0 ? '' : new Date(day * 86_400_000).toISOString().slice(0, 10),
          told: told.length,
          below: below.length,
          p: next.p,
          family: families[next.family]!.name,
          file,
          ...(position.kind === 'record' ? { record: position.record } : { line: position.line }),
        },
      ];
    }),
  };
}
