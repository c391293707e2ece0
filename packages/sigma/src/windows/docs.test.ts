import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogSourceTable, Source } from '../logsource.ts';
import { guidOf, SUBCATEGORIES } from './audit.ts';
import { NETWORK_5156, PROCESS_4688_VALUES, REGISTRY_4657, WINDOWS } from './index.ts';
import { type Setting, settingsFor } from './settings.ts';

/** The tables of docs/windows.md are made of the data; `vitest -u` writes them anew. */
const PATH = join(import.meta.dirname, '../../docs/windows.md');

const code = (text: string): string => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const where = ({ channels = [], eventIds, mapping }: Source): string =>
  `${channels.map(code).join(', ')}${eventIds === undefined ? '' : ` ${eventIds.join(', ')}`}${mapping === undefined ? '' : ` (${mapping.name})`}`;

function short(setting: Setting): string {
  switch (setting.kind) {
    case 'sysmon':
      return setting.element === '' ? 'Sysmon, unasked' : `Sysmon ${code(`<${setting.element}>`)}`;
    case 'audit':
      return `audit “${setting.subcategory}” ${setting.guid}`;
    case 'policy':
      return `policy “${setting.name}”`;
    case 'channel':
      return setting.role !== undefined
        ? `with ${setting.role}${setting.byDefault ? '' : ', off by default'}`
        : setting.byDefault
          ? 'on by default'
          : `off by default: ${code(setting.command)}`;
    default:
      return setting satisfies never;
  }
}

const needs = (sources: readonly Source[]): string => {
  const settings = sources.flatMap(({ channels = [], eventIds = [undefined] }) =>
    channels.flatMap((channel) => eventIds.flatMap((id) => settingsFor(channel, id))),
  );
  return [...new Set(settings.map(short))].join('; ') || 'audit policy by event, see below';
};

const sourcesTable = (rows: LogSourceTable['categories']): string =>
  table(
    ['name', 'stands in', 'needs'],
    Object.entries(rows).map(([name, sources]) => {
      const shown = sources.filter(({ naming }) => naming === undefined);
      return [code(name), shown.map(where).join('; ') || 'no Windows log', shown.length === 0 ? '' : needs(shown)];
    }),
  );

const TABLES: Readonly<Record<string, () => string>> = {
  categories: () => sourcesTable(WINDOWS.categories),
  services: () => sourcesTable(WINDOWS.services),
  mappings: () =>
    table(
      ['via', 'given', 'never given'],
      [PROCESS_4688_VALUES, REGISTRY_4657, NETWORK_5156].map(({ name, fields, derived = {}, lacks = [] }) => [
        code(name),
        [...new Set([...Object.keys(fields), ...Object.keys(derived)])].map(code).join(', '),
        lacks.map(code).join(', '),
      ]),
    ),
  readings: () =>
    table(
      ['from', 'fields'],
      (WINDOWS.readings ?? []).map(({ channels = [], eventIds, without, mapping }) => [
        `${where({ channels, ...(eventIds && { eventIds }) })}${without === undefined ? '' : ` without ${without.map(code).join(', ')}`}`,
        [...Object.keys(mapping?.fields ?? {}), ...Object.keys(mapping?.derived ?? {})].map(code).join(', '),
      ]),
    ),
  audit: () =>
    table(
      ['category', 'subcategory', 'GUID', 'events'],
      SUBCATEGORIES.map((row) => [row.category, row.name, code(guidOf(row)), row.eventIds.join(', ')]),
    ),
};

test('the tables of docs/windows.md are those of the data', async () => {
  const names: string[] = [];
  const text = readFileSync(PATH, 'utf8').replace(/<!-- table:(\w+) -->[\s\S]*?<!-- end -->/g, (_all, name: string) => {
    names.push(name);
    return `<!-- table:${name} -->\n${TABLES[name]!()}\n<!-- end -->`;
  });
  expect(names.sort()).toEqual(Object.keys(TABLES).sort());
  await expect(text).toMatchFileSnapshot(PATH);
});
