import { timeModifier } from '../time.ts';

export const week = timeModifier('week', 'The field holds a time; compared is its week.');
