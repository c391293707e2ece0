import { type Language, wordsOf } from '../../../locale/index.ts';
import { actionTexts, type Plan, type Playbook } from '../../../respond/index.ts';
import type { responsesApi } from '../../../server/index.ts';
import type { ResponseAction } from '../../../store/index.ts';
import type { Fleet } from './fleet.ts';
import { isUndoable, outcomesOfRow, planOfRow } from './kept.ts';

/** A response as the API tells it. */
export function responseOf(
  row: ResponseAction,
  fleet: Fleet,
  playbooks: readonly Playbook[],
  lang: Language,
): responsesApi.Response {
  const { planned, because, votes } = planOfRow(row);
  const titleOf = (id: string): string => {
    const playbook = playbooks.find((one) => one.id === id);
    return playbook === undefined ? id : lang === 'ko' ? playbook.titleKo : playbook.title;
  };
  const { id, version, incidentId: incident, action, host, state, createdMs, updatedMs } = row;
  const { system, about, risk } = planned;
  const { guard, steps, verify, undo } = actionTexts(planned, wordsOf(lang));
  return {
    ...{ id, version, incident, action, host, state, system, about, risk, createdMs, updatedMs },
    persons: Math.max(1, planned.persons),
    because: [...because],
    votes: votes.map((vote) => ({ ...vote })),
    playbooks: planned.playbooks.map(titleOf),
    agent: fleet.presenceOf(host),
    undoable: isUndoable(row),
    outcomes: outcomesOfRow(row).map(({ command: _, number: __, ...told }) => told),
    plan: { guard: [...guard], steps: [...steps], verify: [...verify], undo: [...undo] },
  };
}

export const refusedOf = (refused: Plan['refused'], lang: Language): responsesApi.Responses['notPlanned'] =>
  refused.map(({ action, host, about, why }) => ({
    ...{ action, host, about },
    why: wordsOf(lang).respond.unplanned[why],
  }));
