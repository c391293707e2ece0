import { TACTICS, type TacticName } from '../../attack/index.ts';
import type { BlindBand, Happening, Incident, IncidentFinding, Level, Link, LooseFindings } from '../incident.ts';
import type { Joined, UnitLink } from '../join/join.ts';
import { statementOf } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { isBroker } from '../lineage/brokers.ts';
import { shortName } from '../lineage/hosts.ts';
import { LEVEL_FROM, levelOf, type Scored, score } from '../risk/score.ts';
import { baseName, compare, compareTimes, told } from '../text.ts';
import { entitiesOf } from './entities.ts';
import { looseOf } from './loose.ts';
import { treeOf } from './tree.ts';

/** A band is near an incident that begins or ends this close to it. */
const NEAR_MS = 10 * 60_000;
/** Bands shown of an incident, the nearest ones. */
const MOST_BANDS = 20;

/** Units that belong together, with what they are worth. */
export interface Weighed {
  readonly group: readonly number[];
  readonly links: readonly UnitLink[];
  /** First units of younger incidents that it took in. */
  readonly merged: readonly number[];
  readonly scored: Scored;
  readonly blind: readonly BlindBand[];
  readonly evidence: number;
}

export interface Assembled {
  readonly incidents: readonly Incident[];
  /** Of each incident. */
  readonly weighed: readonly Weighed[];
  readonly loose: readonly LooseFindings[];
}

/** Scores groups, ranks those that are worth a look, and builds what is told of them. */
export function assemble(joined: Joined, bands: readonly BlindBand[], assets: ReadonlyMap<string, number>): Assembled {
  const { units } = joined;
  const spread = spreadOf(units);
  const bandsOf = byHost(bands);
  const linksOf = linksByRoot(joined);
  const weighed: Weighed[] = [];
  const loose: Unit[] = [];
  for (const group of joined.groups) {
    const [links, merged] = [linksOf.get(group[0]!) ?? [], joined.merged.get(group[0]!) ?? []];
    const one = weigh({ group, links, merged }, units, (unit) => spread.get(statementOf(unit)) ?? 1, bandsOf, assets);
    if (one.scored.risk < LEVEL_FROM.low) for (const i of group) loose.push(units[i]!);
    else weighed.push(one);
  }
  weighed.sort(
    (a, b) =>
      b.scored.risk - a.scored.risk ||
      b.scored.points[b.scored.lead]! - a.scored.points[a.scored.lead]! ||
      b.evidence - a.evidence ||
      a.group[0]! - b.group[0]!,
  );
  return { incidents: weighed.map((one, i) => incidentOf(one, i + 1, units)), weighed, loose: looseOf(loose) };
}

export function byHost(bands: readonly BlindBand[]): Map<string, BlindBand[]> {
  const bandsOf = new Map<string, BlindBand[]>();
  for (const band of bands) {
    const list = bandsOf.get(band.host);
    if (list === undefined) bandsOf.set(band.host, [band]);
    else list.push(band);
  }
  return bandsOf;
}

/** Links by the first unit of their group. */
export function linksByRoot({ groups, links }: Joined): Map<number, UnitLink[]> {
  const linksOf = new Map<number, UnitLink[]>();
  const rootOf = new Map<number, number>();
  for (const group of groups) for (const unit of group) rootOf.set(unit, group[0]!);
  for (const link of links) {
    const root = rootOf.get(link.from)!;
    const list = linksOf.get(root);
    if (list === undefined) linksOf.set(root, [link]);
    else list.push(link);
  }
  return linksOf;
}

/** What a group is worth. `spread`: how many processes (or subjects) of all data the statement of a unit speaks of. */
export function weigh(
  { group, links, merged }: Pick<Weighed, 'group' | 'links' | 'merged'>,
  units: readonly Unit[],
  spread: (unit: Unit) => number,
  bandsOf: ReadonlyMap<string, readonly BlindBand[]>,
  assets: ReadonlyMap<string, number>,
): Weighed {
  const own = group.map((i) => units[i]!);
  const hosts = [...new Set(own.map(({ host }) => host))];
  const blind = nearBands(own, hosts, bandsOf);
  const scored = score(own, {
    spread,
    blind,
    hops: hosts.length > 1 && links.some(({ kind }) => kind === 'hop') ? hosts.length - 1 : 0,
    assets: hosts.map((host) => ({
      host,
      weight: assets.get(host.toLowerCase()) ?? assets.get(shortName(host)) ?? 1,
    })),
  });
  return { group, links, merged, scored, blind, evidence: scored.points.filter((points) => points > 0).length };
}

/** How many processes (or subjects) of all data a rule speaks of. */
function spreadOf(units: readonly Unit[]): Map<string, number> {
  const spread = new Map<string, number>();
  for (const unit of units) spread.set(statementOf(unit), (spread.get(statementOf(unit)) ?? 0) + 1);
  return spread;
}

