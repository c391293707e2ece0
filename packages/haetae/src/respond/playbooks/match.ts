import { type Incident, type IncidentFinding, type Level, shortHost } from '../../incident/index.ts';
import type { Playbook, PlaybookTest, Trigger } from './playbook.ts';

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** What of a finding a trigger asks. */
interface Fact {
  readonly rule: string;
  readonly techniques: readonly string[];
  readonly level: Level;
  readonly host: string;
  readonly user: string;
}

function holds({ rules, techniques, level, hosts, users }: Trigger, fact: Fact): boolean {
  return (
    (rules.length === 0 || rules.includes(fact.rule)) &&
    (techniques.length === 0 ||
      techniques.some((id) => fact.techniques.some((one) => one === id || one.startsWith(`${id}.`)))) &&
    (level === null || LEVELS.indexOf(fact.level) >= LEVELS.indexOf(level)) &&
    (hosts.length === 0 || hosts.some((glob) => isLike(fact.host, glob) || isLike(shortHost(fact.host), glob))) &&
    (users.length === 0 || users.some((glob) => isLike(fact.user, glob)))
  );
}

/** Without regard to case; `*` stands for anything. Linear in both: no pattern makes it slow. */
export function isLike(text: string, glob: string): boolean {
  const parts = glob.toLowerCase().split('*');
  const value = text.toLowerCase();
  if (parts.length === 1) return value === parts[0];
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Indexes of the findings that pull the trigger; [] where the playbook has nothing to say. */
export function matchedBy({ when }: Playbook, incident: Incident): number[] {
  if (when.risk !== null && incident.risk < when.risk) return [];
  const users = new Map(incident.tree.map(({ key, user }) => [key, user]));
  return incident.findings.flatMap((finding, i) => (holds(when, factOf(finding, users)) ? [i] : []));
}

const factOf = (
  { rule, attack, level, host, process, fields }: IncidentFinding,
  users: ReadonlyMap<string, string>,
): Fact => ({
  rule: rule?.id.toLowerCase() ?? '',
  techniques: attack.techniques,
  level,
  host,
  user: (process === null ? undefined : users.get(process)) ?? fields.User ?? '',
});

/** What a playbook plans for an incident told in few words: its own tests ask so. */
export const plannedBy = ({ when, do: steps }: Playbook, { risk, ...fact }: PlaybookTest['given']): string[] =>
  (when.risk === null || risk >= when.risk) && holds(when, fact) ? steps.map(({ action }) => action) : [];
