import { Worker } from 'node:worker_threads';
import { parseZone } from '../../locale/index.ts';
import { NO_FACTS, type ReportFile, type ReportInput, type ReportOptions } from '../../report/index.ts';
import type { Ports } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';
import { type ReportWanted, reportedOf, reportSource } from '../stored/reported.ts';

/** What the thread is told and what it says. Plain data: a zone goes by its name. */
export interface ReportOrder {
  readonly input: Omit<ReportInput, 'zone'>;
  readonly zone: string;
  readonly options: ReportOptions;
  readonly name: string;
}
export type ReportSaid =
  | { readonly kind: 'done'; readonly files: readonly ReportFile[] }
  | { readonly kind: 'refused'; readonly message: string };

export interface ReportDesk {
  /** All files of a report, itself the first; undefined when there is no such incident. */
  make(
    wanted: ReportWanted,
    options: ReportOptions,
    zone: string,
    name: string,
  ): Promise<readonly ReportFile[] | undefined>;
}

const TIMEOUT_MS = 60_000;
const MEMORY_MB = 512;

/** Reports of what is stored, one at a time, each in a thread of its own. */
export function reportDesk(
  ports: Pick<Ports, 'incidents' | 'findings' | 'accounts'>,
  version: string,
  worker?: URL,
): ReportDesk {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async make(wanted, options, zone, name) {
      if (parseZone(zone) === undefined) throw new StoreError('invalid', `${zone}: no such time zone`);
      const { incidents, others, declared } = await reportedOf(reportSource(ports), wanted).catch((error: unknown) => {
        if (error instanceof StoreError && error.code === 'missing') return { incidents: [], others: 0, declared: [] };
        throw error;
      });
      if (incidents.length === 0 && wanted.kind === 'one') return undefined;
      const input: Omit<ReportInput, 'zone'> = {
        ...{ incidents, otherIncidents: others, looseFindings: 0, source: { kind: 'server' }, evidence: [], packs: [] },
        ...{ rulesInForce: undefined, version, facts: NO_FACTS, record: { entries: declared }, issuedMs: undefined },
      };
      const own = turn.then(() => inThread({ input, zone, options, name }, worker));
      turn = own.catch(() => {});
      return own;
    },
  };
}

function inThread(order: ReportOrder, at: URL | undefined): Promise<readonly ReportFile[]> {
  const worker = new Worker(at ?? new URL('./report-worker.js', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return new Promise<readonly ReportFile[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new StoreError('timeout', 'the report took too long')), TIMEOUT_MS);
    worker.on('message', (said: ReportSaid) => {
      clearTimeout(timer);
      if (said.kind === 'done') resolve(said.files);
      else reject(new StoreError('invalid', said.message));
    });
    worker.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    worker.on('exit', () => {
      clearTimeout(timer);
      reject(new Error('the thread of a report ended early'));
    });
  }).finally(() => worker.terminate());
}

/** What the API gives out: one file of the report of one incident. */
export const reportPorts = (desk: ReportDesk): Ports['reports'] => ({
  async file(incident, { format, lang, template, part, zone }) {
    const languages = lang === 'both' ? (['ko', 'en'] as const) : [lang];
    const stage = template === 'kisa' ? { stage: 'first' as const } : {};
    const name = `haetae-${incident.slice(0, 8)}-${template}`;
    const files = await desk.make({ kind: 'one', id: incident }, { template, format, languages, ...stage }, zone, name);
    if (files === undefined) return undefined;
    const endings = { report: `.${format}`, iocs: '.iocs.csv', stix: '.stix.json', manifest: '.manifest.json' };
    return files.find((file) => file.name.endsWith(endings[part]));
  },
});
