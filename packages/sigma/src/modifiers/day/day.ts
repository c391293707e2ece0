import { timeModifier } from '../time.ts';

export const day = timeModifier('day', 'The field holds a time; compared is its day.');
