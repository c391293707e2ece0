import { PlainEvent } from '@haetae/event';
import { type SigmaRule, suppressionOf } from '@haetae/sigma';
import { createWindowsRuleSet, type Overlay, windowsView } from '@haetae/sigma/windows';
import { type Finding, overlayOf } from '../detect/index.ts';
import type { Exception } from './exception.ts';

/** What of a finding (or of a match that a correlation waits for) an exception is asked of. */
export type Judged = Pick<Finding, 'detector' | 'event' | 'fields' | 'via' | 'decoded'> & {
  readonly rule: { readonly id: string; readonly name?: string } | null;
};

export interface Judge {
  /** The first exception, in the order given, that takes the finding away; whatever its state. */
  find(finding: Judged): Exception | undefined;
}

/** `nameOf`: the names of rules, by their ids in lower case, for exceptions that refer to a rule by its name. */
export function createJudge(exceptions: readonly Exception[], nameOf: ReadonlyMap<string, string> = NO_NAMES): Judge {
  const rules = exceptions.map(({ filter }) => suppressionOf(filter));
  const byRule = new Map<SigmaRule, Exception>(rules.map((rule, i) => [rule, exceptions[i]!]));
  const set = createWindowsRuleSet(rules);
  return {
    find(finding) {
      const { channel, eventId } = finding.event;
      if (set.candidates(channel, eventId).length === 0) return undefined;
      const matches = set.match(channel, eventId, windowsView(eventOf(finding), overlayFor(finding)));
      return matches.map(({ rule }) => byRule.get(rule)!).find((exception) => speaksOf(exception, finding, nameOf));
    },
  };
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

function speaksOf(
  { detector, filter }: Exception,
  { detector: by, rule }: Judged,
  nameOf: ReadonlyMap<string, string>,
) {
  if ((detector ?? 'sigma') !== by) return false;
  if (filter.rules === 'any') return true;
  if (rule === null) return false;
  const id = rule.id.toLowerCase();
  const name = rule.name ?? nameOf.get(id);
  return filter.rules.some(
    ({ text }) => (id !== '' && text.toLowerCase() === id) || (name !== undefined && text === name),
  );
}

/** The view in which the rule matched: decoded texts count where the rule needed them. */
function overlayFor({ via, decoded = [] }: Judged): Overlay | undefined {
  if (via !== 'decoded' && via !== 'extracted') return undefined;
  const joined = decoded.filter(({ kind }) => kind === 'joined');
  const overlay: Record<string, readonly string[]> = { ...overlayOf(decoded) };
  for (const { field, text } of joined) overlay[field] = [...(overlay[field] ?? []), text];
  return Object.keys(overlay).length === 0 ? undefined : overlay;
}

/** The event of a finding, to be asked again. `name[2]` is the second value of `name`. */
export function eventOf({ event, fields }: Pick<Finding, 'event' | 'fields'>): PlainEvent {
  const { timeMs, timeTicks, computer, channel, provider, eventId, eventRecordId, position } = event;
  return new PlainEvent({
    timeMs: timeMs ?? Number.NaN,
    timeTicks,
    computer,
    channel,
    provider,
    eventId,
    eventRecordId: typeof eventRecordId === 'string' ? BigInt(eventRecordId) : eventRecordId,
    position,
    names: Object.keys(fields).map((name) => name.replace(/\[\d+\]$/, '')),
    values: Object.values(fields),
  });
}
