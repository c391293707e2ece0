import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityPem, newIdentity, readIdentity } from '@haetae/agent/protocol';

/** The PEM of the server's own key in this file, made when there is none. Agents know the server by it: whoever loses it enrols them anew. */
export function serverIdentity(path: string): string {
  const read = (): string | undefined => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  let pem = read();
  if (pem === undefined) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}.new`;
    const file = openSync(temporary, 'w', 0o600);
    writeSync(file, identityPem(newIdentity()));
    fsyncSync(file);
    closeSync(file);
    try {
      // Never over one that somebody else made meanwhile.
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
    pem = read()!;
  }
  readIdentity(pem);
  return pem;
}
