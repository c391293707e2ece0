import { timeModifier } from '../time.ts';

export const year = timeModifier('year', 'The field holds a time; compared is its year.');
