import { eventsOf } from '@haetae/event';
import { expect, test } from 'vitest';
import { ALWAYS_LOGGED, guidOf, SUBCATEGORIES, subcategoriesOf } from './audit.ts';
import { WINDOWS } from './logsources.ts';
import { KNOWN_CHANNELS, settingsFor } from './settings.ts';

const sources = [...Object.values(WINDOWS.categories), ...Object.values(WINDOWS.services)].flat();

test('every log source has a setting for each of its channels and ids', () => {
  const without: string[] = [];
  for (const { channels = [], eventIds } of sources)
    for (const channel of channels)
      for (const id of eventIds ?? [undefined]) {
        if (channel === 'Security' && id === undefined) continue;
        if (settingsFor(channel, id).length === 0) without.push(`${channel} ${id}`);
        const lower = channel.toLowerCase();
        const known = lower.includes('sysmon') || lower === 'security' || KNOWN_CHANNELS.includes(lower);
        if (!known) without.push(`${channel} has no row`);
      }
  expect(without).toEqual([]);
});

test('no channel of the settings is without a log source', () => {
  const used = new Set(sources.flatMap(({ channels = [] }) => channels.map((c) => c.toLowerCase())));
  expect(KNOWN_CHANNELS.filter((channel) => !used.has(channel))).toEqual([]);
});

test('59 subcategories, each with a GUID of its own', () => {
  expect(SUBCATEGORIES.length).toBe(59);
  expect(new Set(SUBCATEGORIES.map(guidOf)).size).toBe(SUBCATEGORIES.length);
  for (const subcategory of SUBCATEGORIES) {
    expect(guidOf(subcategory)).toMatch(/^\{0CCE92[1-4][0-9A-F]-69AE-11D9-BED3-505054503030\}$/);
    expect(new Set(subcategory.eventIds).size).toBe(subcategory.eventIds.length);
  }
});

test('every Security event that the event table knows is governed by a subcategory, or always there', () => {
  const ungoverned = [...new Set(eventsOf('Security').map(({ eventId }) => eventId))].filter(
    (id) => subcategoriesOf(id).length === 0 && !ALWAYS_LOGGED.includes(id),
  );
  expect(ungoverned).toEqual([]);
});
