import { printable, type Words } from '../locale/index.ts';
import type { Scan } from '../pipeline/index.ts';
import { count } from './numbers.ts';

const MOST_CHANNELS = 8;

/** Why a scan of readable logs found nothing: what was loaded, what was seen, what could have fired. */
export function whyNothing(scan: Pick<Scan, 'kinds' | 'outside' | 'rules' | 'reach'>, words: Words): string {
  const { why: w, summary } = words;
  const lines = [summary.none, `${w.title}`];
  const { inForce, belowLevel } = scan.rules;
  lines.push(
    inForce === 0 && belowLevel === 0 ? `  ${w.noRules}` : `  ${w.rules(count(inForce), count(scan.reach.able))}`,
  );
  if (belowLevel > 0) lines.push(`  ${w.below(count(belowLevel))}`);
  if (scan.kinds.length === 0) lines.push(`  ${w.noEvents}`);
  if (scan.outside > 0) lines.push(`  ${w.outside(count(scan.outside))}`);
  const channels = new Map<string, { events: number; rules: number }>();
  for (const [i, { channel, count: n }] of scan.kinds.entries()) {
    const known = channels.get(channel) ?? { events: 0, rules: 0 };
    known.events += n;
    known.rules = Math.max(known.rules, scan.reach.kinds[i]!.rules);
    channels.set(channel, known);
  }
  const seen = [...channels].sort((a, b) => b[1].events - a[1].events);
  const looked = seen.filter(([, { rules }]) => rules > 0).slice(0, MOST_CHANNELS);
  for (const [channel, { events, rules }] of looked) {
    lines.push(`    ${w.channel(printable(channel) || '?', count(events), count(rules))}`);
  }
  const blind = seen.filter(([, { rules }]) => rules === 0).map(([channel]) => printable(channel) || '?');
  if (blind.length > 0 && inForce > 0) {
    const more = blind.length > MOST_CHANNELS ? ` +${blind.length - MOST_CHANNELS}` : '';
    lines.push(`  ${w.blind} ${blind.slice(0, MOST_CHANNELS).join(', ')}${more}`);
  }
  const processes = scan.kinds.some(
    ({ channel, eventId }) =>
      (eventId === 1 && channel.toLowerCase().includes('sysmon')) ||
      (eventId === 4688 && channel.toLowerCase() === 'security'),
  );
  if (!processes && scan.kinds.length > 0) lines.push(`  ${w.noSysmon}`);
  if (scan.kinds.length > 0 && inForce > 0) lines.push(`  ${w.ready}`);
  return `${lines.join('\n')}\n`;
}
