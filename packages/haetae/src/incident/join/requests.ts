import { shortName } from '../lineage/hosts.ts';
import type { Context } from './context.ts';
import { addressesOf } from './hops.ts';

/** Somebody whose programs were found acting asks a domain controller for tickets within this. */
const ASKING_MS = 60 * 60_000;
const TICKETS: ReadonlySet<number> = new Set([4768, 4769, 4771]);
const WEIGHTY: ReadonlySet<string> = new Set(['medium', 'high', 'critical']);

/**
 * A domain controller's findings about tickets tell the address and the account that asked, and no process: they are joined to what was
 * found of that account on the host of that address.
 */
export function joinByRequests(context: Context): void {
  const { units, anchors } = context;
  const asked = (address: string, user: string) =>
    ({
      key: `asked ${address}|${user}`,
      kind: 'hop',
      by: `${user} ${address}`,
      within: ASKING_MS,
      wide: true,
    }) as const;
  let addresses: ReadonlyMap<string, readonly string[]> | undefined;
  units.forEach(({ channel, eventId, fields, node, host, rule, level }, i) => {
    if (rule === null || !WEIGHTY.has(level)) return;
    if (TICKETS.has(eventId) && channel.toLowerCase() === 'security') {
      const address = (fields.IpAddress ?? '').replace(/^::ffff:/i, '');
      const user = (fields.TargetUserName ?? '').replace(/@.*$/, '').toLowerCase();
      if (address !== '' && user !== '' && !user.endsWith('$')) anchors.add(i, asked(address, user));
      return;
    }
    const user = node?.user.slice(node.user.lastIndexOf('\\') + 1).toLowerCase() ?? '';
    if (user === '' || user === 'system') return;
    addresses ??= addressesOf(context);
    for (const address of addresses.get(shortName(host)) ?? []) anchors.add(i, asked(address, user));
  });
}
