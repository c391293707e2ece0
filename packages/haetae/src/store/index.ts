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
export { StoreError, type StoreErrorCode } from './error.ts';
export type { Frame } from './log/frame.ts';
export { type Log, type LogOptions, openLog } from './log/log.ts';
export { type Durable, followLog, type LogDamage, LogReader } from './log/reader.ts';
export type { LogStart, LogStatus } from './log/writer.ts';
export { type OpenStore, openStore, type StoreOptions } from './open.ts';
export { storeAt } from './remote.ts';
export type { Store } from './store.ts';
