import { parentPort, workerData } from 'node:worker_threads';
import { parseZone } from '../../locale/index.ts';
import { ReportError, renderReport } from '../../report/index.ts';
import type { ReportOrder, ReportSaid } from './report-thread.ts';

/** A thread for one report: to set its pages may take longer than the server can stand still. */
const parent = parentPort;
if (parent === null) throw new Error('report-worker runs as a worker thread only');
const { input, zone, options, name } = workerData as ReportOrder;
const say = (said: ReportSaid): void => parent.postMessage(said);
try {
  const { report, beside } = renderReport({ ...input, zone: parseZone(zone)! }, options, name);
  say({ kind: 'done', files: [report, ...beside] });
} catch (error) {
  if (!(error instanceof ReportError)) throw error;
  say({ kind: 'refused', message: error.message });
}
