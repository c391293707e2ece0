import { findingOf, type LiveMessage } from '../../server/index.ts';
import type { Cut } from './output.ts';

/** What a cut says to those who watch. */
export const findingMessages = ({ findings, revised }: Pick<Cut, 'findings' | 'revised'>): LiveMessage[] =>
  [...findings, ...revised].map((row) => ({ kind: 'finding', finding: findingOf(row) }));
