import { type ScoreCard, scoreCard } from '../scenario/index.ts';
import type { Console } from './console.ts';
import type { LabScoreFlags } from './lab-flags.ts';
import type { Exercise } from './lab-score.ts';
import { keepCard, writeCard } from './lab-score-out.ts';
import { zoneOption } from './options.ts';
import { openFile } from './rules-run.ts';
import { askStored } from './stored.ts';
import { EXIT } from './usage.ts';

/** The card of what a server has stored: asked of it where it runs, else of its data. */
export async function askScored(
  flags: LabScoreFlags,
  { labels, steps }: Exercise,
  about: Pick<ScoreCard, 'id' | 'title' | 'madeMs' | 'minLevel'>,
  console: Console,
): Promise<number> {
  const { words } = console;
  const zone = zoneOption(flags.timezone, words);
  return askStored(flags, words, async (stored) => {
    const { present, findings } = await stored.evidence(labels, console.signal);
    // What rules made of an event that they did not find is told of logs alone.
    const evidence = { labels, present, findings, blind: () => ({ kind: 'rule-blind' as const, about: [] }) };
    const card = scoreCard({ ...about, source: 'server' }, steps, evidence);
    const file = flags.output === undefined ? undefined : openFile(flags.output, console);
    const out = file ?? console.stdout;
    await writeCard(card, flags, { write: (text) => out.write(text), zone, out, console });
    file?.commit();
    console.stderr.write(`haetae: ${await keepCard(card, flags, words)}\n`);
    return card.steps.every(({ verdict }) => verdict.kind === 'detected') ? EXIT.done : EXIT.findings;
  });
}
