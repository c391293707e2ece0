import { timeModifier } from '../time.ts';

export const month = timeModifier('month', 'The field holds a time; compared is its month.');
