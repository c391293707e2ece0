import type { AlertBudget, HostBudget } from '../contract.ts';
import type { Incident } from '../incident.ts';
import { compare } from '../text.ts';

const DAY = 24 * 60 * 60_000;

/**
 * Sets for each host the threshold at which it raises at most `perDay` alerts a day on average over the days that its
 * incidents span, and says what falls just below. An incident on several hosts counts on each.
 */
export function budgetOf(incidents: readonly Incident[], perDay: number, shownBelow = 5): AlertBudget {
  const byHost = new Map<string, Incident[]>();
  for (const incident of incidents)
    for (const host of incident.hosts) {
      const list = byHost.get(host);
      if (list === undefined) byHost.set(host, [incident]);
      else list.push(incident);
    }
  const hosts = [...byHost].map(([host, own]) => hostBudget(host, own, perDay, shownBelow));
  return { perDay, hosts: hosts.sort((a, b) => compare(a.host, b.host)) };
}

function hostBudget(host: string, own: readonly Incident[], perDay: number, shownBelow: number): HostBudget {
  const times = own.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => ms !== null);
  const span = times.length === 0 ? 0 : times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
  const days = Math.floor(span / DAY) + 1;
  const allowed = Math.max(0, Math.floor(perDay * days));
  const ranked = [...own].sort((a, b) => a.rank - b.rank);
  // Incidents of one risk are all alerts or none: a threshold cannot tell them apart.
  const first = ranked[allowed];
  const threshold = first === undefined ? (ranked.at(-1)?.risk ?? 0) : first.risk + 1;
  const alerts = ranked.filter(({ risk }) => risk >= threshold);
  const below = ranked.filter(({ risk }) => risk < threshold);
  return { host, days, threshold, alerts, below: below.slice(0, shownBelow), held: below.length };
}
