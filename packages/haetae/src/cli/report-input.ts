import { type UnusualReason, unusualReason } from '../detect/index.ts';
import { type Incident, type IncidentOptions, incidentsOf } from '../incident/index.ts';
import type { Located, Scan } from '../pipeline/index.ts';
import type { EvidenceFile, ReportedIncident } from '../report/index.ts';
import type { InputReceipt } from '../source/index.ts';

/** A scan's findings as incidents, with why their anomalies are unusual. */
export async function reportedIn(
  done: Scan,
  options: IncidentOptions,
): Promise<{ readonly incidents: readonly ReportedIncident[]; readonly loose: number }> {
  const reasons = new Map<string, UnusualReason>();
  const watched = async function* () {
    for await (const finding of done.findings.sorted()) {
      const reason = finding.rule === null ? unusualReason(finding) : undefined;
      if (reason !== undefined) reasons.set(placeOf(finding), reason);
      yield finding;
    }
  };
  const report = await incidentsOf(watched(), done.traces, options);
  return {
    incidents: report.incidents.map((incident) => ({ incident, unusual: unusualOf(incident, reasons) })),
    loose: report.loose.reduce((sum, { count }) => sum + count, 0),
  };
}

const key = (file: string, record: number | null, line: number | null): string =>
  `${file}\0${record ?? ''}\0${line ?? ''}`;

const placeOf = ({ file, event: { position } }: Located): string =>
  position.kind === 'record' ? key(file, position.record, null) : key(file, null, position.line);

function unusualOf(
  { findings }: Incident,
  reasons: ReadonlyMap<string, UnusualReason>,
): ReadonlyMap<number, UnusualReason> {
  const found = new Map<number, UnusualReason>();
  findings.forEach(({ rule, events: [first] }, i) => {
    const reason =
      rule === null && first !== undefined ? reasons.get(key(first.file, first.record, first.line)) : undefined;
    if (reason !== undefined) found.set(i, reason);
  });
  return found;
}

/** The logs that were read, by path. */
export const evidenceOf = (receipts: readonly InputReceipt[]): EvidenceFile[] =>
  receipts
    .filter(({ kind }) => kind === 'log')
    .map(({ path, sha256, bytes, format, events, firstMs, lastMs, notices }) => ({
      ...{ path, sha256, bytes, format, events, firstMs, lastMs },
      lost: notices.reduce((sum, { kind, count }) => sum + (kind === 'lost' ? count : 0), 0),
    }));
