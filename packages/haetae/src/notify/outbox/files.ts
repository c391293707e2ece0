import type { Attachment } from '../channels/channel.ts';
import type { Row } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { OutboxParts } from './outbox.ts';
import type { Step } from './step.ts';

/** One that changes all the time would never have any: of one version before they are good for so long. */
const GOOD_MS = 60_000;
/** After so long a message goes without its files. */
const MAKING_MS = 300_000;

/** Pictures and reports for messages: made while the channel tells other things, one at a time for each. */
export class Files {
  readonly #parts: Pick<OutboxParts, 'attach' | 'log' | 'clock'>;
  readonly #making = new Map<Lane, { readonly row: Row; readonly giveUp: (why: Error) => void }>();
  #closed = false;

  constructor(parts: Pick<OutboxParts, 'attach' | 'log' | 'clock'>) {
    this.#parts = parts;
  }

  /** What a channel can do at once: files that are not made yet, and others while some are made, wait. */
  able<T extends { readonly row: Row; readonly step: Step }>(lane: Lane, ready: readonly T[]): readonly T[] {
    return this.#making.has(lane) ? ready.filter(({ row, step }) => step.kind !== 'files' || this.#isMade(row)) : ready;
  }

  /** Makes them, unless they are made; none where they cannot be, or not in time: a message is worth more than its files. */
  make(lane: Lane, row: Row, step: Step): Promise<void> | undefined {
    if (step.kind !== 'files' || this.#isMade(row)) return undefined;
    const { attach, log, clock } = this.#parts;
    const { incident } = row;
    const version = incident?.version ?? 0;
    const late = new Promise<never>((_, reject) => {
      const cancel = clock.at(clock.now() + MAKING_MS, () => reject(new Error('it took too long')));
      this.#making.set(lane, {
        row,
        giveUp: (why) => {
          cancel();
          reject(why);
        },
      });
    });
    const made = this.#closed ? [] : (attach?.(row.delivery.incidentId!, lane.config.language) ?? []);
    return Promise.race([made, late])
      .catch((error: unknown): readonly Attachment[] => {
        const why = error instanceof Error ? error.message : String(error);
        if (!this.#closed)
          log({
            ...{ level: 'warn', message: 'the files of an incident were not made' },
            ...{ incident: row.delivery.incidentId, why },
          });
        return [];
      })
      .then((attachments) => {
        row.files = { version, madeMs: clock.now(), attachments };
        this.#making.get(lane)!.giveUp(new Error('done'));
        this.#making.delete(lane);
      });
  }

  /** Nobody waits for them any more. */
  close(): void {
    this.#closed = true;
    for (const { giveUp } of this.#making.values()) giveUp(new Error('closed'));
  }

  #isMade({ files, incident }: Row): boolean {
    if (files === undefined) return false;
    return files.version === incident?.version || this.#parts.clock.now() < files.madeMs + GOOD_MS;
  }
}
