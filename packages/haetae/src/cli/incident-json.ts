import {
  findingTitle,
  type Happening,
  type Incident,
  type IncidentFinding,
  incidentTitle,
  type Sentence,
  type Story,
  storyOf,
} from '../incident/index.ts';
import { BOM, formatLocal, formatUtc, row, type Words, type Zone, zoneLabel } from '../locale/index.ts';

/** null where no time is told; else UTC with seven digits, as everywhere. */
export const instant = (ms: number | null): string | null => (ms === null ? null : formatUtc(ms, 0));

export const placeJson = ({ file, record, line, timeMs }: Happening) => ({ file, record, line, time: instant(timeMs) });

const sentenceJson = ({ text, timeMs, host, level, tactics, main, events }: Sentence) => ({
  text,
  time: instant(timeMs),
  host,
  level,
  tactics,
  main,
  events: events.map(placeJson),
});

/** Every finding before folding: one for each event that it speaks of. */
const findingsJson = ({ detector, rule, level, events }: IncidentFinding) =>
  events.map((event) => ({
    detector,
    rule: rule === null ? null : { id: rule.id, title: rule.title },
    level,
    ...placeJson(event),
  }));

/** An incident's members in their order; title and story in the language asked for. README.md tells what they mean. */
export function incidentJson(incident: Incident, words: Words, story: Story = storyOf(incident, words.lang)) {
  const { id, rank, risk, level, fromMs, toMs, hosts, users, tactics, techniques, findings, counts } = incident;
  return {
    ...{ id, rank, risk, level, from: instant(fromMs), to: instant(toMs), hosts, users, tactics, techniques },
    title: story.title,
    story: story.sentences.map(sentenceJson),
    findings: findings.flatMap(findingsJson),
    counts,
  };
}

/** All that is known of an incident: what {@link incidentJson} says, and what the story is made from. */
export function wholeIncidentJson(incident: Incident, words: Words) {
  const { merged, waterfall, links, tree, entities, blind, findings } = incident;
  return {
    ...incidentJson(incident, words),
    named: incident.title,
    merged,
    waterfall: waterfall.map((part) => ({
      ...part,
      ...(part.finding === undefined ? {} : { title: findingTitle(findings[part.finding]!, words.lang) }),
    })),
    links: links.map(({ shownBy, ...link }) => ({ ...link, shownBy: shownBy.map(placeJson) })),
    evidence: findings.map(({ events, rule, ...finding }) => ({
      ...finding,
      rule,
      events: events.map(placeJson),
    })),
    tree: tree.map(({ startMs, endMs, started, acts, ...node }) => ({
      ...node,
      start: instant(startMs),
      end: instant(endMs),
      started: started === null ? null : placeJson(started),
      acts: acts.map(({ timeMs, ...act }) => ({ ...act, time: instant(timeMs) })),
    })),
    entities: entities.map(({ steps, ...entity }) => ({
      ...entity,
      steps: steps.map(({ timeMs, ...step }) => ({ ...step, time: instant(timeMs) })),
    })),
    blind: blind.map(({ from, to, at, ...band }) => ({
      ...band,
      from: instant(from),
      to: instant(to),
      at: at === null ? null : placeJson(at),
    })),
  };
}

export const incidentLines = (incidents: readonly Incident[], words: Words): string =>
  incidents.map((incident) => `${JSON.stringify(incidentJson(incident, words))}\n`).join('');

export const incidentArray = (incidents: readonly Incident[], words: Words): string =>
  `[${incidents.map((incident) => `\n${JSON.stringify(incidentJson(incident, words))}`).join(',')}\n]\n`;

/** A sheet for Excel: one row an incident. `now` tells the zone's offset today. */
export function incidentCsv(incidents: readonly Incident[], words: Words, zone: Zone, now: number): string {
  const { csv: t } = words.incidents;
  const { summary, levels } = words;
  const label = zoneLabel(zone, now);
  const head = [
    ...[
      t.rank,
      t.id,
      t.risk,
      t.level,
      `${t.from} (${label})`,
      `${t.to} (${label})`,
      `${t.from} (UTC)`,
      `${t.to} (UTC)`,
    ],
    ...[
      summary.hosts,
      words.incidents.users,
      summary.tactics,
      summary.techniques,
      t.title,
      t.story,
      t.findings,
      t.events,
    ],
  ];
  const rows = incidents.map((incident) => {
    const { id, rank, risk, level, fromMs, toMs, hosts, users, tactics, techniques, counts } = incident;
    const local = (ms: number | null): string => (ms === null ? '' : formatLocal(ms, zone));
    return row([
      ...[
        String(rank),
        id,
        String(risk),
        levels[level],
        local(fromMs),
        local(toMs),
        instant(fromMs) ?? '',
        instant(toMs) ?? '',
      ],
      ...[
        hosts.join(' '),
        users.join(' '),
        tactics.join(' '),
        techniques.join(' '),
        incidentTitle(incident, words.lang),
      ],
      storyOf(incident, words.lang)
        .sentences.map(({ text }) => text)
        .join('\n'),
      ...[String(counts.findings), String(counts.events)],
    ]);
  });
  return BOM + row(head) + rows.join('');
}
