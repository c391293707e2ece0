import { type LabWords, printable, type Words } from '../locale/index.ts';
import { stored } from '../pipeline/index.ts';
import { latencyText, ReportError, renderScoreCard } from '../report/index.ts';
import { type ScoreCard, type StepScore, scoreLayer } from '../scenario/index.ts';
import { columns } from './columns.ts';
import { dataFolder } from './data-folder.ts';
import type { LabScoreFlags } from './lab-flags.ts';
import { json } from './rules-run.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage.ts';

type Form = NonNullable<LabScoreFlags['format']>;
const BY_ENDING: readonly (readonly [RegExp, Form])[] = [
  [/\.layer\.json$/i, 'layer'],
  [/\.json$/i, 'json'],
  [/\.pdf$/i, 'pdf'],
  [/\.html?$/i, 'html'],
  [/\.md$/i, 'md'],
];

/** As asked; else by the ending of the file. */
const formOf = ({ format, output = '' }: LabScoreFlags): Form =>
  format ?? BY_ENDING.find(([ending]) => ending.test(output))?.[1] ?? 'table';

/** Writes the card where the session writes. */
export async function writeCard(
  card: ScoreCard,
  flags: LabScoreFlags,
  s: Pick<Session, 'write' | 'zone' | 'out' | 'console'>,
): Promise<void> {
  const { words } = s.console;
  const form = formOf(flags);
  switch (form) {
    case 'table':
      s.write(scoreText(card, words, s.out.color));
      return;
    case 'json':
      s.write(json(card));
      return;
    case 'layer':
      s.write(json(scoreLayer(card, 19, layerText(card, words.lab))));
      return;
    default:
      try {
        s.write(renderScoreCard(card, { format: form, languages: [words.lang], zone: s.zone }, 'score').bytes);
      } catch (error) {
        throw error instanceof ReportError ? new UsageError(error.message) : error;
      }
  }
}

export const layerText = ({ title }: ScoreCard, { score: w }: LabWords) => ({
  name: title,
  description: w.layer.description,
  comment: (detected: number, steps: number) => w.layer.comment(String(detected), String(steps)),
  legend: w.layer.legend,
});

/** Keeps it with a server's data, or hands it to the server that has that open; what to tell of it. */
export async function keepCard(card: ScoreCard, flags: LabScoreFlags, { lab: w }: Words): Promise<string> {
  const directory = flags.data ?? dataFolder(process.env, process.platform, process.getuid?.());
  const { keepScore } = await stored();
  await keepScore(directory, card, flags.exercise === true);
  return w.score.kept(card.id.slice(0, 8));
}

export function scoreText(card: ScoreCard, { lab, lang }: Words, color: Session['out']['color']): string {
  const { score: w } = lab;
  const rows = card.steps.map((step) => [
    step.verdict.kind === 'detected' ? color.green('✓') : color.red('✗'),
    step.techniques.join(','),
    printable(step.title[lang]),
    step.verdict.kind === 'detected' ? latencyText(step.verdict.latencyMs, w) : w.because[step.verdict.because],
    aboutOf(step, w, lang),
  ]);
  const detected = card.steps.filter(({ verdict }) => verdict.kind === 'detected').length;
  const lines = [
    color.bold(`${printable(card.title)}: ${w.steps(String(detected), String(card.steps.length))}`),
    ...columns(rows, []),
  ];
  const of = card.tactics.map(({ id, steps, detected: seen }) => `${id} ${w.share(String(seen), String(steps))}`);
  lines.push('', `${w.tactics}: ${of.join(' · ')}`);
  if (card.medianLatencyMs !== null) lines.push(`${w.latency}: ${latencyText(card.medianLatencyMs, w)}`);
  return `${lines.join('\n')}\n`;
}

function aboutOf({ verdict }: StepScore, w: LabWords['score'], lang: 'ko' | 'en'): string {
  if (verdict.kind === 'missed') {
    const [first] = verdict.about;
    return first === undefined
      ? ''
      : printable(verdict.because === 'rule-blind' ? w.nearest(first) : verdict.about.join(', '));
  }
  const { ruleId, title, titleKo, level } = verdict.by;
  return printable(
    ruleId === '' ? `${level} ${w.anomaly}` : `${level} ${(lang === 'ko' ? titleKo : undefined) ?? title}`,
  );
}
