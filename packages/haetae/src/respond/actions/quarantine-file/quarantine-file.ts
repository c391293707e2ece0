import type { Incident } from '../../../incident/index.ts';
import type { Action } from '../../action.ts';
import { candidateOf, indicated } from '../../candidates.ts';

/** SHA-256 that a finding of the host tells of this file; '' where none does. */
export function hashOf({ findings }: Incident, host: string, path: string): string {
  const wanted = path.toLowerCase();
  for (const { host: at, fields } of findings) {
    if (at !== host) continue;
    const named = [fields.Image, fields.TargetFilename, fields.ImageLoaded].some(
      (one) => one?.toLowerCase() === wanted,
    );
    const sha256 = /SHA256=([0-9a-f]{64})/i.exec(fields.Hashes ?? fields.Hash ?? '')?.[1];
    if (named && sha256 !== undefined) return sha256.toLowerCase();
  }
  return '';
}

/** Takes files that the attack left into a folder where nobody can run them; owner, mode and times come back with them. */
export const quarantineFile: Action = {
  name: 'quarantine-file',
  needs: 'file',
  risk: 'medium',
  persons: 1,
  place: 60,
  reverse: 'restore-file',
  candidates: (incident) =>
    indicated(incident, 'file').map(({ host, value: path, findings }) =>
      candidateOf(
        { host, about: path, findings },
        { action: 'quarantine-file', path, sha256: hashOf(incident, host, path) },
      ),
    ),
};
