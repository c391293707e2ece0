import type { ItemModifier } from '../modifier.ts';

export const neq: ItemModifier = {
  kind: 'item',
  name: 'neq',
  summary: 'The item holds when its values do not.',
  effect: 'not',
};
