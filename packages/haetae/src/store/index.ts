export type {
  Json,
  Role,
  Session,
  Sessions,
  Token,
  TokenChange,
  Tokens,
  User,
  UserChange,
  Users,
} from './accounts.ts';
export { ROLES } from './accounts.ts';
export type { Audit, AuditBreak, AuditEntry, AuditHead, AuditQuery, AuditRecord, AuditVerdict } from './audit.ts';
export type {
  Batch,
  Committed,
  EntityRow,
  FindingRow,
  Intake,
  MovedFinding,
  Reached,
  Snapshot,
  Snapshots,
} from './commit.ts';
export { StoreError, type StoreErrorCode } from './error.ts';
export {
  EVENT_FLAGS,
  type EventBatch,
  type EventOrigin,
  FIELDS,
  FIRST_COLUMN,
  MARGIN,
  NO_EVENTS,
  ROW_CELLS,
  SYSTEM,
  TEXT_COLUMNS,
} from './events/batch.ts';
export { EventBatchBuilder } from './events/builder.ts';
export {
  COLUMN_OF,
  EVENT_COLUMNS,
  HEAD_COLUMNS,
  MOST_DECODED,
  SEARCH_WORDS,
  type StoredColumn,
} from './events/columns.ts';
export * from './events/query.ts';
export * from './incidents.ts';
export { type BusLog, type BusWriter, openBusLog, openBusWriter, sealedFrame } from './log/bus/bus-log.ts';
export { busBounds, type Fetching, openFetching } from './log/bus/fetching.ts';
export { type FollowOptions, followBus } from './log/bus/follow.ts';
export {
  type BusPlace,
  busError,
  busPlaceOf,
  type Cluster,
  clientOf,
  clusterOf,
  isShared,
  joinedOf,
  kafka,
  leave,
  receivedOf,
  siftedOf,
} from './log/bus/place.ts';
export type { Topics } from './log/bus/topics.ts';
export type { Frame } from './log/frame.ts';
export { type Log, type LogOptions, openLog } from './log/log.ts';
export { type Durable, followLog, type LogDamage, LogReader } from './log/reader.ts';
export type { LogStart, LogStatus } from './log/writer.ts';
export { type OpenStore, openStore, type StoreOptions } from './open.ts';
export * from './records.ts';
export { storeAt } from './remote.ts';
export { restoreStore } from './restore.ts';
export type * from './shared.ts';
export type { Store } from './store.ts';
export type * from './upkeep.ts';
