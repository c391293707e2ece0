import { TACTICS, technique } from '../attack/index.ts';
import { formatLocal, type LabWords, labWords, type Zone } from '../locale/index.ts';
import type { ScoreCard, StepScore, Tally } from '../scenario/index.ts';
import { pdfContent } from './content.ts';
import type { Format, ReportFile } from './contract.ts';
import { html } from './html/html.ts';
import { markdown } from './markdown/markdown.ts';
import {
  type Block,
  code,
  muted,
  plain,
  type Report,
  type ReportDocument,
  type Span,
  strong,
  type Text,
} from './model.ts';
import { pdf } from './typst/pdf.ts';

export interface ScoreReportOptions {
  readonly format: Format;
  readonly languages: readonly ('ko' | 'en')[];
  readonly zone: Zone;
}

const MIME = { pdf: 'application/pdf', html: 'text/html', md: 'text/markdown' } as const;

/** A score card for people. The same card gives the same bytes. Throws a ReportError where PDF cannot be made on this platform. */
export function renderScoreCard(
  card: ScoreCard,
  { format, languages, zone }: ScoreReportOptions,
  name: string,
): ReportFile {
  const report: Report = {
    documents: languages.map((language) => documentOf(card, language, zone)),
    dateMs: card.madeMs,
  };
  const bytes =
    format === 'pdf' ? pdf(report, [], pdfContent()) : Buffer.from(format === 'html' ? html(report) : markdown(report));
  return { name: `${name}.${format}`, mime: MIME[format], bytes };
}

function documentOf(card: ScoreCard, language: 'ko' | 'en', zone: Zone): ReportDocument {
  const { score: w } = labWords[language];
  const detected = card.steps.filter(({ verdict }) => verdict.kind === 'detected').length;
  const missed = card.steps.filter(({ verdict }) => verdict.kind === 'missed');
  const heading = (text: string, id: string): Block => ({ kind: 'heading', depth: 1, text, id });
  return {
    language,
    title: card.title,
    subtitle: w.steps(String(detected), String(card.steps.length)),
    label: `${w.label} · ${w.title}`,
    cover: [
      [w.made, `${formatLocal(card.madeMs, zone)} (${zone.name})`],
      [w.source, w.sources[card.source]],
      [w.threshold, card.minLevel],
    ],
    contents: w.whole,
    blocks: [
      figures(card, detected, w),
      heading(w.tactics, 'tactics'),
      tallies(
        card.tactics,
        (id) => TACTICS.find(({ shortname }) => shortname === id)?.name[language] ?? id,
        w.columns.tactic,
        w,
      ),
      heading(w.techniques, 'techniques'),
      tallies(card.techniques, (id) => `${id} ${technique(id)?.name ?? ''}`.trim(), w.columns.technique, w),
      ...(missed.length === 0 ? [] : [heading(w.misses, 'missed'), missedTable(missed, language, w)]),
      heading(w.whole, 'steps'),
      stepTable(card.steps, language, w),
    ],
  };
}

function figures({ steps, medianLatencyMs }: ScoreCard, detected: number, w: LabWords['score']): Block {
  const figure = (value: string, name: string) => ({ value, name });
  return {
    kind: 'figures',
    figures: [
      figure(String(steps.length), w.count),
      figure(String(detected), w.detected),
      figure(String(steps.length - detected), w.missed),
      figure(medianLatencyMs === null ? '–' : latencyText(medianLatencyMs, w), w.latency),
    ],
  };
}

const tallies = (
  rows: readonly Tally[],
  nameOf: (id: string) => string,
  first: string,
  w: LabWords['score'],
): Block => ({
  kind: 'table',
  columns: [
    { title: first, width: 3 },
    { title: w.detected, width: 'fit', align: 'end' },
  ],
  rows: rows.map(({ id, steps, detected }): Text[] => [nameOf(id), w.share(String(detected), String(steps))]),
});

const missedTable = (steps: readonly StepScore[], language: 'ko' | 'en', w: LabWords['score']): Block => ({
  kind: 'table',
  columns: [
    { title: w.columns.step, width: 3 },
    { title: w.columns.technique, width: 'fit' },
    { title: w.columns.why, width: 4 },
  ],
  rows: steps.map((step): Text[] => [step.title[language], step.techniques.join(', '), whyMissed(step, w)]),
});

const stepTable = (steps: readonly StepScore[], language: 'ko' | 'en', w: LabWords['score']): Block => ({
  kind: 'table',
  columns: [
    { title: w.columns.step, width: 3 },
    { title: w.columns.technique, width: 'fit' },
    { title: w.columns.verdict, width: 'fit' },
    { title: w.columns.by, width: 4 },
    { title: w.columns.latency, width: 'fit', align: 'end' },
  ],
  rows: steps.map((step): Text[] => {
    const { verdict } = step;
    const own = [step.title[language], step.techniques.join(', ')];
    if (verdict.kind === 'missed') return [...own, [strong(w.missed)], [muted(w.because[verdict.because])], '–'];
    const { by } = verdict;
    const title = by.ruleId === '' ? w.anomaly : ((language === 'ko' ? by.titleKo : undefined) ?? by.title);
    const told: Span[] = [{ kind: 'level', level: by.level, text: by.level }, plain(` ${title}`)];
    return [...own, w.detected, told, latencyText(verdict.latencyMs, w)];
  }),
});

function whyMissed({ verdict }: StepScore, w: LabWords['score']): Text {
  if (verdict.kind === 'detected') return '';
  const { because, about } = verdict;
  const spans: Span[] = [strong(w.because[because]), plain(`: ${w.becauseHow[because]}`)];
  if (about.length > 0)
    spans.push(
      plain(' ('),
      ...(because === 'rule-blind' ? [plain(w.nearest(about[0]!))] : [code(about.join(', '))]),
      plain(')'),
    );
  return spans;
}

/** `0.4 s`, `3 min`, `2.5 h` */
export function latencyText(ms: number, w: LabWords['score']): string {
  if (ms < 60_000) return w.seconds((ms / 1000).toFixed(ms < 10_000 ? 1 : 0));
  if (ms < 3_600_000) return w.minutes((ms / 60_000).toFixed(0));
  return w.hours((ms / 3_600_000).toFixed(1));
}
