import { type EventKey, type Evidence, eventKey, type Label, type SeenFinding } from '../../scenario/index.ts';
import type { api } from '../../server/index.ts';

/** What is asked of what is stored, by a server's API or of the store itself. */
export interface EvidenceSource {
  search(query: api.EventQuery, signal: AbortSignal): AsyncIterable<api.SearchPart>;
  findings(
    query: Record<string, string | number>,
  ): Promise<{ readonly items: readonly api.Finding[]; readonly next: string | null }>;
}

const PAGE = 10_000;
const FINDINGS = 1000;
/** A finding over several events may end that much later than the last event that a label names. */
const LATER_MS = 3_600_000;

/** The labelled events that are stored, and the findings that lie on them. Events of a step are asked for by its host and span of time. */
export async function evidenceIn(
  source: EvidenceSource,
  labels: readonly Label[],
  signal: AbortSignal,
): Promise<Pick<Evidence, 'present' | 'findings'>> {
  const wanted = new Set(labels.map(({ computer, channel, record }) => eventKey(computer, channel, record)));
  const ids = new Map<string, EventKey>();
  for (const { host, fromMs, toMs } of spansOf(
    labels,
    ({ computer, campaign, step }) => `${computer}\0${campaign}\0${step}`,
  ))
    for (let cursor: string | undefined; ; ) {
      const query = {
        host: `${host}*`,
        fromMs,
        toMs: toMs + 1,
        order: 'oldest' as const,
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      };
      let next: string | null = null;
      for await (const part of source.search(query, signal)) {
        if (part.kind === 'end') next = part.next;
        if (part.kind !== 'events') continue;
        for (const { id, computer, channel, recordId } of part.events) {
          const key = eventKey(computer, channel, recordId);
          if (wanted.has(key)) ids.set(id, key);
        }
      }
      if (next === null) break;
      cursor = next;
    }
  const findings = new Map<string, SeenFinding>();
  for (const { host, fromMs, toMs } of spansOf(labels, ({ computer }) => computer))
    for (let cursor: string | undefined; ; ) {
      const page = await source.findings({
        fromMs,
        toMs: toMs + LATER_MS,
        limit: FINDINGS,
        ...(cursor !== undefined && { cursor }),
      });
      for (const one of page.items) {
        const events = one.events.flatMap((id) => ids.get(id) ?? []);
        if (events.length > 0 && one.host.toLowerCase().startsWith(host))
          findings.set(one.id, seenFinding(one, events));
      }
      if (page.next === null) break;
      cursor = page.next;
    }
  return { present: new Set(ids.values()), findings: [...findings.values()] };
}

const seenFinding = (
  { detector, ruleId, title, titleKo, level, techniques, timeMs }: api.Finding,
  events: EventKey[],
): SeenFinding => ({
  ...{ detector, ruleId, title, level, techniques, tactics: [], events, timeMs, exception: '' },
  ...(titleKo !== undefined && { titleKo }),
});

/** Of each group its host, by the part of its name before the first dot, and from when to when. */
function spansOf(
  labels: readonly Label[],
  by: (label: Label) => string,
): { readonly host: string; readonly fromMs: number; readonly toMs: number }[] {
  const spans = new Map<string, { host: string; fromMs: number; toMs: number }>();
  for (const label of labels) {
    const ms = Date.parse(label.time);
    const key = by(label);
    const span = spans.get(key);
    if (span === undefined)
      spans.set(key, { host: label.computer.toLowerCase().split('.', 1)[0]!, fromMs: ms, toMs: ms });
    else {
      span.fromMs = Math.min(span.fromMs, ms);
      span.toMs = Math.max(span.toMs, ms);
    }
  }
  return [...spans.values()];
}
