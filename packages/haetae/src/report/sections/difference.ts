import { differences, previousReport, saidOf } from '../case/said.ts';
import { lineBreak, plain, type Span, type Text } from '../model.ts';
import { both, short } from '../telling.ts';
import { eachSection, note, table, wide } from './section.ts';

const MOST_CHARACTERS = 200;

/** In a supplementary report: what changed since the one before it. */
export const difference = eachSection('difference', (of, one) => {
  const { w, options, input } = of;
  if (options.stage !== 'supplement') return [];
  const said = saidOf(one, input);
  const before = previousReport(input.record, one.incident, said);
  if (before === undefined) return [note(w.difference.none)];
  const lead = note(w.difference.lead(w.stage[before.stage], both(of, before.enteredMs)));
  const rows = differences(before.said, said);
  if (rows.length === 0) return [lead, note(w.difference.same)];
  const lines = (list: readonly string[], word: (text: string) => string): Span[] =>
    list.flatMap((text, i): Span[] => [...(i === 0 ? [] : [lineBreak]), plain(word(short(of, text, MOST_CHARACTERS)))]);
  return [
    lead,
    table(
      [wide(w.columns.item, 1), wide(w.columns.now, 4)],
      rows.map(({ item, added, removed }): Text[] => [
        w.items[item],
        [
          ...lines(added, w.difference.added),
          ...(added.length > 0 && removed.length > 0 ? [lineBreak] : []),
          ...lines(removed, w.difference.removed),
        ],
      ]),
    ),
  ];
});
