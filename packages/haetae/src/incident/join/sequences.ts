import type { Context } from './context.ts';

/** Joins a finding of several events to the findings of these events, and to others that share one of them, on whatever host. */
export function joinBySequence({ units, anchors }: Context): void {
  units.forEach(({ shared }, i) => {
    for (const [key, by] of shared) anchors.add(i, { key: `event ${key}`, kind: 'sequence', by, wide: true });
  });
}
