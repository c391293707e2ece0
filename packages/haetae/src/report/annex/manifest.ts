import { createHash } from 'node:crypto';
import type { ReportFile, ReportInput, ReportOptions } from '../contract.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What was made from what, by hashes: kept apart from the report, whose own hash it holds. */
export function manifest(input: ReportInput, options: ReportOptions, files: readonly ReportFile[]): string {
  const { template, format, languages, stage } = options;
  return `${JSON.stringify(
    {
      tool: { name: 'haetae', version: input.version },
      report: { template, format, languages, ...(stage !== undefined && { stage }), timeZone: input.zone.name },
      files: files.map(({ name, mime, bytes }) => ({ name, mime, bytes: bytes.length, sha256: sha256(bytes) })),
      incidents: input.incidents.map(({ incident: { id, risk, level } }) => ({ id, risk, level })),
      evidence: input.evidence.map(({ path, bytes, sha256: hash, events }) => ({
        path,
        bytes,
        sha256: hash ?? null,
        events,
      })),
      rules: input.packs,
    },
    null,
    2,
  )}\n`;
}
