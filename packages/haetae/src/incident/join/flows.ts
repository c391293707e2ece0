import type { Context } from './context.ts';

/** Ephemeral ports are used again: one pair of ends is one connection only for so long. */
const FLOW_MS = 2 * 60_000;

/**
 * Both ends of one connection tell the same addresses and ports. The same rule about the same address and port, within the
 * window, says the same again, whichever host it says it of.
 */
export function joinByFlow({ units, anchors, windowMs }: Context): void {
  units.forEach(({ flows, fields, rule, eventId }, i) => {
    for (const flow of flows)
      anchors.add(i, { key: `flow ${flow}`, kind: 'hop', by: flow.replace('|', ' – '), within: FLOW_MS, wide: true });
    if (flows.size === 0 || rule === null) return;
    const outbound = eventId === 3 ? fields.Initiated !== 'false' : fields.Direction !== '%%14592';
    const [address, port] =
      eventId === 3 ? [fields.DestinationIp, fields.DestinationPort] : [fields.DestAddress, fields.DestPort];
    if (outbound) {
      const by = `${address}:${port}`;
      anchors.add(i, {
        key: `repeat ${rule.id || rule.title} ${by}`,
        kind: 'repeat',
        by,
        within: windowMs,
        wide: true,
      });
    }
  });
}
