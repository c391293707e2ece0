import { timeModifier } from '../time.ts';

export const hour = timeModifier('hour', 'The field holds a time; compared is its hour.');
