import { createHash } from 'node:crypto';
import type { DetectorSetup } from '../../../detect/index.ts';

/** What of a detection's setup a frame is sifted by. */
export interface SiftingSetup {
  readonly rules: DetectorSetup;
  readonly baseline: Uint8Array | undefined;
}

/** What tells rules and baselines apart: what was sifted by others is sifted again. */
export function markOf({ rules, baseline }: SiftingSetup): string {
  const { compiled: _, live: __, anomaly: ___, rules: texts, ...how } = rules;
  const hash = createHash('sha256').update(JSON.stringify(how));
  for (const { path, text } of texts) hash.update(`${path}\0${text}\0`);
  if (baseline !== undefined) hash.update(baseline);
  return hash.digest('base64');
}
