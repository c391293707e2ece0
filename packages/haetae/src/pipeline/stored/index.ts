export type { api } from '../../server/index.ts';
export { restoreStore, StoreError, type StoreStatus } from '../../store/index.ts';
export { askCanary } from './canary.ts';
export { type ReportWanted, reportedOf, reportSource } from './reported.ts';
export { type HuntStep, type HuntTimes, keepScore, type RescanWanted, type Stored, withStored } from './stored.ts';
