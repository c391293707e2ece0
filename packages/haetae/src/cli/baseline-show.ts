import { type Baseline, compareBaselines, FAMILIES } from '../detect/index.ts';
import { formatLocal, formatUtc, padEnd, printable, type Words, width, type Zone, zoneLabel } from '../locale/index.ts';
import { baselineAt } from './anomaly-run.ts';
import { driftText } from './baseline-apply.ts';
import type { BaselineShowFlags, Context } from './flags.ts';
import { count } from './numbers.ts';
import { zoneOption } from './options.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

export async function showCommand(this: Context, flags: BaselineShowFlags, ...files: string[]): Promise<void> {
  const { words } = this.console;
  if (files.length !== 1) throw new UsageError(words.anomaly.baseline.needsFile);
  const { baseline } = baselineAt(files[0]!, words);
  const zone = zoneOption(flags.timezone, words);
  await toOutput(this.console, flags, (out) => {
    out.write(
      flags.format === 'json'
        ? json(baselineJson(baseline))
        : `${headLines(baseline, words, zone).join('\n')}\n\n${familyTable(baseline, words)}`,
    );
    return EXIT.done;
  });
}

export async function diffCommand(this: Context, flags: BaselineShowFlags, ...files: string[]): Promise<void> {
  const { words } = this.console;
  const { baseline: w } = words.anomaly;
  if (files.length !== 2) throw new UsageError(w.needsTwo);
  const [before, after] = files.map((file) => baselineAt(file, words).baseline) as [Baseline, Baseline];
  const zone = zoneOption(flags.timezone, words);
  const families = compareBaselines(before, after);
  await toOutput(this.console, flags, (out) => {
    if (flags.format === 'json') {
      out.write(json({ before: baselineJson(before), after: baselineJson(after), families }));
      return EXIT.done;
    }
    if (before.version === after.version) {
      out.write(`${w.same}\n`);
      return EXIT.done;
    }
    const rows = families.map(({ name, before: x, after: y }) => [name[words.lang], count(x), count(y)]);
    const drift = families.flatMap((family) => family.drift).sort((a, b) => b.psi - a.psi);
    out.write(
      `${[w.before, ...headLines(before, words, zone), '', w.after, ...headLines(after, words, zone)].join('\n')}\n\n` +
        `${table([[w.family, w.before, w.after], ...rows])}\n${driftText(drift, words)}`,
    );
    return EXIT.done;
  });
}

function headLines({ version, head }: Baseline, { anomaly: { baseline: w } }: Words, zone: Zone): string[] {
  const { from, to, hosts, previous } = head;
  const span =
    from === null || to === null
      ? w.noTime
      : `${formatLocal(from, zone)} – ${formatLocal(to, zone)} ${zoneLabel(zone, to)}`;
  const facts: [string, string][] = [
    [w.version, version],
    ...(previous === null ? [] : [[w.refreshedFrom, previous] as [string, string]]),
    [w.span, span],
    [w.hosts, count(hosts)],
    [w.zone, printable(head.zone)],
  ];
  const lead = Math.max(...facts.map(([name]) => width(name))) + 2;
  return facts.map(([name, value]) => `  ${padEnd(name, lead)}${value}`);
}

const SHARES = [0.1, 0.01, 0.001] as const;

/** Scores that a share of the events reach. */
function scoresOf(baseline: Baseline, id: string): number[] {
  const known = baseline.family(id)?.model.distribution;
  if (known === undefined) return [];
  return SHARES.map(
    (share) =>
      known.values[
        Math.max(
          0,
          known.atLeast.findIndex((n) => n >= share * known.total),
        )
      ] ?? 0,
  );
}

function familyTable(baseline: Baseline, { anomaly: { baseline: w }, lang }: Words): string {
  const rows = baseline.head.families.map(({ id, events, rows: n, features }) => [
    FAMILIES.find((one) => one.id === id)?.name[lang] ?? id,
    count(events),
    count(n),
    count(features.length),
    scoresOf(baseline, id)
      .map((score) => score.toFixed(3))
      .join(' / '),
  ]);
  return table([[w.family, w.events, w.rows, w.features, w.scores], ...rows]);
}

/** Columns side by side; all but the first to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => width(row[i]!))));
  const cell = (text: string, i: number): string =>
    i === 0 ? padEnd(text, widths[i]!) : `${' '.repeat(widths[i]! - width(text))}${text}`;
  return rows.map((row) => `  ${row.map(cell).join('  ')}\n`).join('');
}

const baselineJson = (baseline: Baseline) => {
  const { version, head } = baseline;
  const time = (ms: number | null) => (ms === null ? null : formatUtc(ms, 0));
  return {
    version,
    schema: head.schema,
    zone: head.zone,
    from: time(head.from),
    to: time(head.to),
    hosts: head.hosts,
    previous: head.previous,
    families: head.families.map(({ id, events, rows, features }) => ({
      id,
      events,
      rows,
      features,
      scores: Object.fromEntries(scoresOf(baseline, id).map((score, i) => [`p${SHARES[i]}`, score])),
    })),
  };
};
