import { ReportError } from '../error.ts';
import { type Reader, readerOf } from './read.ts';

/** A duty to report, counted from the declared awareness. */
export interface Clock {
  readonly name: { readonly ko: string; readonly en: string };
  /** null: without delay. */
  readonly hours: number | null;
  /** On what it rests and whom it binds. */
  readonly basis: { readonly ko: string; readonly en: string };
}

const MOST_HOURS = 24 * 366;

/** The file of clocks that comes with the product, or the `clocks` of a case. */
export function clocksOf(list: Reader): Clock[] {
  return list.list().map((one) => {
    one.only('name', 'hours', 'basis');
    const hours = one.member('hours')?.number() ?? null;
    if (hours !== null && (hours <= 0 || hours > MOST_HOURS))
      throw new ReportError(
        'invalid',
        `${one.at}hours: more than 0, at most ${MOST_HOURS}; leave it out for “without delay”`,
      );
    return { name: both(one, 'name'), hours, basis: both(one, 'basis') };
  });
}

export const readClocks = (text: string, file: string): Clock[] => clocksOf(readerOf(text, file));

/** In both languages, or one text for both. */
function both(of: Reader, name: string): { readonly ko: string; readonly en: string } {
  const found = of.member(name);
  if (found === undefined) throw new ReportError('invalid', `${of.at}${name} is missing`);
  try {
    const one = found.text();
    return { ko: one, en: one };
  } catch {
    found.only('ko', 'en');
    const ko = found.member('ko')?.text();
    const en = found.member('en')?.text() ?? ko;
    if (en === undefined) throw new ReportError('invalid', `${found.at}neither ko nor en`);
    return { ko: ko ?? en, en };
  }
}
