import { TACTICS, techniqueUrl } from '../../attack/index.ts';
import { techniqueRows } from '../facts-of.ts';
import { plain, type Text } from '../model.ts';
import { count, levelSpan } from '../telling.ts';
import { twoTimes } from './hosts.ts';
import { eachSection, fit, table, wide } from './section.ts';

const MOST_TITLES = 3;

/** Techniques in the order of the matrix, and on which findings each rests. */
export const attack = eachSection('attack', (of, { incident, titles }) => {
  const { w, language } = of;
  const rows = techniqueRows(incident);
  if (rows.length === 0) return of.options.template === 'kisa' ? [{ kind: 'paragraph', text: w.none }] : [];
  const named = (tactics: readonly string[]): string =>
    TACTICS.filter(({ shortname }) => tactics.includes(shortname))
      .map(({ name }) => (language === 'ko' ? `${name.ko} ${name.en}` : name.en))
      .join(', ');
  return [
    table(
      [
        fit('ID'),
        wide(w.columns.technique, 1.6),
        wide(w.columns.tactic, 1.2),
        wide(w.columns.basis, 2),
        fit(w.columns.first),
        { ...fit(w.columns.events), align: 'end' as const },
        fit(w.columns.level),
      ],
      rows.map(({ id, name, tactics, level, events, firstMs, findings }): Text[] => {
        const said = [...new Set(findings.map((i) => titles[i]!))];
        return [
          /^T\d{4}/.test(id) && name !== '' ? [{ kind: 'link', text: id, to: techniqueUrl(id) }] : id,
          name === '' ? '-' : name,
          named(tactics),
          [
            plain(
              `${said.slice(0, MOST_TITLES).join('; ')}${said.length > MOST_TITLES ? ` ${w.more(count(said.length - MOST_TITLES))}` : ''}`,
            ),
          ],
          twoTimes(of, firstMs),
          count(events),
          [levelSpan(of, level)],
        ];
      }),
    ),
  ];
});
