import { Worker } from 'node:worker_threads';
import type { UnixMs } from '@haetae/event';
import { parseZone } from '../../locale/index.ts';
import { NO_FACTS, type ReportFile, type ReportInput, type ReportOptions, saidOf } from '../../report/index.ts';
import type { Ports } from '../../server/index.ts';
import { type Json, type Store, StoreError } from '../../store/index.ts';
import { type ReportSource, type ReportWanted, reportedOf } from '../stored/reported.ts';

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
  /** What a report of an incident says now. */
  said(incident: string): Promise<ReturnType<typeof saidOf> | undefined>;
}

const TIMEOUT_MS = 60_000;
const MEMORY_MB = 512;

/** Reports of what is stored, one at a time, each in a thread of its own. */
export function reportDesk(source: ReportSource, version: string, worker?: URL): ReportDesk {
  let turn: Promise<unknown> = Promise.resolve();
  const inputOf = async (wanted: ReportWanted): Promise<Omit<ReportInput, 'zone'> | undefined> => {
    try {
      const { incidents, others, declared, ...grounds } = await reportedOf(source, wanted);
      return {
        ...{ incidents, otherIncidents: others, looseFindings: 0, source: { kind: 'server' }, version },
        ...{ ...grounds, facts: NO_FACTS, record: { entries: declared }, issuedMs: undefined },
      };
    } catch (error) {
      if (error instanceof StoreError && error.code === 'missing') return undefined;
      throw error;
    }
  };
  return {
    async make(wanted, options, zone, name) {
      if (parseZone(zone) === undefined) throw new StoreError('invalid', `${zone}: no such time zone`);
      const input = await inputOf(wanted);
      if (input === undefined) return undefined;
      const own = turn.then(() => inThread({ input, zone, options, name }, worker));
      turn = own.catch(() => {});
      return own;
    },
    async said(id) {
      const input = await inputOf({ kind: 'one', id });
      const [one] = input?.incidents ?? [];
      return input === undefined || one === undefined ? undefined : saidOf(one, input);
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
export const reportPorts = (
  desk: ReportDesk,
  { incidents }: Pick<Store, 'incidents'>,
  ports: Pick<Ports['incidents'], 'get'>,
  now: () => number,
): Ports['reports'] => ({
  async file(incident, { format, lang, template, part, zone, stage }) {
    const languages = lang === 'both' ? (['ko', 'en'] as const) : [lang];
    const options = { template, format, languages, ...(template === 'kisa' && { stage }) };
    const name = `haetae-${incident.slice(0, 8)}-${template}`;
    const files = await desk.make({ kind: 'one', id: incident }, options, zone, name);
    if (files === undefined) return undefined;
    const endings = { report: `.${format}`, iocs: '.iocs.csv', stix: '.stix.json', manifest: '.manifest.json' };
    return files.find((file) => file.name.endsWith(endings[part]));
  },
  async handedIn(id, stage, actor) {
    const said = await desk.said(id);
    if (said === undefined) return undefined;
    const detail = { stage, said: said as unknown as Json };
    await incidents.note(id, { actor: actor.id, kind: 'reported', detail, timeMs: now() as UnixMs });
    return ports.get(id);
  },
});