/** Bands on the hosts of an incident and near it in time; those that one of its findings is itself are not. */
function nearBands(
  units: readonly Unit[],
  hosts: readonly string[],
  bandsOf: ReadonlyMap<string, readonly BlindBand[]>,
): BlindBand[] {
  const [from, to] = spanOf(units);
  if (from === null || to === null) return [];
  let own: Set<string> | undefined;
  const isOwn = (at: Happening): boolean => {
    own ??= new Set(units.flatMap(({ events }) => events.map(placeKey)));
    return own.has(placeKey(at));
  };
  const near: BlindBand[] = [];
  for (const host of hosts)
    for (const band of bandsOf.get(host) ?? []) {
      if (band.from - NEAR_MS > to || band.to + NEAR_MS < from) continue;
      if (band.at !== null && isOwn(band.at)) continue;
      near.push(band);
      if (near.length >= MOST_BANDS) return near;
    }
  return near;
}

const placeKey = ({ file, record, line }: Happening): string => `${file} ${record} ${line}`;

function spanOf(units: readonly Unit[]): readonly [number | null, number | null] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { first, last } of units) {
    if (first < from) from = first;
    if (last > to) to = last;
  }
  return [told(from), told(to)];
}

export function incidentOf(
  { group, scored, blind, links, merged }: Weighed,
  rank: number,
  units: readonly Unit[],
): Incident {
  const own = group.map((i) => units[i]!);
  const [fromMs, toMs] = spanOf(own);
  const place = new Map(group.map((unit, i) => [unit, i]));
  const tree = treeOf(own);
  const findings = own.map((unit, i) => findingOf(unit, scored.points[i]!));
  const hosts = distinct([own[scored.lead]!.host, ...own.map(({ host }) => host)]);
  const lead = own[scored.lead]!;
  const tactics = new Set(own.flatMap(({ attack }) => attack.tactics));
  return {
    id: own[0]!.identity,
    merged: merged.map((unit) => units[unit]!.identity).sort(compare),
    rank,
    risk: scored.risk,
    level: levelOf(scored.risk),
    fromMs,
    toMs,
    hosts,
    users: distinct(own.map(({ subject, node }) => subject.user || (node?.user ?? ''))),
    tactics: TACTICS.map(({ shortname }): TacticName => shortname).filter((name) => tactics.has(name)),
    techniques: [...new Set(own.flatMap(({ attack }) => attack.techniques))].sort(compare),
    title: {
      finding: scored.lead,
      root: rootImage(lead),
      image: baseName(lead.node?.image ?? ''),
      host: lead.host,
      moreHosts: hosts.length - 1,
      moreFindings: findings.length - 1,
    },
    findings,
    waterfall: scored.parts,
    links: links.map((link) => linkOf(link, units, place)),
    tree,
    entities: entitiesOf(own, scored.points),
    blind,
    counts: countsOf(own, tree.length),
  };
}

function rootImage({ node }: Unit): string {
  let root = node;
  for (let n = 0; root?.parent !== undefined && !isBroker(root.parent) && n < 64; n++) root = root.parent;
  return baseName(root?.image ?? '');
}

/** Without repetition, letter case aside, and without ''. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const name of names) if (name !== '' && !seen.has(name.toLowerCase())) seen.set(name.toLowerCase(), name);
  return [...seen.values()];
}

function findingOf(unit: Unit, points: number): IncidentFinding {
  const { detector, rule, level, confidence, p, attack, host, node, channel, eventId, fields, decoded, evidence } =
    unit;
  return {
    ...{ detector, rule, level, confidence, p, attack, host, channel, eventId, fields, evidence, points },
    process: node?.key ?? null,
    ...(decoded !== undefined && { decoded }),
    ...(unit.more > 0 && { more: unit.more }),
    events: unit.events.sort((a, b) => compareTimes(a.timeMs, b.timeMs)),
  };
}

function linkOf(
  { kind, from, to, by, shownBy }: UnitLink,
  units: readonly Unit[],
  place: ReadonlyMap<number, number>,
): Link {
  const apart = units[to]!.first - units[from]!.first;
  return { kind, from: place.get(from)!, to: place.get(to)!, by, apart: told(apart), shownBy };
}

function countsOf(units: readonly Unit[], processes: number): Incident['counts'] {
  const levels: Record<Level, number> = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  let [findings, rules, anomalies] = [0, 0, 0];
  const events = new Set<string>();
  let further = 0;
  for (const { level, events: own, more, rule } of units) {
    const all = own.length + more;
    levels[level] += all;
    findings += all;
    further += more;
    if (rule === null) anomalies += all;
    else rules += all;
    for (const { file, record, line } of own) events.add(`${file} ${record ?? ''} ${line ?? ''}`);
  }
  return { findings, folded: units.length, events: events.size + further, rules, anomalies, processes, levels };
}
