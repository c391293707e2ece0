/** Anomalies through the product: the seed profile on the seed's own log, and recorded attacks. Prints what they add to rules. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { type AnomalySetup, unusualReason } from '../../packages/haetae/src/detect/index.ts';
import { eachEvent, type Located } from '../../packages/haetae/src/pipeline/index.ts';
import { scan } from '../../packages/haetae/src/pipeline/scan.ts';
import { discover } from '../../packages/haetae/src/source/index.ts';
import { data, describeWithData } from '../data.ts';

const READING = { timeZone: 'UTC', carve: false, checksums: false, hash: false };
const quiet = (): void => {};

async function score(path: string, anomaly: AnomalySetup) {
  const { files } = await discover([path]);
  const settings = {
    ...READING,
    detectors: ['anomaly'],
    setup: { rules: [], anomaly },
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
  };
  const done = await scan(files, settings, 1, new AbortController().signal, {
    advance: quiet,
    fileDone: quiet,
    findings: quiet,
  });
  const findings: Located[] = [];
  for await (const finding of done.findings.sorted()) findings.push(finding);
  done.findings.dispose();
  return { findings, scores: done.scores! };
}

const lineOf = ({ event: { position } }: Located): number =>
  position.kind === 'line' ? position.line : position.record;

describeWithData('the seed profile', () => {
  test('flags 24 of the 473 events that have a process id, those that scikit-learn flags', async () => {
    const log = data('seed', 'sysmon-Logs.csv');
    const lines: number[] = [];
    const { files } = await discover([log]);
    await eachEvent(
      files,
      READING,
      new AbortController().signal,
      ({ position }) => lines.push(position.kind === 'line' ? position.line : 0),
      quiet,
      quiet,
    );
    const oracle = JSON.parse(readFileSync(data('oracle', 'oracle-anomaly.json'), 'utf8')) as {
      readonly seed: { readonly randomState42: { readonly flaggedRows: readonly number[] } };
    };
    const { findings, scores } = await score(log, { profile: 'seed' });
    expect([findings.length, scores.families[0]!.scored, scores.families[0]!.skipped]).toEqual([24, 473, 2]);
    const flagged = new Set(findings.map((finding) => lines.indexOf(lineOf(finding)) + 1));
    const wanted = oracle.seed.randomState42.flaggedRows;
    const both = wanted.filter((row) => flagged.has(row)).length;
    const jaccard = both / (flagged.size + wanted.length - both);
    console.log(`seed profile: Jaccard with scikit-learn's random_state 42: ${jaccard.toFixed(2)}`);
    expect(jaccard).toBeGreaterThanOrEqual(0.65);
  });
});

interface Matches {
  readonly [rule: string]: string;
}

/** Line ranges, `3,7-9`. */
const linesOf = (ranges: string): number[] =>
  ranges.split(',').flatMap((range) => {
    const [from, to] = range.split('-').map(Number) as [number, number | undefined];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i);
  });

describeWithData('recorded attacks', () => {
  test('every event of a kind with features is scored; parts sum; attacks are told more often than the rest', async () => {
    const oracle = JSON.parse(readFileSync(data('oracle', 'oracle-sigma-otrf.json'), 'utf8')) as {
      readonly files: Readonly<Record<string, { readonly matches: Matches; readonly matches4688?: Matches }>>;
    };
    const sum = { zips: 0, events: 0, scored: 0, told: 0, alsoRule: 0, matched: 0, low: 0, zipsAdded: 0 };
    const rows: string[] = [];
    for (const [zip, { matches, matches4688 = {} }] of Object.entries(oracle.files)) {
      const { findings, scores } = await score(data(zip), {});
      const matched = new Set([matches, matches4688].flatMap((of) => Object.values(of).flatMap(linesOf)));
      for (const finding of findings) {
        const { parts, expected, pathLength, p } = unusualReason(finding)!;
        const all = parts.reduce((total, { contribution }) => total + contribution, 0);
        expect(Math.abs(all - (expected - pathLength))).toBeLessThan(1e-9);
        expect(p).toBeLessThanOrEqual(scores.thresholds.p);
        expect(['informational', 'low']).toContain(finding.level);
      }
      const also = findings.filter((finding) => matched.has(lineOf(finding))).length;
      const scored = scores.families.reduce((total, family) => total + family.scored, 0);
      sum.zips++;
      sum.scored += scored;
      sum.told += findings.length;
      sum.alsoRule += also;
      sum.matched += matched.size;
      sum.low += findings.filter(({ level }) => level === 'low').length;
      if (findings.length > also) sum.zipsAdded++;
      rows.push(
        `  ${basename(zip, '.zip').slice(0, 60).padEnd(60)} ${String(scored).padStart(6)} scored ${String(matched.size).padStart(5)} matched by SigmaHQ ${String(findings.length).padStart(3)} told ${String(also).padStart(3)} of them matched too`,
      );
    }
    const lift = sum.alsoRule / sum.told / (sum.matched / sum.scored);
    console.log(
      `What anomalies add to rules, on ${sum.zips} recorded attacks\n${rows.join('\n')}\n` +
        `  ${sum.scored} events scored; ${sum.told} told (${sum.low} low), ${sum.alsoRule} of them matched by a rule too: ` +
        `${lift.toFixed(1)} times as often as any event; ${sum.told - sum.alsoRule} told by anomalies alone, in ${sum.zipsAdded} sets`,
    );
    expect(lift).toBeGreaterThan(1.5);
  });
});
