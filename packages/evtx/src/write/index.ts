export type { DataDraft, ElementDraft, RecordDraft, SystemDraft } from './draft.ts';
export type { EvtxTime, EvtxValue } from './values.ts';
export { createEvtxWriter, type EvtxWriter, writeEvtx } from './writer.ts';
