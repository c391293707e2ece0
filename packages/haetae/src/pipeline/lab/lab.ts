import { labWords, parseZone, UTC } from '../../locale/index.ts';
import { scoreLayer } from '../../scenario/index.ts';
import type { Ports } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';
import { openLabBook } from './book.ts';
import type { CanaryDesk } from './canary.ts';

/** The lab of a server: cards of its data folder, their reports, the canary. */
export function labPort(directory: string, canary: CanaryDesk): Ports['lab'] {
  const book = openLabBook(directory);
  return {
    ...book,
    canary,
    async report(card, { format, lang, zone: name }) {
      const { score: w } = labWords[lang];
      if (format === 'layer') {
        const text = {
          name: card.title,
          description: w.layer.description,
          comment: (detected: number, steps: number) => w.layer.comment(String(detected), String(steps)),
          legend: w.layer.legend,
        };
        return {
          name: `${card.id}.layer.json`,
          mime: 'application/json',
          bytes: Buffer.from(JSON.stringify(scoreLayer(card, 19, text))),
        };
      }
      const { ReportError, renderScoreCard } = await import('../../report/index.ts');
      try {
        return renderScoreCard(card, { format, languages: [lang], zone: parseZone(name) ?? UTC }, card.id);
      } catch (error) {
        if (error instanceof ReportError) throw new StoreError('invalid', error.message);
        throw error;
      }
    },
  };
}
