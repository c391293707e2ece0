import type { ItemModifier } from '../modifier.ts';

export const all: ItemModifier = {
  kind: 'item',
  name: 'all',
  summary: 'Every value of the list must hold, not only one.',
  effect: 'all',
};
