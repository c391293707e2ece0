import { TACTICS, type TacticName } from '../../attack/index.ts';
import type { BlindBand, Level, RiskPart } from '../incident.ts';
import { statementOf } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { isBroker } from '../lineage/brokers.ts';

/** What a rule of each level is worth, at whole confidence. See docs/risk.md. */
export const LEVEL_POINTS: Readonly<Record<Level, number>> = {
  informational: 2,
  low: 8,
  medium: 22,
  high: 55,
  critical: 80,
};

/** The risk from which on an incident is of a level. */
export const LEVEL_FROM: Readonly<Record<Level, number>> = {
  informational: 0,
  low: 15,
  medium: 40,
  high: 55,
  critical: 80,
};

const ANOMALY_PER_DECADE = 5;
/** Below what makes an incident: a score alone is none. */
const ANOMALY_MOST = 14;
/** What Windows' own processes do, they mostly do for others, and all day: less sure than what a program does. */
const BROKER_CONFIDENCE = 0.7;
/** Of further statements, the worst adds this share of its points, each next one half as much. */
const CORROBORATION_SHARE = 0.25;
const CORROBORATION_MOST = 20;
/** By how many processes of all data the leading rule speaks of. */
const RARITY: readonly (readonly [processes: number, points: number])[] = [
  [1, 4],
  [2, 3],
  [5, 1],
];
const CHAIN_PER_TACTIC = 3;
const CHAIN_MOST = 15;
const HOP = 6;
/** A log that somebody silenced, and one that only has a hole: a share of the sum, and the most it adds. */
const BLIND_ACT = { share: 0.15, most: 8 };
const BLIND_HOLE = { share: 0.08, most: 5 };
/** A host of weight 2 adds this share of the sum, one of weight 0 takes it away. */
const ASSET_SHARE = 0.25;

export function levelOf(risk: number): Level {
  const levels: readonly Level[] = ['critical', 'high', 'medium', 'low'];
  return levels.find((level) => risk >= LEVEL_FROM[level]) ?? 'informational';
}

/** What one statement is worth by itself. */
export function pointsOf({ level, confidence, p, node }: Pick<Unit, 'level' | 'confidence' | 'p' | 'node'>): number {
  const sure =
    node !== undefined && isBroker(node) && node.hijackedMs === Number.POSITIVE_INFINITY ? BROKER_CONFIDENCE : 1;
  if (p === null) return Math.round(LEVEL_POINTS[level] * confidence * sure);
  return Math.min(ANOMALY_MOST, Math.round(-Math.log10(Math.max(p, 1e-12)) * ANOMALY_PER_DECADE));
}

export interface Scored {
  readonly risk: number;
  /** Add up to the risk. */
  readonly parts: readonly RiskPart[];
  /** Of each unit; 0 where its evidence counts in another. */
  readonly points: readonly number[];
  /** Index of the unit that leads. */
  readonly lead: number;
}

export interface Around {
  /** How many processes of all data the rule of a unit speaks of. */
  readonly spread: (unit: Unit) => number;
  /** Bands near the incident. */
  readonly blind: readonly BlindBand[];
  /** Hosts that it came to over the network. */
  readonly hops: number;
  /** Weights of its hosts. */
  readonly assets: readonly { readonly host: string; readonly weight: number }[];
}

