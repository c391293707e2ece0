import { declarations } from '../case/record.ts';
import { earlierReports, saidOf } from '../case/said.ts';
import { lineBreak, muted, plain, strong, type Text } from '../model.ts';
import { both, idsOf, spanWord } from '../telling.ts';
import { eachSection, note, paragraph, table, wide } from './section.ts';

const HOUR = 3_600_000;

/** Until when must be reported to whom, counted from the declared awareness; the deadline moves with a correction. */
export const clocks = eachSection('clocks', (of, one) => {
  const { incident } = one;
  const { w, input, language } = of;
  const aware = declarations(input.record, ...idsOf(incident)).at(-1);
  const reported = earlierReports(input.record, incident, of.options.stage ?? 'first', saidOf(one, input));
  const due = (hours: number | null): Text => {
    if (hours === null) return [strong(w.clocks.atOnce)];
    if (aware === undefined) return w.clocks.hours(String(hours));
    const end = aware.atMs + hours * HOUR;
    const left =
      input.issuedMs === undefined
        ? ''
        : end < input.issuedMs
          ? w.clocks.late
          : w.clocks.left(spanWord(of, end - input.issuedMs));
    return [
      strong(both(of, end)),
      lineBreak,
      muted(`${w.clocks.hours(String(hours))}${left === '' ? '' : ` · ${left}`}`),
    ];
  };
  return [
    aware === undefined ? paragraph(w.clocks.none) : paragraph(w.clocks.lead(both(of, aware.atMs))),
    table(
      [wide(w.columns.duty, 2), wide(w.columns.due, 1)],
      of.clocks.map(({ name, hours, basis }): Text[] => [
        [plain(name[language]), lineBreak, muted(basis[language])],
        due(hours),
      ]),
    ),
    ...(reported.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            ordered: false,
            items: reported.map(
              ({ stage, enteredMs }) => `${w.stage[stage]}: ${w.clocks.reported(both(of, enteredMs))}`,
            ),
          },
        ]),
    note(w.clocks.note),
  ];
});
