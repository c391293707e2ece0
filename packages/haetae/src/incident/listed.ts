import type { TacticName } from '../attack/index.ts';
import type { Language } from '../locale/index.ts';
import type { BlindBand, Incident } from './incident.ts';
import { incidentTitle } from './story/story.ts';

/** What lists show of an incident beside its row: kept with it, so that a list reads no bodies. */
export interface Listed {
  readonly titles: Readonly<Record<Language, string>>;
  readonly tactics: readonly TacticName[];
  readonly techniques: readonly string[];
  /** The first few. */
  readonly blind: readonly {
    readonly kind: BlindBand['kind'];
    readonly host: string;
    readonly channel: string;
    readonly fromMs: number;
    readonly toMs: number;
  }[];
}

const MOST_BANDS = 10;

export function listedOf(incident: Incident): Listed {
  return {
    titles: { ko: incidentTitle(incident, 'ko'), en: incidentTitle(incident, 'en') },
    tactics: incident.tactics,
    techniques: incident.techniques,
    blind: incident.blind
      .slice(0, MOST_BANDS)
      .map(({ kind, host, channel, from, to }) => ({ kind, host, channel, fromMs: from, toMs: to })),
  };
}
