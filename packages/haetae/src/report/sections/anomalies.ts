import type { ScorePart } from '../../detect/index.ts';
import { wordsOf } from '../../locale/index.ts';
import type { UnusualSaid } from '../contract.ts';
import { code, lineBreak, muted, plain, type Text } from '../model.ts';
import { both, count, hostName, levelSpan, type Telling } from '../telling.ts';
import { eachSection, fit, table, wide } from './section.ts';

const MOST = 40;
const MOST_PARTS = 4;

/** What no rule says but a score does, and what made the score. */
export const anomalies = eachSection('anomalies', (of, { incident, titles, unusual }) => {
  const { w } = of;
  const all = incident.findings.flatMap((finding, i) => (finding.rule === null ? [{ finding, i }] : []));
  const rows = all
    .sort((a, b) => (a.finding.p ?? 1) - (b.finding.p ?? 1) || a.i - b.i)
    .slice(0, MOST)
    .map(({ finding, i }): Text[] => {
      const reason = unusual.get(i);
      const image = finding.fields.Image ?? finding.fields.NewProcessName ?? '';
      return [
        [
          plain(reason === undefined ? titles[i]! : reason.familyName[of.language]),
          lineBreak,
          muted(both(of, finding.events[0]?.timeMs)),
          lineBreak,
          muted(hostName(of, finding.host)),
          ...(image === '' ? [] : [lineBreak, code(image.slice(image.lastIndexOf('\\') + 1))]),
        ],
        [levelSpan(of, finding.level)],
        reason === undefined ? w.anomalies.unexplained : explained(of, reason),
      ];
    });
  if (rows.length === 0) return [];
  return [
    table([wide(w.columns.what, 1.2), fit(w.columns.level), wide(w.columns.basis, 2)], rows),
    ...(all.length > MOST ? [{ kind: 'note' as const, text: w.more(count(all.length - MOST)) }] : []),
  ];
});

function explained(of: Telling, reason: UnusualSaid): Text {
  const { w, language } = of;
  const { score, threshold, p, among, parts, ordinaryIf } = reason;
  const named = (feature: string): ScorePart | undefined => parts.find((part) => part.feature === feature);
  const told = parts.filter(({ contribution }) => contribution > 0).slice(0, MOST_PARTS);
  const ordinary = ordinaryIf.map(({ feature, op, value }) => {
    const part = named(feature);
    return `${part?.name[language] ?? feature} ${op === '<=' ? '≤' : '≥'} ${measured(of, value, part?.unit ?? '')}`;
  });
  return [
    plain(`${w.anomalies.score(score.toFixed(3), threshold.toFixed(3))} · ${w.anomalies.rare(rate(p), count(among))}`),
    ...told.flatMap(({ name, value, unit, of: about }) => [
      lineBreak,
      plain(
        `• ${w.anomalies.part(name[language], `${value === null ? '-' : measured(of, value, unit)}${about ? ` (${about})` : ''}`)}`,
      ),
    ]),
    ...(ordinary.length === 0 ? [] : [lineBreak, muted(w.anomalies.ordinary(ordinary.join(', ')))]),
  ];
}

const rate = (p: number): string => (p >= 0.001 ? p.toFixed(3) : p.toPrecision(2));

function measured({ language }: Telling, value: number, unit: string): string {
  const number = Number.isInteger(value) ? count(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
  const name = (wordsOf(language).anomaly.units as Readonly<Record<string, string>>)[unit] ?? unit;
  return name === '' ? number : `${number} ${name}`;
}
