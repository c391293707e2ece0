import { type Language, wordsOf } from '../../locale/index.ts';
import type { Off } from '../config/config.ts';

/** Why a channel is off, in words. */
export function offText(off: Off, language: Language): string {
  const { off: w } = wordsOf(language).notify;
  return off.code === 'secret-missing' ? w[off.code](off.names.join(', ')) : w[off.code]();
}

/** For the log of the server. */
export const whyOff = (off: Off | undefined): string => (off === undefined ? '' : offText(off, 'en'));
