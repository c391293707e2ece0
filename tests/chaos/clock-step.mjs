/**
 * Loaded into every thread of a process (`--import`), gives it a clock that steps: Date is ahead by the milliseconds that the file
 * HAETAE_CLOCK_FILE holds at the time. Monotonic clocks are left alone, as they are when an administrator sets the time.
 */
import { readFileSync } from 'node:fs';

const file = process.env.HAETAE_CLOCK_FILE;
const RealDate = Date;
let step = 0;
let read = Number.NEGATIVE_INFINITY;

function now() {
  const monotonic = performance.now();
  if (monotonic - read > 20) {
    read = monotonic;
    try {
      step = Number(readFileSync(file, 'utf8'));
    } catch {
      step = 0;
    }
  }
  return RealDate.now() + step;
}

globalThis.Date = class SteppingDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now = now;
};
