import { joins, type Session } from '../lineage/sessions.ts';
import type { Anchor } from './anchors.ts';
import { type Context, sessionOf } from './context.ts';
import { isClearing } from './said.ts';
import type { Unit } from './unit.ts';

export const sessionAnchor = (session: Session): Anchor => ({
  key: `session ${session.key}`,
  kind: 'session',
  by: `${session.user || '?'} ${session.logonId}`,
  wide: true,
});

/**
 * Joins by logon session: one of a short kind (network, batch, other credentials), told by the process or by the event. A
 * person's desktop joins nothing by itself, since it holds all that the person does; but a finding that names no process is
 * joined to the nearest in its session, within the window. Not the clearing of a log: as a blind band it raises whatever is
 * near it, whoever's that is.
 */
export function joinBySession(context: Context): void {
  const { units, anchors } = context;
  const waiting: { readonly unit: number; readonly session: Session }[] = [];
  units.forEach((unit, i) => {
    const session = sessionOf(context, unit);
    if (session !== undefined) {
      if (joins(session)) anchors.add(i, sessionAnchor(session));
      else if (unit.node === undefined && !isClearing(unit)) waiting.push({ unit: i, session });
    }
    // Kerberos tells one logon on both hosts, and on the domain controller.
    const guid = unit.subject.logonGuid || (session !== undefined && joins(session) ? session.logonGuid : '');
    if (guid !== '') anchors.add(i, { key: `logon ${guid}`, kind: 'hop', by: guid, wide: true });
  });
  for (const { unit, session } of waiting) joinToSession(context, unit, session);
}

/** Joins a unit without a process to the nearest in a session, within the window; where no process acts in it, to others without. */
export function joinToSession(context: Context, unit: number, session: Session): void {
  const { units, anchors, windowMs } = context;
  const by = session.user || units[unit]!.subject.user;
  const nearest = nearestInTime(units, context.acting.get(session.key) ?? [], units[unit]!.first);
  const anchor = { kind: 'subject' as const, by, within: windowMs };
  if (nearest === undefined) anchors.add(unit, { ...anchor, key: `subject ${session.key}` });
  else {
    const near = { ...anchor, key: `subject ${session.key} ${unit} ${nearest}` };
    anchors.add(unit, near);
    anchors.add(nearest, near);
  }
}

/** The unit nearest in time of some in order of it. */
export function nearestInTime(units: readonly Unit[], inOrder: readonly number[], timeMs: number): number | undefined {
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (units[inOrder[middle]!]!.first < timeMs) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [inOrder[low - 1], inOrder[low]];
  if (before === undefined || after === undefined) return before ?? after;
  return timeMs - units[before]!.first <= units[after]!.first - timeMs ? before : after;
}
