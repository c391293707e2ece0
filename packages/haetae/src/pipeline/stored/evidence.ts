import { createHash } from 'node:crypto';
import type { EvidenceFile, ReportedIncident } from '../../report/index.ts';
import type { api } from '../../server/index.ts';

/** Events of one report that are hashed: more than a person looks at. What is beyond is told by its number. */
const MOST = 5000;

/**
 * The stored events that incidents are made from, by host and log: how many, from when to when, and the SHA-256 of their lines of
 * JSON (as `GET /api/events/{id}` gives them), each with its end of line, in the order of their ids. The same events have the same
 * hash as long as they are stored.
 */
export async function storedEvidence(
  incidents: readonly ReportedIncident[],
  event: (id: string) => Promise<api.StoredEvent | undefined>,
): Promise<EvidenceFile[]> {
  const ids = new Set(
    incidents.flatMap(({ incident }) =>
      incident.findings.flatMap(({ events }) => events.flatMap(({ record }) => record ?? [])),
    ),
  );
  const logs = new Map<string, { lines: string[]; bytes: number; times: number[]; lost: number }>();
  for (const id of [...ids].sort((a, b) => a - b).slice(0, MOST)) {
    const found = await event(String(id));
    const name = found === undefined ? '-' : `${found.host} · ${found.channel}`;
    const log = logs.get(name) ?? { lines: [], bytes: 0, times: [], lost: 0 };
    logs.set(name, log);
    if (found === undefined) {
      log.lost++;
      continue;
    }
    const line = `${JSON.stringify(found)}\n`;
    log.lines.push(line);
    log.bytes += Buffer.byteLength(line);
    if (found.timeMs !== null) log.times.push(found.timeMs);
  }
  return [...logs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { lines, bytes, times, lost }]) => ({
      ...{ path, bytes, lost, format: undefined, events: lines.length },
      sha256: lines.length === 0 ? undefined : createHash('sha256').update(lines.join('')).digest('hex'),
      firstMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
      lastMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
    }));
}
