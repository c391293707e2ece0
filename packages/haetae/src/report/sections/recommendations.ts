import { techniqueRows } from '../facts-of.ts';
import { code, lineBreak, plain, type Span, type Text } from '../model.ts';
import { adviceFor } from '../recommendations.ts';
import { gravity, levelSpan, type One, type Telling } from '../telling.ts';
import { bullets, eachSection, fit, note, table, wide } from './section.ts';

/** What to do against each technique that was seen; techniques with the same advice share a row. */
export const recommendations = eachSection('recommendations', (of, one) => adviceTable(of, one));

/** The same under the KISA form's heading, after what the responders wrote themselves. */
export const prevention = eachSection('prevention', (of, one) => [
  ...(of.input.facts.prevention.length === 0 ? [] : [bullets(of.input.facts.prevention)]),
  ...adviceTable(of, one),
]);

function adviceTable(of: Telling, { incident }: One) {
  const { w, advice, language } = of;
  const groups = new Map<string, { ids: string[]; level: One['incident']['level']; lines: readonly string[] }>();
  for (const { id, level } of techniqueRows(incident).sort((a, b) => gravity(b.level) - gravity(a.level))) {
    const lines = adviceFor(advice, id, language);
    if (lines.length === 0) continue;
    const key = lines.join('\n');
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ids: [id], level, lines });
    else known.ids.push(id);
  }
  if (groups.size === 0) return [note(w.recommendations.none)];
  return [
    note(w.recommendations.lead),
    table(
      [fit(w.columns.level), wide(w.columns.technique, 0.8), wide(w.columns.recommendation, 4)],
      [...groups.values()].map(({ ids, level, lines }): Text[] => [
        [levelSpan(of, level)],
        ids.flatMap((id, i): Span[] => [...(i === 0 ? [] : [plain(', ')]), code(id)]),
        lines.flatMap((line, i): Span[] => [...(i === 0 ? [] : [lineBreak]), plain(`• ${line}`)]),
      ]),
    ),
  ];
}
