import { describe, onTestFinished } from 'vitest';
import { restoreStore, type Store, type StoreStatus } from '../index.ts';
import { accountsContract } from './accounts.contract.ts';
import { casesContract } from './cases.contract.ts';
import { eventsContract } from './events.contract.ts';
import { lastingFolder, tempFolder } from './fixtures.ts';
import { upkeepContract } from './upkeep.contract.ts';

/** What any engine must do. `open` opens, or opens again, the store of a folder; `prepare` may put an empty one there. */
export function storeContract(
  name: string,
  open: (folder: string) => Promise<Store>,
  prepare: (folder: string) => void,
  restore: (backup: string, folder: string) => Promise<StoreStatus> = restoreStore,
): void {
  const prepared = (folder: string): string => {
    prepare(folder);
    return folder;
  };
  const openIn = async (folder: string): Promise<Store> => {
    const store = await open(folder);
    onTestFinished(() => store.close());
    return store;
  };
  const fresh = (): Promise<Store> => openIn(prepared(tempFolder()));
  describe(`${name}: accounts`, () => accountsContract(fresh));
  describe(`${name}: events`, () => eventsContract(fresh, () => open(prepared(lastingFolder()))));
  describe(`${name}: findings, incidents, records`, () => casesContract(fresh));
  describe(`${name}: upkeep`, () => upkeepContract(openIn, restore));
}
