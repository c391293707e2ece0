import {
  type AnomalySetup,
  FAMILIES,
  type ScorePart,
  THIS_DATA,
  type UnusualReason,
  unusualReason,
} from '../detect/index.ts';
import { cut, padEnd, printable, type Words, width } from '../locale/index.ts';
import type { Located } from '../pipeline/index.ts';
import { anomalySetup, scoreLogs } from './anomaly-run.ts';
import { detailOf, findingJson } from './findings.ts';
import type { Context, ExplainFlags } from './flags.ts';
import { count } from './numbers.ts';
import { wholeNumber } from './options.ts';
import { conclude } from './receipt.ts';
import { type Session, session } from './session.ts';
import { ordinaryText, partValue, probability } from './unusual.ts';
import { EXIT, UsageError } from './usage.ts';

export async function explainCommand(this: Context, flags: ExplainFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const wanted = placeOption(flags, words);
  await session(console, flags, paths, async (s) => {
    const done = await scoreLogs(s, flags, { ...anomalySetup(flags, s.zone, words), wanted });
    try {
      s.clearProgress();
      const found: Located[] = [];
      for await (const finding of done.findings.sorted()) found.push(finding);
      for (const finding of found) {
        s.write(flags.format === 'json' ? `${findingJson(finding)}\n` : explanation(finding, s));
      }
      const status = conclude(s, 'explain', done.receipts, flags.receipt);
      if (status !== EXIT.done || found.length > 0) return status;
      console.stderr.write(`haetae: ${whyNone(done.scores?.unexplained ?? [], wanted, words)}\n`);
      return EXIT.findings;
    } finally {
      done.findings.dispose();
    }
  });
}

type Place = NonNullable<AnomalySetup['wanted']>;

function placeOption(flags: ExplainFlags, words: Words): Place {
  const record = wholeNumber('--record', flags.record, words);
  const line = wholeNumber('--line', flags.line, words);
  if (record !== undefined && line !== undefined) throw new UsageError(words.anomaly.explain.onePlace);
  if (record !== undefined) return { kind: 'record', at: record };
  if (line !== undefined) return { kind: 'line', at: line };
  throw new UsageError(words.anomaly.explain.needsPlace);
}

function whyNone(
  [unscored]: readonly { readonly channel: string; readonly eventId: number }[],
  { kind, at }: Place,
  { anomaly: { explain: w }, receipt, lang }: Words,
): string {
  if (unscored === undefined) return w.none(kind === 'record' ? receipt.record(String(at)) : receipt.line(count(at)));
  const kinds = FAMILIES.map(({ name }) => name[lang]).join(', ');
  return w.unscored(`${printable(unscored.channel)} ${unscored.eventId}`, kinds);
}

/** A score for people: its parts as bars that sum to what the event was told apart sooner. */
function explanation(finding: Located, { out, zone, console: { words } }: Session): string {
  const reason = unusualReason(finding);
  if (reason === undefined) return '';
  const { color } = out;
  const { anomaly: w, lang } = words;
  const { event, file } = finding;
  const place = event.position.kind === 'record' ? `#${event.position.record}` : `:${event.position.line}`;
  const sooner = reason.expected - reason.pathLength;
  const lines = [
    `${color.bold(reason.familyName[lang])}   ${w.score(reason.score.toFixed(3), probability(reason.p), count(reason.among))}`,
    color.dim(`  ${printable(event.computer)} · ${event.channel} ${event.eventId} · ${printable(file)}${place}`),
    `  ${cut(printable(detailOf(finding)), 2 * out.columns)}`,
    '',
    `  ${w.explain.path(reason.expected.toFixed(2), reason.pathLength.toFixed(2), Math.abs(sooner).toFixed(2), sooner < 0)}`,
    '',
    ...partLines(reason, words, out.columns).map((line) => `  ${line}`),
    '',
    `  ${
      reason.score <= reason.threshold
        ? w.explain.isOrdinary(reason.threshold.toFixed(3))
        : reason.ordinaryIf.length > 0
          ? w.ordinaryIf(ordinaryText(reason, words))
          : w.explain.noOrdinary
    }`,
    `  ${reason.baseline === THIS_DATA ? w.explain.against.thisData : w.explain.against.baseline(reason.baseline)} · ${w.receipt.zone(zone.name)}`,
  ];
  const { count: n, first, last } = reason.equal;
  if (n > 1) lines.push(`  ${w.explain.equalSpan(count(n), first, last)}`);
  return `${lines.join('\n')}\n\n`;
}

const BAR = 20;

function partLines({ parts, expected, pathLength }: UnusualReason, words: Words, columns: number): string[] {
  const { anomaly: w, lang } = words;
  const names = parts.map(({ name }) => name[lang]);
  const nameWidth = Math.max(...names.map(width), width(w.explain.feature)) + 2;
  const room = Math.max(24, columns - nameWidth - BAR - 14);
  const values = parts.map((part) => cut(printable(partValue(part, words)), room));
  const valueWidth = Math.max(...values.map(width), width(w.explain.value)) + 2;
  const most = Math.max(...parts.map(({ contribution }) => Math.abs(contribution)), 1e-9);
  const line = (name: string, value: string, part: string, bar = ''): string =>
    `${padEnd(name, nameWidth)}${padEnd(value, valueWidth)}${part.padStart(7)} ${bar}`.trimEnd();
  return [
    line(w.explain.feature, w.explain.value, w.explain.part.length > 7 ? '' : w.explain.part),
    ...parts.map((part, i) => line(names[i]!, values[i]!, signed(part.contribution), bar(part, most))),
    line('', w.explain.sum, signed(expected - pathLength)),
  ];
}

const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;

const bar = ({ contribution }: ScorePart, most: number): string =>
  (contribution < 0 ? '░' : '█').repeat(Math.round((BAR * Math.abs(contribution)) / most));
