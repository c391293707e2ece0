import { snapshotsIn } from '../../snapshots.ts';
import type { Store } from '../../store.ts';
import { sessionsIn, tokensIn, usersIn } from './accounts.ts';
import { auditIn } from './audit.ts';
import { booksIn, entitiesIn, huntHitsIn } from './books.ts';
import { eventsIn } from './events.ts';
import { findingsIn } from './findings.ts';
import { incidentsIn } from './incidents.ts';
import { intakeIn } from './intake.ts';
import type { Database, EventReader } from './sql.ts';

/**
 * All of a store that SQL says alike for every engine; the reader's snapshots are files of a folder. `events`: where events are
 * read, should that be elsewhere.
 */
export function partsOver(
  db: Database,
  snapshots: string,
  now: () => number,
  events: EventReader = db,
): Omit<Store, 'upkeep' | 'duties' | 'shares' | 'agents' | 'news' | 'close'> {
  const intake = intakeIn(db, now);
  return {
    users: usersIn(db),
    sessions: sessionsIn(db),
    tokens: tokensIn(db),
    audit: auditIn(db),
    intake,
    snapshots: snapshotsIn(snapshots, () => intake.committed()),
    events: eventsIn(events),
    findings: findingsIn(db),
    incidents: incidentsIn(db),
    entities: entitiesIn(db),
    ...booksIn(db),
    huntHits: huntHitsIn(db),
  };
}
