import { createHash } from 'node:crypto';
import type { Stage } from '../contract.ts';
import { ReportError } from '../error.ts';

/**
 * What was declared and reported of incidents: lines of JSON that are only ever added, each with the hash of the one before it,
 * so that a changed or missing line shows. When somebody became aware is a person's statement, never concluded from a click.
 */
export type RecordEntry = Awareness | Reported;

export interface Awareness {
  readonly kind: 'awareness';
  readonly incident: string;
  /** The declared time, ms since 1970. */
  readonly atMs: number;
  /** Who declares it. */
  readonly by: string;
  /** Of a correction: why the declaration before it was wrong. */
  readonly reason: string | null;
  readonly enteredMs: number;
}

export interface Reported {
  readonly kind: 'reported';
  readonly incident: string;
  readonly stage: Stage;
  /** What the report said, item by item: what a later one is compared with. */
  readonly said: Readonly<Record<string, readonly string[]>>;
  readonly enteredMs: number;
}

export interface CaseRecord {
  readonly entries: readonly RecordEntry[];
}
export const NO_RECORD: CaseRecord = { entries: [] };

const START = '0'.repeat(64);

interface Line {
  readonly number: number;
  readonly entry: RecordEntry;
  readonly previous: string;
  readonly hash: string;
}

const hashOf = (number: number, entry: RecordEntry, previous: string): string =>
  createHash('sha256')
    .update(JSON.stringify([number, entry, previous]))
    .digest('hex');

/** The text of a record; throws where a line is not as it was written, or one is missing. */
export function readRecord(text: string, file: string): CaseRecord {
  let previous = START;
  const entries = linesOf(text).map((line, i) => {
    const fail = (why: string, cause?: unknown): never => {
      throw new ReportError('invalid', `${file}:${i + 1}: ${why}`, cause);
    };
    let read: Line;
    try {
      read = JSON.parse(line) as Line;
    } catch (error) {
      return fail((error as Error).message, error);
    }
    const { number, entry, hash } = read;
    if (number !== i + 1 || read.previous !== previous || hash !== hashOf(number, entry, previous))
      fail('this line, or one before it, is not as it was written');
    previous = hash;
    return entry;
  });
  return { entries };
}

/** The text with one more line. A second declaration for an incident needs its reason. */
export function appended(text: string, file: string, entry: RecordEntry): string {
  const { entries } = readRecord(text, file);
  if (entry.kind === 'awareness') {
    const before = declarations({ entries }, entry.incident);
    if (entry.by.trim() === '') throw new ReportError('refused', 'a declaration needs the name of who makes it');
    if (before.length > 0 && (entry.reason ?? '').trim() === '')
      throw new ReportError('refused', 'awareness is declared already: a correction needs its reason');
  }
  const last = linesOf(text).at(-1);
  const previous = last === undefined ? START : (JSON.parse(last) as Line).hash;
  const number = entries.length + 1;
  const line: Line = { number, entry, previous, hash: hashOf(number, entry, previous) };
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${JSON.stringify(line)}\n`;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** The declarations of an incident, the first first; the last one holds. An id that was merged into it counts too. */
export const declarations = ({ entries }: CaseRecord, ...ids: readonly string[]): Awareness[] =>
  entries.filter((entry): entry is Awareness => entry.kind === 'awareness' && ids.includes(entry.incident));

export const reportsOf = ({ entries }: CaseRecord, ...ids: readonly string[]): Reported[] =>
  entries.filter((entry): entry is Reported => entry.kind === 'reported' && ids.includes(entry.incident));
