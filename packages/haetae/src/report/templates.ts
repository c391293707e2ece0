import type { Template } from './contract.ts';
import * as s from './sections/index.ts';
import type { Section } from './sections/section.ts';

/** What a report holds and in which order: before the incidents, of each of them, and behind them. */
export interface Layout {
  readonly front: readonly Section[];
  readonly each: readonly Section[];
  readonly back: readonly Section[];
  /** Incidents told in full where nobody says how many; those behind them stand in the list. */
  readonly most: number;
}

export const LAYOUTS: Readonly<Record<Template, Layout>> = {
  executive: {
    front: [s.summary, s.incidentList],
    each: [s.noticed, s.hosts, s.shortTimeline, s.entry, s.attack, s.actions, s.recommendations],
    back: [s.indicators, s.evidence, s.versions],
    most: 5,
  },
  analyst: {
    front: [s.summary, s.incidentList],
    each: [
      s.noticed,
      s.hosts,
      s.timeline,
      s.entry,
      s.tree,
      s.attack,
      s.anomalies,
      s.risk,
      s.blind,
      s.actions,
      s.recommendations,
    ],
    back: [s.indicators, s.evidence, s.versions],
    most: 25,
  },
  // The order of Korean incident reports.
  kisa: {
    front: [s.outline],
    each: [
      s.difference,
      s.noticed,
      s.hosts,
      s.timeline,
      s.entry,
      s.attack,
      s.damage,
      s.actions,
      s.prevention,
      s.clocks,
    ],
    back: [s.indicators, s.evidence, s.versions],
    most: 1,
  },
};
