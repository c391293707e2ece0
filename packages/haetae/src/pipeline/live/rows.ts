import type { EventReference, FiledFinding } from '../../detect/index.ts';
import type { FindingRow, Json } from '../../store/index.ts';
import { timeOf } from './detection.ts';

/** A finding as the store keeps it. `hostOf`: the host that a computer's name stands for. */
export function findingRow(
  finding: FiledFinding,
  { id, seq, receivedMs }: { readonly id: number; readonly seq: number; readonly receivedMs: number },
  hostOf: (computer: string) => string,
): FindingRow {
  const { rule, detector, level, event, attack } = finding;
  return {
    id,
    seq,
    timeMs: timeOf(finding, receivedMs),
    host: hostOf(event.computer),
    detector,
    ruleId: rule?.id ?? '',
    title: rule?.title ?? unusualTitle(finding),
    level,
    eventIds: eventIds(finding),
    incidentId: null,
    techniques: attack.techniques,
    body: finding as unknown as Json,
  };
}

/** Its events in the store: the one it speaks of first, then those it names. */
function eventIds(finding: FiledFinding): number[] {
  const ids = new Set<number>();
  const { position } = finding.event;
  if (position.kind === 'record') ids.add(position.record);
  for (const why of finding.why) {
    if (why.kind !== 'correlated') continue;
    for (const { record } of [...why.first, ...why.last] as EventReference[]) if (record !== undefined) ids.add(record);
  }
  return [...ids];
}

function unusualTitle({ why }: FiledFinding): string {
  const reason = why.find(({ kind }) => kind === 'unusual');
  if (reason?.kind !== 'unusual') return 'Unusual';
  return `Unusual: ${reason.familyName.en}`;
}
