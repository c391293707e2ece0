import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseZone, UTC } from '../locale/index.ts';
import { distribution, overTime, scatter, svgText, timeline, waterfall } from './index.ts';
import type { Chart, ChartOptions } from './options.ts';

/** Each chart by its folder, with rows that show nothing. `HAETAE_GOLDEN=write` writes the expected pictures anew. */
const CHARTS: readonly [name: string, chart: Chart<never>, empty: unknown][] = [
  ['over-time', overTime as Chart<never>, { widthMs: 1000, from: 0, to: 60_000, buckets: [] }],
  ['waterfall', waterfall as Chart<never>, { parts: [], level: 'low' }],
  ['timeline', timeline as Chart<never>, { from: 0, to: 60_000, lanes: [], marks: [], bands: [], hops: [] }],
  ['distribution', distribution as Chart<never>, { values: [], domain: [0, 1], threshold: 0.5 }],
  ['scatter', scatter as Chart<never>, { x: 'x', y: 'y', points: [] }],
];
const KST: ChartOptions = {
  width: 720,
  height: 180,
  language: 'ko',
  zone: { zone: parseZone('KST')!, label: 'KST' },
};

describe.each(CHARTS)('%s', (name, chart, empty) => {
  const at = (file: string): string => fileURLToPath(new URL(`./${name}/${file}`, import.meta.url));
  const rows = JSON.parse(readFileSync(at('rows.json'), 'utf8')) as never;

  test('gives the picture that is expected, byte for byte', () => {
    const svg = svgText(chart(rows, KST));
    if (process.env.HAETAE_GOLDEN === 'write') writeFileSync(at('expected.svg'), svg);
    expect(existsSync(at('expected.svg'))).toBe(true);
    expect(svg).toBe(readFileSync(at('expected.svg'), 'utf8'));
    expect(svgText(chart(rows, KST))).toBe(svg);
  });

  test('has a title, a unit and a text in both languages', () => {
    for (const language of ['ko', 'en'] as const) {
      const { title, unit, text } = chart(rows, { ...KST, language });
      expect([title, unit, text].every((one) => one.length > 0)).toBe(true);
      expect(/[가-힣]/.test(title)).toBe(language === 'ko');
    }
  });

  test('draws nothing where there is nothing', () => {
    expect(svgText(chart(empty as never, { ...KST, zone: { zone: UTC, label: 'UTC' } }))).toMatch(
      /^<svg [\s\S]+<\/svg>\n$/,
    );
  });

  test('text of a log stays text', () => {
    const hostile = JSON.parse(
      JSON.stringify(rows).replace(/"([^"]*)ATTACK([^"]*)"/g, '"<script>\\u0000\\ud800]]>&"'),
    ) as never;
    const svg = svgText(chart(hostile, KST));
    expect(svg).not.toMatch(/<script|[\u0000\ud800]/);
  });
});
