import { timeline as timelineChart } from '../../chart/index.ts';
import { timelineRows } from '../charts.ts';
import { type Block, plain, type Text } from '../model.ts';
import { hostName, levelSpan, type One, places, type Telling } from '../telling.ts';
import { twoTimes } from './hosts.ts';
import { eachSection, fit, note, table, wide } from './section.ts';

/** Every sentence of the story with both clocks and where it stands in the logs, under a picture of it. */
export const timeline = eachSection('timeline', (of, one) => [
  ...chart(of, one),
  ...(of.input.source.kind === 'logs' ? [note(of.w.evidence.places)] : []),
  rows(of, one.story.sentences),
]);

/** Only what tells it at a glance. */
export const shortTimeline = eachSection('timeline', (of, one) => [
  ...chart(of, one),
  rows(
    of,
    one.story.sentences.filter(({ main }) => main),
  ),
]);

function chart(of: Telling, one: One): Block[] {
  const { incident } = one;
  if (incident.fromMs === null || incident.toMs === null) return [];
  const options = { width: 720, height: 300, language: of.language, zone: { zone: of.input.zone, label: of.zone } };
  return [{ kind: 'chart', drawing: timelineChart(timelineRows(of, one), options) }];
}

const rows = (of: Telling, sentences: One['story']['sentences']): Block => {
  const { w } = of;
  return table(
    [
      fit(of.zone === 'UTC' ? 'UTC' : `${of.zone} / UTC`),
      fit(w.columns.host),
      fit(w.columns.level),
      wide(w.columns.what, 3.2),
      wide(w.columns.place, 1),
    ],
    once(sentences).map(({ timeMs, host, level, text, events }): Text[] => [
      twoTimes(of, timeMs),
      hostName(of, host),
      level === null ? '-' : [levelSpan(of, level)],
      [plain(text)],
      places(events, 2),
    ]),
  );
};

/** What was done again in the same moment and in the same words is one row with all its places. */
function once(
  sentences: One['story']['sentences'],
): Pick<One['story']['sentences'][number], 'timeMs' | 'host' | 'level' | 'text' | 'events'>[] {
  const rows = new Map<string, One['story']['sentences'][number]>();
  for (const one of sentences) {
    const key = `${one.timeMs === null ? '' : Math.floor(one.timeMs / 1000)}\0${one.host}\0${one.text}`;
    const known = rows.get(key);
    rows.set(key, known === undefined ? one : { ...known, events: [...known.events, ...one.events] });
  }
  return [...rows.values()];
}