/** The one score of an incident, from 0 to 100, as parts that add up. */
export function score(units: readonly Unit[], around: Around): Scored {
  const points = countedOnce(units);
  const order = units.map((_, i) => i).sort((a, b) => points[b]! - points[a]! || a - b);
  const lead = order[0]!;
  const parts: RiskPart[] = [];
  const rule = order.find((i) => units[i]!.p === null && points[i]! > 0);
  const anomaly = order.find((i) => units[i]!.p !== null && points[i]! > 0);
  if (rule !== undefined) parts.push({ kind: 'rule', points: points[rule]!, finding: rule });
  if (anomaly !== undefined) {
    // Beside a rule, a score says that it looked unusual too.
    const worth = rule === undefined ? points[anomaly]! : Math.round(points[anomaly]! / 2);
    if (worth > 0) parts.push({ kind: 'anomaly', points: worth, finding: anomaly });
  }
  const others = furtherStatements(units, points, order, [rule, anomaly]);
  if (others.points > 0) parts.push({ kind: 'corroboration', points: others.points, count: others.count });
  const spread = around.spread(units[lead]!);
  const rarity = RARITY.find(([processes]) => spread <= processes)?.[1] ?? 0;
  if (rarity > 0 && units[lead]!.p === null && units[lead]!.level !== 'informational')
    parts.push({ kind: 'rarity', points: Math.min(rarity, points[lead]!), finding: lead, count: spread });
  const tactics = chainOf(units, points);
  if (tactics > 1)
    parts.push({ kind: 'chain', points: Math.min(CHAIN_MOST, (tactics - 1) * CHAIN_PER_TACTIC), count: tactics });
  if (around.hops > 0) parts.push({ kind: 'hop', points: HOP, count: around.hops });
  const band = around.blind.findIndex(silenced) >= 0 ? around.blind.findIndex(silenced) : 0;
  if (around.blind.length > 0) {
    const { share, most } = silenced(around.blind[band]!) ? BLIND_ACT : BLIND_HOLE;
    const worth = Math.min(most, Math.round(total(parts) * share));
    if (worth > 0) parts.push({ kind: 'blind', points: worth, band });
  }
  const sum = total(parts);
  const asset = around.assets.reduce((a, b) => (Math.abs(b.weight - 1) > Math.abs(a.weight - 1) ? b : a), {
    host: '',
    weight: 1,
  });
  const weight = Math.round(sum * (Math.min(2, Math.max(0, asset.weight)) - 1) * ASSET_SHARE);
  if (weight !== 0) parts.push({ kind: 'asset', points: weight, host: asset.host });
  const before = total(parts);
  if (before > 100) parts.push({ kind: 'limit', points: 100 - before });
  return { risk: total(parts), parts, points, lead };
}

const total = (parts: readonly RiskPart[]): number => parts.reduce((sum, part) => sum + part.points, 0);

const silenced = ({ kind }: BlindBand): boolean =>
  kind === 'cleared' || kind === 'sysmon-stopped' || kind === 'sysmon-configured' || kind === 'silence';

/** The points of each unit, where of those with one evidence only the worst counts. */
function countedOnce(units: readonly Unit[]): number[] {
  const best = new Map<string, number>();
  units.forEach((unit, i) => {
    const known = best.get(unit.evidence);
    if (known === undefined || pointsOf(unit) > pointsOf(units[known]!)) best.set(unit.evidence, i);
  });
  return units.map((unit, i) => (best.get(unit.evidence) === i ? pointsOf(unit) : 0));
}

/** Other rules, and other evidence; the same rule again says nothing new. */
function furtherStatements(
  units: readonly Unit[],
  points: readonly number[],
  order: readonly number[],
  leading: readonly (number | undefined)[],
): { points: number; count: number } {
  const said = new Set(leading.flatMap((i) => (i === undefined ? [] : [statementOf(units[i]!)])));
  let sum = 0;
  let share = CORROBORATION_SHARE;
  let count = 0;
  for (const i of order) {
    const what = statementOf(units[i]!);
    if (points[i]! === 0 || said.has(what)) continue;
    said.add(what);
    sum += points[i]! * share;
    share /= 2;
    count++;
  }
  return { points: Math.min(CORROBORATION_MOST, Math.round(sum)), count };
}

const PLACE = new Map<string, number>(TACTICS.map(({ shortname }, i) => [shortname, i]));

/** How many steps of an attack are told: different tactics, of which each piece of evidence shows one. */
function chainOf(units: readonly Unit[], points: readonly number[]): number {
  const tactics = new Set<TacticName>();
  let told = 0;
  units.forEach(({ attack }, i) => {
    if (points[i]! < LEVEL_POINTS.low || attack.tactics.length === 0) return;
    told++;
    for (const name of attack.tactics) if (PLACE.has(name)) tactics.add(name);
  });
  return Math.min(told, tactics.size);
}
