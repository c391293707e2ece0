import { expect, test } from 'vitest';
import type { Family, Feature } from './family.ts';
import { FAMILIES } from './registry.ts';

/** Made anew by `npx vitest run --project unit packages/haetae/src/detect/detectors/anomaly/docs.test.ts -u`. */
test('docs/anomaly-features.md is the table of features', async () => {
  const text = [
    '# Features of events',
    '',
    'Made from the code (`detect/detectors/anomaly/families`). Rarity is −log2 of the share of events of the kind.',
    ...FAMILIES.flatMap(section),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../../../../../docs/anomaly-features.md');
});

function section(family: Family): string[] {
  const kinds = family.kinds.map(([channel, ids]) => `${channel} ${ids.join(', ')}`).join(' · ');
  return [
    '',
    `## ${family.name.en} · ${family.name.ko}`,
    '',
    `\`${family.id}\`: ${kinds}`,
    '',
    '| id | name | 이름 | unit | from | why |',
    '|---|---|---|---|---|---|',
    ...family.features.map(
      (feature) =>
        `| ${feature.id} | ${feature.name.en} | ${feature.name.ko} | ${feature.unit} | ${sourceOf(family, feature)} | ${feature.reason} |`,
    ),
  ];
}

function sourceOf(family: Family, feature: Feature): string {
  const fieldsOf = (key: string): string => {
    const fields = family.keys.find(({ id }) => id === key)!.fields;
    return fields.length === 0 ? 'time' : fields.join(' or ');
  };
  switch (feature.kind) {
    case 'number':
    case 'words':
      return feature.source.length === 0 ? 'event id' : feature.source.join(', ');
    case 'rarity':
      return feature.of.map(fieldsOf).join(' → ');
    case 'hosts':
      return `computer, ${fieldsOf(feature.of)}`;
    case 'variety':
      return `${fieldsOf(feature.of)} for each ${fieldsOf(feature.per)}`;
    case 'pace':
      return `time, ${fieldsOf(feature.per)}`;
    default:
      return feature satisfies never;
  }
}
