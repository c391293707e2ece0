import { shortName } from '../lineage/hosts.ts';
import { joins, type Session } from '../lineage/sessions.ts';
import type { Anchor } from './anchors.ts';
import { type Context, sessionOf } from './context.ts';
import type { Unit } from './unit.ts';

export const sessionAnchor = (session: Session): Anchor => ({
  key: `session ${session.key}`,
  kind: 'session',
  by: `${session.user || '?'} ${session.logonId}`,
});

/**
 * Joins by logon session: one of a short kind (network, batch, other credentials), told by the process or by the event. A
 * person's desktop joins nothing by itself: it holds all that the person does. Findings without a process within one join
 * each other, within the window.
 */
export function joinBySession(context: Context): void {
  const { units, anchors, windowMs } = context;
  units.forEach((unit, i) => {
    const session = sessionOf(context, unit);
    if (session !== undefined) {
      if (joins(session)) anchors.add(i, sessionAnchor(session));
      else if (unit.node === undefined)
        anchors.add(i, {
          key: `subject ${session.key}`,
          kind: 'subject',
          by: session.user || unit.subject.user,
          within: windowMs,
        });
    }
    // Kerberos tells one logon on both hosts, and on the domain controller.
    const guid = unit.subject.logonGuid || (session !== undefined && joins(session) ? session.logonGuid : '');
    if (guid !== '') anchors.add(i, { key: `logon ${guid}`, kind: 'hop', by: guid });
    const cleared = clearedBy(unit);
    if (cleared !== '') anchors.add(i, { key: cleared, kind: 'subject', by: unit.subject.user, within: CLEARING_MS });
  });
}

/** Whoever clears several logs does so within this. */
const CLEARING_MS = 15_000;

function clearedBy({ channel, eventId, host }: Unit): string {
  const name = channel.toLowerCase();
  const cleared = (eventId === 1102 && name === 'security') || (eventId === 104 && name === 'system');
  return cleared ? `cleared ${shortName(host)}` : '';
}
