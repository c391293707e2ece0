import type { TextStore } from '../../harvest.ts';
import type { BelowBudget, FeatureDrift, ScoreAccount } from '../../scores.ts';
import { readExemplar } from './exemplar.ts';
import type { Family } from './family.ts';
import type { Gathered } from './gather.ts';
import type { HostDay, Thresholds } from './judge.ts';
import { AT } from './table.ts';
import { exemplarOf } from './tell.ts';

/** The account of a run. */
export function accountOf(
  families: readonly Family[],
  gathered: Gathered | undefined,
  store: TextStore | undefined,
  days: readonly HostDay[],
  beyond: number,
  thresholds: Thresholds,
  baseline: string,
  drift: readonly FeatureDrift[] = [],
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
    drift,
    unexplained: (gathered?.wanted ?? [])
      .filter(({ family }) => family < 0)
      .map(({ path, exemplar }) => {
        const [{ channel, eventId }] = readExemplar(exemplar);
        return { file: path, channel, eventId };
      }),
    below: days.flatMap(({ day, told, below }): BelowBudget[] => {
      const [next] = below;
      if (next === undefined) return [];
      const { event, file } = exemplarOf(gathered!.families[next.family]!, next.row, gathered!, store!);
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
