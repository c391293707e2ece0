import type { Component } from 'svelte';
import type { IconName } from '../parts/icons.ts';

export type PageName =
  | 'overview'
  | 'incidents'
  | 'hunt'
  | 'anomalies'
  | 'attack'
  | 'rules'
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

/** Loaded when they are first gone to. */
export const PAGES: readonly PageEntry[] = [
  { name: 'overview', icon: 'overview', key: 'o', load: () => import('../pages/overview/Overview.svelte') },
  { name: 'incidents', icon: 'incidents', key: 'i', load: () => import('../pages/incidents/Incidents.svelte') },
];
