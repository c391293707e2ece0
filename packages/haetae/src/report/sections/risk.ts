import { waterfall } from '../../chart/index.ts';
import { waterfallRows } from '../charts.ts';
import { muted, plain, type Text } from '../model.ts';
import { incidentWord } from '../telling.ts';
import { bullets, eachSection } from './section.ts';

/** What adds up to the risk. */
export const risk = eachSection('risk', (of, one) => [
  {
    kind: 'chart',
    drawing: waterfall(waterfallRows(of, one), {
      ...{ width: 720, height: 300, language: of.language },
      zone: { zone: of.input.zone, label: of.zone },
    }),
  },
  bullets(
    one.incident.waterfall.flatMap(({ kind, finding }): Text[] => {
      const title = finding === undefined ? undefined : one.titles[finding];
      if (title === undefined || (kind !== 'rule' && kind !== 'anomaly' && kind !== 'rarity')) return [];
      return [[muted(`${incidentWord(of).part[kind]}: `), plain(title)]];
    }),
  ),
]);
