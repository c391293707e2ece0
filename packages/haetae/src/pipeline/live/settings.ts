import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { api, Settings } from '../../server/index.ts';

/** What was given at the start stands above what is set while the server runs. */
export interface GivenSettings {
  readonly retention: { readonly days?: number; readonly bytes?: number };
  readonly agentConfig?: object;
  /** One of several servers: what is set is what each was started with. */
  readonly fleet?: object;
}

export interface LiveSettings extends Settings {
  /** As {@link Settings.get} says it, in bytes. */
  retention(): { readonly days?: number; readonly bytes?: number };
}

type Kept = { readonly days: number | null; readonly gigabytes: number | null; readonly agents: object | null };
const NOTHING: Kept = { days: null, gigabytes: null, agents: null };
const GIGA = 1e9;

/** Settings that are kept in the data folder. A file that is no longer readable is told of, not passed over. */
export function openSettings(directory: string, given: GivenSettings): LiveSettings {
  const file = join(directory, 'settings.json');
  let kept = read(file);
  const { days, bytes } = given.retention;
  const isRetentionGiven = days !== undefined || bytes !== undefined || given.fleet !== undefined;
  const get = (): api.ServerSettings => ({
    retention: isRetentionGiven
      ? { days: days ?? null, gigabytes: bytes === undefined ? null : Math.round(bytes / GIGA), fixed: true }
      : { days: kept.days, gigabytes: kept.gigabytes, fixed: false },
    agents: {
      config: (given.agentConfig ?? kept.agents) as Record<string, unknown> | null,
      fixed: given.agentConfig !== undefined || given.fleet !== undefined,
    },
  });
  return {
    get,
    retention() {
      if (isRetentionGiven) return given.retention;
      return {
        ...(kept.days !== null && { days: kept.days }),
        ...(kept.gigabytes !== null && { bytes: kept.gigabytes * GIGA }),
      };
    },
    async update({ retention, agents }) {
      const changed = { ...kept, ...retention, ...(agents !== undefined && { agents: agents.config }) };
      writeFileSync(`${file}.new`, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      kept = changed;
      return get();
    },
  };
}

function read(file: string): Kept {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw error;
  }
  try {
    return { ...NOTHING, ...(JSON.parse(text) as Partial<Kept>) };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}. Mend it, or take it away.`, { cause: error });
  }
}
