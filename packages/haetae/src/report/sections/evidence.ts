import { code, lineBreak, muted, plain, type Text } from '../model.ts';
import { count, local } from '../telling.ts';
import { fit, note, paragraph, table, wholeSection, wide } from './section.ts';

const MOST = 1000;

/** The files that were read, with the hashes by which they are known. */
export const evidence = wholeSection('evidence', (of) => {
  const { w, input } = of;
  if (input.source.kind === 'server' && input.evidence.length === 0) return [paragraph(w.evidence.server)];
  if (input.evidence.length === 0) return [paragraph(w.evidence.none)];
  return [
    note(input.source.kind === 'server' ? w.evidence.stored : w.evidence.lead),
    table(
      [
        wide(w.columns.file, 2),
        wide(w.columns.hash, 2.2),
        { ...fit(w.columns.events), align: 'end' as const },
        fit(w.columns.period),
      ],
      input.evidence
        .slice(0, MOST)
        .map(({ path, sha256, bytes, format, events, firstMs, lastMs, lost }): Text[] => [
          [
            code(path),
            lineBreak,
            muted(
              [
                size(bytes),
                format ?? '',
                lost > 0 ? w.evidence[input.source.kind === 'server' ? 'gone' : 'lost'](count(lost)) : '',
              ]
                .filter((part) => part !== '')
                .join(' · '),
            ),
          ],
          sha256 === undefined ? (input.source.kind === 'server' ? '-' : w.evidence.noHash) : [code(sha256)],
          count(events),
          firstMs === undefined ? '-' : [plain(local(of, firstMs)), lineBreak, plain(local(of, lastMs))],
        ]),
    ),
    ...(input.evidence.length > MOST ? [note(w.more(count(input.evidence.length - MOST)))] : []),
  ];
});

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
