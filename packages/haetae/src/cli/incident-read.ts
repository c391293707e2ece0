import type { Happening, Incident } from '../incident/index.ts';
import type { placeJson, wholeIncidentJson } from './incident-json.ts';
import { isObject } from './json-file.ts';

type Whole = ReturnType<typeof wholeIncidentJson>;

const ms = (time: string | null): number | null => (time === null ? null : Date.parse(time));
const place = ({ file, record, line, time }: ReturnType<typeof placeJson>): Happening => ({
  ...{ file, record, line, timeMs: ms(time) },
});

/** What `haetae incident --format json` wrote, as it was before; its title and story are told anew in whatever language. */
export function incidentOfJson(whole: Whole): Incident {
  const { id, rank, risk, level, hosts, users, tactics, techniques, counts, merged, named } = whole;
  return {
    ...{ id, merged, rank, risk, level, fromMs: ms(whole.from), toMs: ms(whole.to) },
    ...{ hosts, users, tactics, techniques, title: named, counts },
    findings: whole.evidence.map(({ events, ...finding }) => ({ ...finding, events: events.map(place) })),
    waterfall: whole.waterfall.map(({ title: _, ...part }: Whole['waterfall'][number] & { title?: string }) => part),
    links: whole.links.map(({ shownBy, ...link }) => ({ ...link, shownBy: shownBy.map(place) })),
    tree: whole.tree.map(({ start, end, started, acts, ...node }) => ({
      ...{ ...node, startMs: ms(start), endMs: ms(end), started: started === null ? null : place(started) },
      acts: acts.map(({ time, ...act }) => ({ ...act, timeMs: ms(time) })),
    })) as Incident['tree'],
    entities: whole.entities.map(({ steps, ...entity }) => ({
      ...entity,
      steps: steps.map(({ time, ...step }) => ({ ...step, timeMs: ms(time) })),
    })),
    blind: whole.blind.map(({ from, to, at, ...band }) => ({
      ...{ ...band, from: ms(from)!, to: ms(to)!, at: at === null ? null : place(at) },
    })),
  };
}

export type ReadIncidents =
  | { readonly kind: 'incidents'; readonly incidents: readonly Incident[] }
  /** JSON of a scan that tells less. */
  | { readonly kind: 'less' }
  /** Something else: a log, as far as this can tell. */
  | { readonly kind: 'other' };

const MEMBERS = ['evidence', 'tree', 'links', 'waterfall', 'entities', 'blind'] as const;

/** The incidents of a finished run, where a text holds them. */
export function readIncidents(text: string): ReadIncidents {
  // The first members of an incident, in the order in which they are written.
  if (!/^\s*\[?\s*\{\s*"id":\s*"[0-9a-f]{16}",\s*"rank":\s*\d+,\s*"risk":/.test(text)) return { kind: 'other' };
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return { kind: 'less' };
  }
  const all: readonly unknown[] = Array.isArray(read) ? read : [read];
  const isWhole = (one: unknown): boolean =>
    isObject(one) && isObject(one.named) && MEMBERS.every((name) => Array.isArray(one[name]));
  return all.every(isWhole)
    ? { kind: 'incidents', incidents: all.map((one) => incidentOfJson(one as Whole)) }
    : { kind: 'less' };
}
