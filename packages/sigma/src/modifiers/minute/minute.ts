import { timeModifier } from '../time.ts';

export const minute = timeModifier('minute', 'The field holds a time; compared is its minute.');
