export * from './event.ts';
export * from './hashes.ts';
export * from './lookup.ts';
export * from './messages/index.ts';
export * from './process-guid.ts';
export { TABLES } from './tables/index.ts';
export { SYSMON_EVENTS } from './tables/sysmon.ts';
export type { EventRow, EventTable, FieldType } from './tables/types.ts';
export * from './values.ts';
