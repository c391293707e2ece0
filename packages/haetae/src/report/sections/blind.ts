import { type BlindBand, channelName } from '../../incident/index.ts';
import { storyWords } from '../../locale/index.ts';
import type { Text } from '../model.ts';
import { count, hostName, period, type Telling } from '../telling.ts';
import { eachSection, fit, note, table, wide } from './section.ts';

const MOST = 30;

/** Times in which the logs cannot be trusted to tell all. */
export const blind = eachSection('blind', (of, { incident }) => {
  const { w } = of;
  if (incident.blind.length === 0) return [note(w.blind.none)];
  const rows = new Map(
    [...incident.blind]
      .sort((a, b) => a.from - b.from)
      .map((band): [string, Text[]] => {
        const row = [period(of, band.from, band.to), hostName(of, band.host), bandText(of, band)];
        return [row.join('\0'), row];
      }),
  );
  const bands = [...rows.values()];
  return [
    note(w.blind.lead),
    table([wide(w.columns.period, 1), fit(w.columns.host), wide(w.columns.what, 1.6)], bands.slice(0, MOST)),
    ...(bands.length > MOST ? [note(w.more(count(bands.length - MOST)))] : []),
  ];
});

const bandText = (of: Telling, { kind, host, channel, from, to, missing, by }: BlindBand): string => {
  const words = storyWords(of.language);
  return words.blind(kind, {
    host: hostName(of, host),
    channel: channelName(channel),
    span: to - from < 1000 ? '' : words.span(to - from),
    missing: count(missing),
    by,
  });
};
