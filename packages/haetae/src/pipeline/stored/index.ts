export type { api } from '../../server/index.ts';
export { restoreStore, StoreError, type StoreStatus } from '../../store/index.ts';
export { type ReportWanted, reportedOf, reportSource } from './reported.ts';
export { type HuntStep, type HuntTimes, type RescanWanted, type Stored, withStored } from './stored.ts';
