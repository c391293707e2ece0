import type { News, Newsroom } from '../../shared.ts';
import { type Database, driver, type PostgresPlace } from './database.ts';
import { channelOf } from './sql.ts';

/** Between two attempts to hear again. */
const AGAIN_MS = 1000;
/** What is told while whoever hears is busy; beyond it, it is a gap. */
const MOST_WAITING = 1000;

/** By LISTEN and NOTIFY. Who hears has a connection of its own; what is told while it is broken is a gap. */
export const newsIn = (db: Database, place: PostgresPlace): Newsroom => ({
  tell: (news) => db.tell((sql) => sql.tell!(JSON.stringify(news))),
  async *hear({ signal }) {
    const { connect } = await driver();
    const told: News[] = [];
    let wake = (): void => {};
    let broken = false;
    const say = (news?: News): void => {
      if (told.length >= MOST_WAITING) told.splice(0, told.length, { kind: 'gap' });
      else if (news !== undefined) told.push(news);
      wake();
    };
    signal.addEventListener('abort', () => say(), { once: true });
    for (let first = true; !signal.aborted; first = false) {
      broken = false;
      const connection = connect(place.url, {
        ...{ max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 10, idle_timeout: 0, max_lifetime: null },
        connection: { application_name: 'haetae news' },
        onclose: () => {
          broken = true;
          say();
        },
        onnotify: (_: string, text: string) => say(JSON.parse(text) as News),
      } as Parameters<typeof connect>[1]);
      try {
        await connection.unsafe(`LISTEN ${channelOf(place.schema)}`);
        if (!first) told.push({ kind: 'gap' });
        while (!signal.aborted) {
          const more = new Promise<void>((resolve) => (wake = resolve));
          yield* told.splice(0);
          if (broken) break;
          if (told.length === 0 && !signal.aborted) await more;
        }
      } catch {
        // Heard again when it can be reached again.
      } finally {
        await connection.end({ timeout: 1 }).catch(() => {});
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  },
});
