import { findingOf, incidentOf, type LiveBus, type Log } from '../../server/index.ts';
import type { News, Store } from '../../store/index.ts';
import type { EngineStatus } from '../live/engine-protocol.ts';

export interface Heard {
  /** Findings and incidents that any server stored or changed go to whoever watches this one. */
  readonly bus: Pick<LiveBus, 'publish' | 'listeners'>;
  readonly finding: (finding: { readonly host: string; readonly timeMs: number }) => void;
  /** Whether a finding is waited for although nobody watches. */
  readonly waits: () => boolean;
  readonly policy: () => Promise<void>;
  readonly incidents: (ids: readonly string[]) => void;
  readonly responded: (incident: string) => void;
  readonly agents: (news: Extract<News, { kind: 'agent' | 'gap' }>) => Promise<void>;
  /** How the one that detects stands. */
  readonly status: (status: EngineStatus) => void;
}

/** What the other servers tell, until it is closed. */
export function hearing(store: Store, heard: Heard, log: Log): () => Promise<void> {
  const ending = new AbortController();
  const listening = (async () => {
    for await (const news of store.news.hear({ signal: ending.signal })) {
      try {
        await take(news);
      } catch (error) {
        if (!ending.signal.aborted) log({ level: 'warn', message: 'what another server told cannot be read', error });
        heard.bus.publish({ kind: 'gap' });
      }
    }
  })();
  listening.catch((error: unknown) => {
    if (!ending.signal.aborted) log({ level: 'error', message: 'other servers are heard no more', error });
  });
  async function take(news: News): Promise<void> {
    switch (news.kind) {
      case 'stored':
        heard.incidents(news.incidents);
        if (heard.bus.listeners === 0 && !heard.waits()) return;
        for (const id of news.findings) {
          const row = await store.findings.get(id);
          if (row === undefined) continue;
          heard.bus.publish({ kind: 'finding', finding: findingOf(row) });
          heard.finding(row);
        }
        for (const id of news.incidents) {
          const row = await store.incidents.row(id);
          if (row !== undefined) heard.bus.publish({ kind: 'incident', incident: incidentOf(row) });
        }
        return;
      case 'policy':
        return heard.policy();
      case 'responded':
        return heard.responded(news.incident);
      case 'agent':
        return heard.agents(news);
      case 'status':
        return heard.status(news.status as EngineStatus);
      case 'gap':
        await heard.policy();
        await heard.agents(news);
        heard.bus.publish({ kind: 'gap' });
        return;
      default:
        news satisfies never;
    }
  }
  return async () => {
    ending.abort();
    await listening.catch(() => {});
  };
}

const EVERY_MS = 2000;
/** A message may be 8000 bytes long. */
const MOST_BYTES = 7500;

/** Tells the others how the engine stands, while anything changes. */
export function tellingStatus({ news }: Pick<Store, 'news'>, status: () => EngineStatus | undefined): () => void {
  let before = '';
  const timer = setInterval(() => {
    const now = status();
    if (now === undefined) return;
    // Their texts may be long, and stand in this server's own log.
    const rules = { ...now.rules, problems: [] };
    const whole = { ...now, rules, exceptions: { ...now.exceptions, problems: [] } };
    let text = JSON.stringify(whole);
    if (text === before) return;
    before = text;
    if (text.length > MOST_BYTES) text = JSON.stringify({ ...whole, hours: whole.hours.slice(-24) });
    if (text.length <= MOST_BYTES) news.tell({ kind: 'status', status: JSON.parse(text) }).catch(() => {});
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
