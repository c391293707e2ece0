import type { Incident } from '../../../incident/index.ts';
import type { PlannedAction, Provenance } from '../../../respond/index.ts';
import { EVENT_FLAGS, type Store } from '../../../store/index.ts';
import type { Fleet } from './fleet.ts';

/** Events of a finding whose provenance is looked up, the newest. */
const LOOKED_AT = 10;
const DOUBT = EVENT_FLAGS.ahead | EVENT_FLAGS.repeated | EVENT_FLAGS.foreignHost | EVENT_FLAGS.timeUnknown;
const UNKNOWN: Provenance = { by: 'other', agent: '', eventMs: 0, receivedMs: 0, doubtful: true };

/** Where the events came from of what speaks of an action's object, and of what made a playbook ask for it. */
export async function provenanceOf(
  { findings }: Incident,
  planned: Pick<PlannedAction, 'findings' | 'triggers'>,
  events: Pick<Store['events'], 'get'>,
  fleet: Fleet,
): Promise<Provenance[]> {
  const told: Provenance[] = [];
  for (const i of new Set([...planned.findings, ...planned.triggers]))
    for (const { record } of findings[i]!.events.slice(-LOOKED_AT)) {
      const event = record === null ? undefined : await events.get(record);
      if (event === undefined) {
        told.push(UNKNOWN);
        continue;
      }
      const isAgent = fleet.has(event.origin);
      told.push({
        by: isAgent ? 'agent' : 'other',
        agent: isAgent ? event.origin : '',
        ...{ eventMs: event.timeMs, receivedMs: event.receivedMs, doubtful: (event.flags & DOUBT) !== 0 },
      });
    }
  return told;
}
