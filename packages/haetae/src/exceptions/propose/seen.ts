import { type LogSource, parseRules } from '@haetae/sigma';
import { createWindowsRuleSet, WINDOWS, windowsView } from '@haetae/sigma/windows';
import type { Finding } from '../../detect/index.ts';
import { eventOf } from '../judge.ts';
import { PROPOSED_FIELDS } from './fields.ts';
import type { SeenFields } from './separate.ts';
import { quote } from './write.ts';

/**
 * What rules of a log source see of an event, field by field, 4688 under Sysmon's names included: for each field the view
 * of a rule that names it.
 */
export function createSeer({
  product,
  category,
  service,
}: LogSource): (finding: Pick<Finding, 'event' | 'fields'>) => SeenFields {
  const source = Object.entries({ product, category, service })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${key}: ${quote(value!)}`)
    .join('\n');
  const texts = PROPOSED_FIELDS.map(
    ({ name }) => `title: ${name}\nlogsource:\n${source}\ndetection:\n  s:\n    ${name}|exists: true\n  condition: s\n`,
  );
  const set = createWindowsRuleSet(texts.flatMap((text) => parseRules(text).rules));
  return (finding) => {
    const { channel, eventId } = finding.event;
    const seen = new Map<string, readonly string[]>();
    for (const { rule, view } of set.match(channel, eventId, windowsView(eventOf(finding)))) {
      const values = view.values(rule.title);
      if (values !== undefined && values.length > 0) seen.set(rule.title, values);
    }
    return seen;
  };
}

/** The narrowest of Sigma's log sources that holds events of this kind, for findings that no rule made. */
export function sourceOf(channel: string, eventId: number): LogSource {
  const here = (channels: readonly string[] | undefined): boolean =>
    channels?.some((c) => c.toLowerCase() === channel.toLowerCase()) ?? false;
  const [category] = Object.entries(WINDOWS.categories)
    .flatMap(([name, sources]) => {
      const own = sources.find((s) => s.mapping === undefined && here(s.channels) && s.eventIds?.includes(eventId));
      return own === undefined ? [] : [[name, own.eventIds!.length] as const];
    })
    .sort((a, b) => a[1] - b[1]);
  if (category !== undefined) return { product: 'windows', category: category[0] };
  const service = Object.entries(WINDOWS.services).find(([, sources]) => sources.some((s) => here(s.channels)));
  return service === undefined ? { product: 'windows' } : { product: 'windows', service: service[0] };
}
