import type { Component } from 'svelte';
import { idle } from '../data/gradually.svelte.ts';
import type { IconName } from '../parts/icons.ts';

export type PageName =
  | 'overview'
  | 'incidents'
  | 'hunt'
  | 'anomalies'
  | 'attack'
  | 'rules'
  | 'lab'
  | 'hosts'
  | 'upload'
  | 'settings';

interface PageEntry {
  readonly name: PageName;
  readonly icon: IconName;
  /** The key that, pressed after g, goes there. */
  readonly key: string;
  readonly load: () => Promise<{ default: Component }>;
}

/** Loaded when they are first gone to, or by {@link loadAhead}. */
export const PAGES: readonly PageEntry[] = [
  { name: 'overview', icon: 'overview', key: 'o', load: () => import('../pages/overview/Overview.svelte') },
  { name: 'incidents', icon: 'incidents', key: 'i', load: () => import('../pages/incidents/Incidents.svelte') },
  { name: 'hunt', icon: 'hunt', key: 'h', load: () => import('../pages/hunt/Hunt.svelte') },
  { name: 'anomalies', icon: 'anomalies', key: 'a', load: () => import('../pages/anomalies/Anomalies.svelte') },
  { name: 'attack', icon: 'attack', key: 'm', load: () => import('../pages/attack/Attack.svelte') },
  { name: 'rules', icon: 'rules', key: 'r', load: () => import('../pages/rules/Rules.svelte') },
  { name: 'lab', icon: 'lab', key: 't', load: () => import('../pages/lab/Lab.svelte') },
  { name: 'hosts', icon: 'hosts', key: 'c', load: () => import('../pages/hosts/Hosts.svelte') },
  { name: 'upload', icon: 'upload', key: 'l', load: () => import('../pages/upload/Upload.svelte') },
  { name: 'settings', icon: 'settings', key: 's', load: () => import('../pages/settings/Settings.svelte') },
];

const SETTLED_MS = 2000;
/** Once what was opened has settled, fetches the code of the other pages, one after the other: who goes there waits for data alone. */
export async function loadAhead(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  for (const { load } of PAGES) {
    await idle();
    // Who goes there is told what is wrong.
    await load().catch(() => undefined);
  }
}
