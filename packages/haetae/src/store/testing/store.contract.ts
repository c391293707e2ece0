import { describe, onTestFinished } from 'vitest';
import type { Store } from '../index.ts';
import { accountsContract } from './accounts.contract.ts';
import { tempFolder } from './fixtures.ts';

/** What any engine must do. `open` opens, or opens again, the store of a folder. */
export function storeContract(name: string, open: (folder: string) => Promise<Store>): void {
  const fresh = async (): Promise<Store> => {
    const folder = tempFolder();
    const store = await open(folder);
    onTestFinished(() => store.close());
    return store;
  };
  describe(`${name}: accounts`, () => accountsContract(fresh));
}
