import type { Lineage } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import type { Session, Sessions } from '../lineage/sessions.ts';
import { ancestors } from '../lineage/walk.ts';
import type { Trace } from '../trace/trace.ts';
import type { Anchors } from './anchors.ts';
import type { Unit } from './unit.ts';

/** What the rules of joining look at. */
export interface Context {
  readonly units: readonly Unit[];
  readonly lineage: Lineage;
  readonly sessions: Sessions;
  readonly traces: readonly Trace[];
  readonly hostOf: (name: string) => string;
  readonly windowMs: number;
  readonly anchors: Anchors;
  /** Sessions of no finding's own, through which something came that findings speak of (a service, a file). */
  readonly introduced: Set<Session>;
  /** Processes of no finding's own, by what they did for findings to be joined. */
  readonly through: Set<Node>;
  /** Units of a process. */
  readonly unitsOf: ReadonlyMap<Node, readonly number[]>;
  /** Units of processes by session, in the order of time. */
  readonly acting: ReadonlyMap<string, readonly number[]>;
}

export function unitsByNode(units: readonly Unit[]): Map<Node, number[]> {
  const byNode = new Map<Node, number[]>();
  units.forEach(({ node }, i) => {
    if (node === undefined) return;
    const list = byNode.get(node);
    if (list === undefined) byNode.set(node, [i]);
    else list.push(i);
  });
  return byNode;
}

export function unitsBySession(context: Pick<Context, 'units' | 'sessions'>): Map<string, number[]> {
  const acting = new Map<string, number[]>();
  context.units.forEach((unit, i) => {
    const session = unit.node === undefined ? undefined : sessionOf(context, unit);
    if (session === undefined) return;
    const list = acting.get(session.key);
    if (list === undefined) acting.set(session.key, [i]);
    else list.push(i);
  });
  return acting;
}

/** A finding about a process, or about the nearest of its ancestors that has one; undefined when none has. */
export function nearest({ unitsOf }: Context, node: Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  const own = unitsOf.get(node);
  if (own !== undefined) return own[0];
  for (const above of ancestors(node)) {
    const units = unitsOf.get(above);
    if (units !== undefined) return units[0];
  }
  return undefined;
}

/** The session in which a unit's account acts. */
export function sessionOf(
  { sessions }: Pick<Context, 'sessions'>,
  { node, subject, host, first }: Unit,
): Session | undefined {
  return sessions.of(host, subject.logonId || (node?.logonId ?? ''), first);
}

/** Sessions in which, or through which, something was found. */
export function sessionsInUse(context: Pick<Context, 'units' | 'sessions' | 'introduced'>): Set<Session> {
  const inUse = new Set<Session>(context.introduced);
  for (const unit of context.units) {
    const session = sessionOf(context, unit);
    if (session !== undefined) inUse.add(session);
  }
  return inUse;
}
