import type { QueryControl } from './events/query.ts';

export interface RetentionPolicy {
  /** Events received before this go. */
  readonly eventsBeforeMs?: number;
  /** Above this, the oldest days of events go until it is less. Bytes of the database that are in use. */
  readonly maxBytes?: number;
  /** Findings, closed incidents, settled deliveries and hunts of before this go. */
  readonly findingsBeforeMs?: number;
}
export interface Retained {
  readonly events: number;
  readonly findings: number;
  readonly incidents: number;
  /** In use, after. */
  readonly bytes: number;
}

export interface StoreStatus {
  readonly schema: number;
  readonly committed: number;
  readonly events: number;
  readonly findings: number;
  readonly incidents: number;
  /** Of the database: in use, free within its file, and of its log of changes. */
  readonly bytes: number;
  readonly freeBytes: number;
  readonly walBytes: number;
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
}

export interface Tidied {
  /** Files that were put together, into how many, and files that went from the disk. */
  readonly files: number;
  readonly into: number;
  readonly removed: number;
}

/** A Parquet file that was written or read. */
export interface ParquetFile {
  readonly path: string;
  readonly events: number;
}

export interface Upkeep {
  status(): Promise<StoreStatus>;
  /** Removes what is too old, or too much, a part at a time so that appends go on in between. */
  retain(policy: RetentionPolicy): Promise<Retained>;
  /** Puts small files together and lets go of what nobody reads any more, where an engine leaves such; to be asked now and then. */
  tidy(): Promise<Tidied>;
  /**
   * Writes events as Parquet (zstd), one file a day and host: `<folder>/day=2026-10-01/host=PC-1/*.parquet`. The folder must be
   * empty or not there.
   */
  exportParquet(
    folder: string,
    range: { readonly fromMs?: number; readonly toMs?: number; readonly host?: string },
    control?: QueryControl,
  ): Promise<readonly ParquetFile[]>;
  /** Reads a file or folder that {@link exportParquet} wrote; events whose id is there already are left out. */
  importParquet(path: string): Promise<{ readonly events: number; readonly known: number }>;
  /** A whole store as of one moment, in a new folder, while appends go on; verified before it is called done. */
  backup(folder: string, control?: QueryControl): Promise<StoreStatus>;
}
