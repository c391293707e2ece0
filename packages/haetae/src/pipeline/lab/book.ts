import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Attempt,
  type Call,
  type Grades,
  gradeCalls,
  type KeptScore,
  type ScoreCard,
} from '../../scenario/index.ts';
import { StoreError } from '../../store/index.ts';
import { makeFolder } from '../live/folder.ts';

/** Score cards of a data folder, one a file. */
export interface LabBook {
  /** The newest first. */
  list(): readonly KeptScore[];
  get(id: string): KeptScore | undefined;
  add(card: ScoreCard, exercise: boolean): void;
  remove(id: string): boolean;
  /** Throws `missing`, and `taken` where this person made his calls before. */
  grade(id: string, calls: readonly Call[], by: Omit<Attempt, 'grades'>): Grades;
}

const MOST_CARDS = 2000;
const isId = (id: string): boolean => /^[\w-]{1,64}$/.test(id);

/** Files are read when they are asked for: whoever scores on the command line writes them too. */
export function openLabBook(directory: string): LabBook {
  const folder = join(directory, 'lab', 'scores');
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  const known = new Map<string, KeptScore>();

  function get(id: string): KeptScore | undefined {
    if (!isId(id) || !existsSync(fileOf(id))) return undefined;
    const had = known.get(id);
    if (had !== undefined) return had;
    const kept = JSON.parse(readFileSync(fileOf(id), 'utf8')) as KeptScore;
    known.set(id, kept);
    return kept;
  }
  function write(kept: KeptScore): void {
    const { id } = kept.card;
    if (!isId(id)) throw new StoreError('invalid', 'the id of a score card is letters, digits, _ and -');
    makeFolder(folder);
    writeFileSync(`${fileOf(id)}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${fileOf(id)}.new`, fileOf(id));
    known.set(id, kept);
  }
  const ids = (): string[] =>
    existsSync(folder)
      ? readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))
      : [];
  return {
    get,
    list: () =>
      ids()
        .flatMap((id) => get(id) ?? [])
        .sort((a, b) => b.card.madeMs - a.card.madeMs || (a.card.id < b.card.id ? -1 : 1)),
    add(card, exercise) {
      if (ids().length >= MOST_CARDS)
        throw new StoreError('invalid', `there are ${MOST_CARDS} score cards: remove some`);
      write({ card, exercise, attempts: [] });
    },
    remove(id) {
      const had = get(id) !== undefined;
      if (had) rmSync(fileOf(id), { force: true });
      known.delete(id);
      return had;
    },
    grade(id, calls, by) {
      const kept = get(id);
      if (kept === undefined) throw new StoreError('missing', 'there is no such score card');
      if (kept.attempts.some(({ actor }) => actor === by.actor))
        throw new StoreError('taken', 'you have made your calls already');
      const grades = gradeCalls(calls, kept.card.steps);
      write({ ...kept, attempts: [...kept.attempts, { ...by, grades }] });
      return grades;
    },
  };
}
