import type { Encoding } from '../source.ts';

/** Two or more words of nothing but `?`: what an ASCII or Latin export leaves of Korean. No command line or URL looks so. */
const WORDS = /(?<![^\s",;:()[\]])\?{2,}(?: \?+)+(?![^\s",;:.()[\]])/g;
/** A cell of the first line that is `?` alone, or begins so. */
const CELL = /(?:^|[,\t;])"?\?{2,}[ ?]*(?=["\t,;]|$)/g;

/**
 * What shows that letters were replaced by `?` before the file came here, in the words of a notice; undefined where
 * nothing does. Only a text without any letter beyond ASCII can have lost all of them.
 */
export function destroyedText(text: string, encoding: Encoding | undefined): string | undefined {
  if (encoding !== 'utf-8' || /[^\u0000-\u007f]/.test(text)) return undefined;
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const cells = header.match(CELL)?.length ?? 0;
  if (cells >= 2) return `${cells} column names of the header`;
  const words = (text.match(WORDS) ?? []).reduce((sum, run) => sum + run.split(' ').length, 0);
  return words >= 6 ? `${words} words in the first ${text.length} characters` : undefined;
}
