import type { Store, HuntHit as StoredHit, StoredHunt } from '../store/index.ts';
import type { Hunt, HuntHit } from './api.ts';
import { number, pageOf } from './pages.ts';
import type { Hunts } from './ports.ts';

/** Whoever carries hunts out; they and their hits stand in the store. */
export interface HuntRunner {
  hunt(wanted: HuntWanted & { readonly rule: string }): Promise<StoredHunt>;
  rescan(wanted: HuntWanted & { readonly ruleIds?: readonly string[] }): Promise<StoredHunt>;
  /** As it is now. */
  current(hunt: StoredHunt): StoredHunt;
  cancel(id: string): boolean;
}
interface HuntWanted {
  readonly name: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly by: string;
}

export const huntPorts = (store: Pick<Store, 'hunts' | 'huntHits'>, runner: HuntRunner): Hunts => ({
  start: async ({ name, rule, fromMs, toMs }, actor) =>
    huntOf(await runner.hunt({ name, rule, fromMs, toMs, by: actor.id })),
  rescan: async ({ name, rules, fromMs, toMs }, actor) =>
    huntOf(await runner.rescan({ name, fromMs, toMs, by: actor.id, ...(rules !== undefined && { ruleIds: rules }) })),
  async list({ limit, cursor }) {
    const offset = number(cursor) ?? 0;
    const hunts = (await store.hunts.list()).toReversed().slice(offset, offset + limit + 1);
    return pageOf(
      hunts.map((hunt) => huntOf(runner.current(hunt))),
      limit,
      () => String(offset + limit),
    );
  },
  async get(id) {
    const hunt = await store.hunts.get(id);
    return hunt === undefined ? undefined : huntOf(runner.current(hunt));
  },
  cancel: async (id) => runner.cancel(id),
  async hits(id, { freshOnly, limit, cursor }) {
    if ((await store.hunts.get(id)) === undefined) return undefined;
    const after = number(cursor);
    const hits = await store.huntHits.list({
      huntId: id,
      limit: limit + 1,
      ...(freshOnly && { fresh: true }),
      ...(after !== undefined && { after }),
    });
    return pageOf(hits.map(hitOf), limit, (last) => String(last.number));
  },
});

export const huntOf = ({ id, name, kind, rule, status, fromMs, toMs, ...rest }: StoredHunt): Hunt => ({
  ...{ id, name, kind, rule, status, fromMs, toMs },
  ...{ scanned: rest.scanned, total: rest.total, hits: rest.hits, fresh: rest.fresh, kept: rest.kept },
  ...{ startedBy: rest.createdBy, startedMs: rest.createdMs, endedMs: rest.endedMs, error: rest.error },
});

const hitOf = ({ number: place, timeMs, host, ruleId, title, level, fresh, eventIds, body }: StoredHit): HuntHit => ({
  ...{ number: place, timeMs, host, ruleId, title, fresh },
  level: level as HuntHit['level'],
  events: eventIds.map(String),
  statement: body,
});
