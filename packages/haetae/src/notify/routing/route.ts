import type { Level } from '../../incident/index.ts';
import type { NotifyConfig, RouteConfig } from '../config/config.ts';
import { atLeast } from '../message/render.ts';
import { endOf, onCallAt } from './times.ts';

/** What routes look at. */
export interface Routed {
  readonly level: Level;
  readonly risk: number;
  readonly hosts: readonly string[];
  readonly tactics: readonly string[];
}

/** Stands for whoever is on call. */
export const ON_CALL = 'on-call';

/** Which channels are to be told of it, each with when at the earliest. */
export function routesOf(incident: Routed, config: NotifyConfig, nowMs: number): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const route of config.routes) {
    if (!holds(route, incident, config, nowMs)) continue;
    const fromMs = heldUntil(route, incident, config, nowMs);
    for (const to of route.to) {
      const name = to === ON_CALL ? config.onCall && onCallAt(config.onCall, nowMs) : to;
      // Of two routes to one channel the one that waits less counts.
      if (name != null) told.set(name, Math.min(told.get(name) ?? Number.POSITIVE_INFINITY, fromMs));
    }
    if (route.last) break;
  }
  return told;
}

function holds(route: RouteConfig, incident: Routed, { zone }: NotifyConfig, nowMs: number): boolean {
  return (
    atLeast(incident.level, route.level) &&
    incident.risk >= route.risk &&
    (route.hosts.length === 0 || incident.hosts.some((host) => route.hosts.some((like) => matches(like, host)))) &&
    (route.tactics.length === 0 || incident.tactics.some((tactic) => route.tactics.includes(tactic))) &&
    (route.when === null || endOf(route.when, nowMs, zone) !== undefined)
  );
}

function heldUntil({ quiet }: RouteConfig, { level }: Routed, { zone }: NotifyConfig, nowMs: number): number {
  if (quiet === null || atLeast(level, quiet.except)) return nowMs;
  return endOf(quiet, nowMs, zone) ?? nowMs;
}

/** `*` and `?` are wildcards, letter case does not count; a name without a dot is also the first part of a longer one. */
function matches(like: string, host: string): boolean {
  const test = (name: string): boolean => glob(like.toLowerCase(), name.toLowerCase());
  return test(host) || (!like.includes('.') && test(host.split('.')[0] ?? ''));
}

/** Linear in the product of both lengths, whatever the pattern. */
function glob(like: string, text: string): boolean {
  let [i, j, star, mark] = [0, 0, -1, 0];
  while (j < text.length) {
    if (i < like.length && like[i] === '*') [star, mark] = [i++, j];
    else if (i < like.length && (like[i] === '?' || like[i] === text[j])) [i, j] = [i + 1, j + 1];
    else if (star >= 0) [i, j] = [star + 1, ++mark];
    else return false;
  }
  while (like[i] === '*') i++;
  return i === like.length;
}
