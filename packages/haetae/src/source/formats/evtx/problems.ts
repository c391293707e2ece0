import type { EvtxError, EvtxErrorCode } from '@haetae/evtx';
import type { Ledger } from '../../ledger.ts';
import type { NoticeCode } from '../../notices.ts';

/** What each problem of the reader costs, in the ledger's words. */
const COSTS: Readonly<Record<EvtxErrorCode, { readonly kind: 'lost' | 'repaired'; readonly code: NoticeCode }>> = {
  'not-evtx': { kind: 'lost', code: 'evtx-header' },
  'file-header': { kind: 'repaired', code: 'evtx-header' },
  'chunk-header': { kind: 'lost', code: 'evtx-chunk' },
  'empty-chunk': { kind: 'lost', code: 'evtx-chunk' },
  truncated: { kind: 'lost', code: 'evtx-truncated' },
  checksum: { kind: 'repaired', code: 'evtx-checksum' },
  'record-magic': { kind: 'lost', code: 'evtx-record' },
  'record-size': { kind: 'lost', code: 'evtx-record' },
  token: { kind: 'lost', code: 'evtx-record' },
  name: { kind: 'lost', code: 'evtx-record' },
  template: { kind: 'lost', code: 'evtx-record' },
  value: { kind: 'lost', code: 'evtx-record' },
  'too-deep': { kind: 'lost', code: 'evtx-record' },
  'too-large': { kind: 'lost', code: 'evtx-record' },
  cursor: { kind: 'lost', code: 'evtx-record' },
  write: { kind: 'lost', code: 'evtx-record' },
};

/** Enters what the reader could not read, or read in spite of damage. */
export function enterProblem(ledger: Ledger, problem: EvtxError): void {
  const { kind, code } = COSTS[problem.code];
  const { offset } = problem;
  // The place is told by `where`; the message begins with it too.
  const detail = problem.message.replace(/^0x[0-9a-f]+: /, '');
  ledger[kind](code, offset < 0 ? { kind: 'whole' } : { kind: 'offset', offset }, detail);
}
