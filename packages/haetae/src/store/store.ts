import type { Sessions, Tokens, Users } from './accounts.ts';
import type { Audit } from './audit.ts';
import type { Intake, Snapshots } from './commit.ts';
import type { Events } from './events/query.ts';
import type { Findings, Incidents } from './incidents.ts';
import type {
  Book,
  Delivery,
  Entities,
  HuntHits,
  Mark,
  ResponseAction,
  RuleState,
  SavedSearch,
  StoredException,
  StoredHunt,
} from './records.ts';
import type { AgentPost, Duties, Newsroom, Shares } from './shared.ts';
import type { Upkeep } from './upkeep.ts';

/**
 * Everything that is kept, as books of rows. Engine-neutral: every argument and result is plain data that crosses threads,
 * every promise rejects with a {@link StoreError}. The clock, ids and hashes come from the caller.
 */
export interface Store {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly audit: Audit;
  readonly intake: Intake;
  readonly snapshots: Snapshots;
  readonly events: Events;
  readonly findings: Findings;
  readonly incidents: Incidents;
  readonly entities: Entities;
  readonly exceptions: Book<StoredException>;
  readonly rules: Book<RuleState>;
  readonly deliveries: Book<Delivery>;
  readonly responses: Book<ResponseAction>;
  readonly searches: Book<SavedSearch>;
  readonly marks: Book<Mark>;
  readonly hunts: Book<StoredHunt>;
  readonly huntHits: HuntHits;
  readonly upkeep: Upkeep;
  readonly duties: Duties;
  readonly shares: Shares;
  readonly agents: AgentPost;
  readonly news: Newsroom;
  /** Ends what runs and writes what is open. */
  close(): Promise<void>;
}
