import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { apiUpkeep } from '../../server/index.ts';
import {
  type AuditEntry,
  type AuditHead,
  type AuditVerdict,
  type ParquetFile,
  type Store,
  StoreError,
  type StoreStatus,
} from '../../store/index.ts';
import { handoverIn } from '../live/upkeep.ts';

export interface ExportRange {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly host?: string;
}

/** What is stored as a whole, and who did what. */
export interface Keeping {
  status(): Promise<StoreStatus>;
  /** A whole store of one moment in a folder that is empty or not there. */
  backup(folder: string, signal: AbortSignal): Promise<StoreStatus>;
  /** Parquet, `day=…/host=…`, in a folder that is empty or not there. */
  exportParquet(folder: string, range: ExportRange, signal: AbortSignal): Promise<readonly ParquetFile[]>;
  importParquet(path: string): Promise<{ readonly events: number; readonly known: number }>;
  /** The newest first. */
  audit(query: { readonly limit: number; readonly before?: number }): Promise<readonly AuditEntry[]>;
  /** With the head that somebody wrote down, that it is still a part of the chain. */
  verify(known: AuditHead | undefined): Promise<AuditVerdict>;
}

export const keepingIn = ({ upkeep, audit }: Store): Keeping => ({
  status: () => upkeep.status(),
  backup: (folder, signal) => upkeep.backup(folder, { signal }),
  exportParquet: (folder, range, signal) => upkeep.exportParquet(folder, range, { signal }),
  importParquet: (path) => upkeep.importParquet(path),
  audit: (query) => audit.list(query),
  verify: (known) => audit.verify(known),
});

type Ask = (method: string, path: string, body?: object, signal?: AbortSignal) => Promise<unknown>;

/** By the API of the server that has the directory open; files pass through its `handover/`. */
export function keepingOver(ask: Ask, directory: string): Keeping {
  const handed = (name: string): string => join(handoverIn(directory), name);
  return {
    status: async () => (await ask('GET', '/api/store')) as StoreStatus,
    async backup(folder, signal) {
      free(folder);
      const { handover, status } = (await ask('POST', '/api/store/backups', undefined, signal)) as apiUpkeep.BackupMade;
      take(handed(handover), folder);
      return status;
    },
    async exportParquet(folder, range, signal) {
      free(folder);
      const made = (await ask('POST', '/api/store/exports', range, signal)) as apiUpkeep.ExportMade;
      take(handed(made.handover), folder);
      return made.files.map(({ path, events }) => ({ path: join(folder, path), events }));
    },
    async importParquet(path) {
      if (!existsSync(path)) throw new StoreError('missing', `there is no ${path}`);
      const handover = `import-${randomUUID()}`;
      const to = statSync(path).isDirectory() ? handed(handover) : join(handed(handover), 'events.parquet');
      mkdirSync(dirname(to), { recursive: true });
      cpSync(path, to, { recursive: true });
      return (await ask('POST', '/api/store/imports', { handover })) as apiUpkeep.ImportMade;
    },
    async audit({ limit, before }) {
      const page = `/api/audit?limit=${limit}${before === undefined ? '' : `&before=${before}`}`;
      return (await ask('GET', page)) as AuditEntry[];
    },
    async verify(known) {
      const query = known === undefined ? '' : `?number=${known.number}&hash=${known.hash}`;
      const told = (await ask('GET', `/api/audit/verify${query}`)) as apiUpkeep.AuditTold;
      return told.whole
        ? { kind: 'whole', head: { number: told.number, hash: told.hash! } }
        : ({ kind: 'broken', number: told.number, reason: told.reason } as AuditVerdict);
    },
  };
}

function free(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new StoreError('taken', `${folder} is not empty; a new folder is wanted`);
}

/** Another disk takes a copy. */
function take(from: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(from, folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, folder, { recursive: true });
    rmSync(from, { recursive: true, force: true });
  }
}
