import type { Sessions, Tokens, Users } from './accounts.ts';
import type { Audit } from './audit.ts';

/**
 * Everything that is kept, as books of rows. Engine-neutral: every argument and result is plain data that crosses threads,
 * every promise rejects with a {@link StoreError}. The clock, ids and hashes come from the caller.
 */
export interface Store {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly audit: Audit;
  /** Ends what runs and writes what is open. */
  close(): Promise<void>;
}
