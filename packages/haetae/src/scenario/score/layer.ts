import { legacy, techniqueUrl } from '../../attack/index.ts';
import type { ScoreCard } from './card.ts';

export interface LayerText {
  readonly name: string;
  readonly description: string;
  readonly comment: (detected: number, steps: number) => string;
  readonly legend: readonly [missed: string, partly: string, detected: string];
}

const COLORS = ['#d9463b', '#e8b23a', '#2f8f5b'] as const;

/** A layer for ATT&CK Navigator: each technique of the exercise by the share of its steps that was detected. */
export function scoreLayer({ techniques }: ScoreCard, attack: 18 | 19, text: LayerText): Record<string, unknown> {
  const shown = techniques.flatMap((one) => (attack === 19 ? [one.id] : legacy(one.id)).map((id) => ({ ...one, id })));
  return {
    name: text.name,
    versions: { attack: String(attack), navigator: '5.1.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description: text.description,
    gradient: { colors: [...COLORS], minValue: 0, maxValue: 100 },
    legendItems: COLORS.map((color, i) => ({ color, label: text.legend[i]! })),
    techniques: shown.map(({ id, steps, detected }) => ({
      techniqueID: id,
      score: Math.round((detected / steps) * 100),
      enabled: true,
      comment: text.comment(detected, steps),
      links: [{ label: id, url: techniqueUrl(id) }],
    })),
  };
}
