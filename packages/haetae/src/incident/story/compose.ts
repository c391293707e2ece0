import type { Deed } from './deed.ts';

/** Deeds that make one sentence: one subject; what a process it started did next may follow in the same breath. */
export interface Draft {
  readonly host: string;
  readonly subject: { readonly process: string | null; readonly actor: string };
  /** Runs of one sentence, told as one list. */
  readonly runs: readonly Deed[];
  /** Acts of the subject, or, where `runs` has one, of the process that was run. */
  readonly acts: readonly Deed[];
}

const MINUTE = 60_000;
const MOST_RUNS = 6;
const MOST_ACTS = 3;
/** Commands that follow each other sooner are one list. */
const LIST_WITHIN = 2 * MINUTE;
/** What a process does later is a sentence of its own. */
const ACT_WITHIN = 10 * MINUTE;

/** Deeds by time as sentences. `telling`: deeds whose note must not be lost in a list, such as decoded commands. */
export function draft(deeds: readonly Deed[], telling: (deed: Deed) => boolean): Draft[] {
  const drafts: { -readonly [K in keyof Draft]: Draft[K] }[] = [];
  let lastMs: number | null = null;
  for (const deed of deeds) {
    const open = drafts.at(-1);
    const apart = lastMs === null || deed.timeMs === null ? 0 : deed.timeMs - lastMs;
    const subject = { process: deed.process, actor: deed.process === null ? deed.actor : '' };
    const same =
      open !== undefined &&
      open.host === deed.host &&
      open.subject.process === subject.process &&
      open.subject.actor.toLowerCase() === subject.actor.toLowerCase() &&
      (subject.process !== null || subject.actor !== '');
    const [run] = open?.runs ?? [];
    if (deed.kind === 'run') {
      const listed =
        same &&
        open.acts.length === 0 &&
        run !== undefined &&
        open.runs.length < MOST_RUNS &&
        apart <= LIST_WITHIN &&
        ![...open.runs, deed].some(telling);
      if (listed) open.runs = [...open.runs, deed];
      else drafts.push({ host: deed.host, subject, runs: [deed], acts: [] });
    } else {
      const byChild =
        open !== undefined && open.runs.length === 1 && run?.child !== null && run?.child === deed.process;
      const follows = byChild || (same && open.runs.length === 0 && fitsOne(open.acts, deed));
      if (follows && open.acts.length < MOST_ACTS && apart <= ACT_WITHIN) open.acts = [...open.acts, deed];
      else drafts.push({ host: deed.host, subject, runs: [], acts: [deed] });
    }
    lastMs = deed.timeMs ?? lastMs;
  }
  return drafts;
}

/** Deeds whose words need nobody who did them cannot follow others. */
const fitsOne = (acts: readonly Deed[], deed: Deed): boolean => ![...acts, deed].some(speaksForItself);

/** Told without a subject: what a product or a rule says, save where a process is known to have left it. */
export const speaksForItself = ({ kind, process, actor }: Deed): boolean =>
  (kind === 'found' && process === null) ||
  (kind === 'script' && process === null && actor === '') ||
  ['protection-off', 'threat', 'sysmon', 'unusual'].includes(kind);
