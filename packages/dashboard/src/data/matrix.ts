import { legacy, TECHNIQUES, technique } from '../../../haetae/src/attack/index.ts';

export { TACTICS, technique, techniqueUrl } from '../../../haetae/src/attack/index.ts';

/** Techniques of v19, by id. */
export const CURRENT = [...TECHNIQUES].sort((a, b) => (a.id < b.id ? -1 : 1));

/** What v18 called it; undefined where v18 had nothing like it. */
export function legacyOf(id: string): { readonly id: string; readonly name: string } | undefined {
  const ids = legacy(id);
  const before = ids.includes(id) ? id : ids[0];
  return before === undefined ? undefined : { id: before, name: technique(before)?.name ?? '' };
}

interface Coloured {
  readonly id: string;
  readonly state: 'seen' | 'could' | 'blind';
  readonly count: number;
}

/** A layer of ATT&CK Navigator 5, format 4.5, with the ids of v19 or of v18; what v18 had not is left out of its. */
export const layerOf = (all: readonly Coloured[], version: '19' | '18') => ({
  name: 'Haetae',
  versions: { attack: version, navigator: '5.1.0', layer: '4.5' },
  domain: 'enterprise-attack',
  description: 'Findings of Haetae, and what its rules look for',
  techniques: all
    .filter(({ state }) => state !== 'blind')
    .flatMap((one) => {
      const techniqueID = version === '19' ? one.id : legacyOf(one.id)?.id;
      return techniqueID === undefined ? [] : [{ ...one, techniqueID }];
    })
    .map(({ techniqueID, state, count }) => ({
      techniqueID,
      color: state === 'seen' ? '#0f766e' : '#c7e6e2',
      comment: state === 'seen' ? `findings: ${count}` : 'looked for',
      enabled: true,
      ...(state === 'seen' && { score: count }),
    })),
  legendItems: [
    { label: 'seen', color: '#0f766e' },
    { label: 'looked for', color: '#c7e6e2' },
  ],
});
