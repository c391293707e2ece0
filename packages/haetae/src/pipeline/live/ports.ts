import type { UnixMs } from '@haetae/event';
import { FAMILIES, type RuleText, readBaseline } from '../../detect/index.ts';
import type { HuntDesk } from '../../hunt/index.ts';
import {
  type api,
  huntPorts,
  type LiveBus,
  logIntake,
  type Ports,
  type Settings,
  storePorts,
} from '../../server/index.ts';
import { type Log, type Store, StoreError, type StoreStatus } from '../../store/index.ts';
import type { Ahead } from './ahead.ts';
import { type Backlog, holdBack } from './backlog.ts';
import { benignProposal } from './benign.ts';
import type { EngineStatus } from './engine-protocol.ts';
import type { Measures } from './measures.ts';
import { type ReportDesk, reportPorts } from './report-thread.ts';
import type { RuleBook } from './rule-book.ts';
import type { RuleDesk } from './rule-desk.ts';

/** What the ports are made of. */
export interface PortParts {
  readonly store: Store;
  readonly log: Log;
  readonly bus: LiveBus;
  readonly rules: RuleBook;
  readonly desk: RuleDesk;
  readonly settings: Settings;
  readonly upkeep: Ports['upkeep'];
  readonly measures: Measures;
  /** What scores are held against. */
  readonly baseline: Uint8Array | undefined;
  readonly hunts: HuntDesk;
  readonly reports: ReportDesk;
  readonly responses: Ports['responses'];
  readonly lab: Ports['lab'];
  /** Of the rules in force. */
  readonly texts: () => readonly RuleText[];
  /** Their tests: events that must be seen. */
  readonly examples: () => readonly RuleText[];
  readonly engine: () => EngineStatus | undefined;
  /** One of several servers: another may detect in its place. */
  readonly shared: boolean;
  /** Why the engine runs no more; undefined while it runs. */
  readonly failure: () => string | undefined;
  readonly backlog: Backlog;
  readonly ahead: Ahead;
  readonly notify: Ports['notify'];
  /** Somebody made something of an incident. */
  readonly touched: () => void;
  readonly now: () => number;
  /** Exceptions or settings of rules were changed: the engine is to know. */
  readonly changed: () => Promise<void>;
}

/** Bytes that are durable and wait to be detected before senders are asked to wait. */
const MOST_BEHIND = 512 * 1024 * 1024;
const FRESH_MS = 2000;

/** All that the server asks for, over the store, the log and the engine. */
export function livePorts(parts: PortParts): Ports {
  const { store, log, bus, rules, backlog: behind, now, changed } = parts;
  const intake = logIntake(log, { isBehind: () => behind.bytes > MOST_BEHIND });
  const ports = storePorts(store, {
    now,
    byRule: parts.hunts.search,
    benign: (id) => benignProposal(store, id, parts.texts(), parts.examples()),
  });
  const status = remembered(() => store.upkeep.status(), FRESH_MS);
  const openIncidents = remembered(
    async () => (await store.incidents.list({ status: ['new', 'open', 'waiting'], order: 'risk', limit: 1 })).total,
    FRESH_MS,
  );
  const pace = paceOf(steady);
  const baseline = shownBaseline(parts.baseline);
  return {
    ...ports,
    intake: {
      async accept(frame) {
        const outcome = await intake.accept(frame);
        if (outcome.kind !== 'durable') return outcome;
        behind.add(outcome.seq, frame.items, frame.bytes.length);
        await holdBack(behind);
        return outcome;
      },
    },
    rules: {
      list: (query) => rules.page(query),
      techniques: () => rules.techniques(),
      async setEnabled(id, enabled, actor) {
        const rule = await rules.setEnabled(id, enabled, actor);
        await changed();
        return rule;
      },
      source: (id) => parts.desk.source(id),
      check: (draft) => parts.desk.check(draft),
      save: (rule) => (parts.shared ? refused(RULES_SHARED) : parts.desk.save(rule)),
      remove: (id) => (parts.shared ? refused(RULES_SHARED) : parts.desk.remove(id)),
      costs: () => parts.measures.costs(),
      packs: async () => rules.packs,
    },
    exceptions: {
      list: () => ports.exceptions.list(),
      async create(exception, actor) {
        const problem = rules.exceptionProblem(exception, actor);
        if (problem !== undefined) throw new StoreError('invalid', problem);
        const made = await ports.exceptions.create(exception, actor);
        await changed();
        return made;
      },
      async remove(id, actor) {
        const gone = await ports.exceptions.remove(id, actor);
        if (gone) await changed();
        return gone;
      },
    },
    findings: {
      ...ports.findings,
      async list(query) {
        await parts.ahead.all();
        return ports.findings.list(query);
      },
    },
    incidents: {
      ...ports.incidents,
      async list(query) {
        await parts.ahead.all();
        return ports.incidents.list(query);
      },
      async open(sinceMs) {
        await parts.ahead.all();
        return ports.incidents.open(sinceMs);
      },
      async get(id) {
        const found = await ports.incidents.get(id);
        return found === undefined && (await parts.ahead.one(id)) ? ports.incidents.get(id) : found;
      },
      async json(id) {
        const found = await ports.incidents.json(id);
        return found === undefined && (await parts.ahead.one(id)) ? ports.incidents.json(id) : found;
      },
      async update(id, change, actor) {
        const made = await ports.incidents.update(id, change, actor);
        parts.touched();
        return made;
      },
    },
    notify: parts.notify,
    hunts: huntPorts(store, parts.hunts),
    reports: reportPorts(parts.reports, store, ports.incidents, now),
    responses: parts.responses,
    lab: parts.lab,
    settings: parts.settings,
    upkeep: parts.upkeep,
    scores: { baseline: () => baseline, drift: () => parts.measures.drift() },
    live: bus,
    async stats() {
      const engine = parts.engine();
      const [kept, open] = await Promise.all([status(), openIncidents()]);
      return {
        events: kept.events,
        eventsPerSecond: pace(engine?.counts.events ?? 0),
        findings: kept.findings,
        openIncidents: open,
        hosts: engine?.hosts ?? 0,
        backlog: behind.items,
        storedBytes: kept.bytes,
        possiblyRepeated: engine?.counts.repeated ?? 0,
        hourly: (engine?.hours ?? []).map((hour) => ({ ...hour, timeMs: hour.timeMs as UnixMs })),
      };
    },
    ready: () => readiness(parts, status),
  };
}

async function readiness(parts: PortParts, status: () => Promise<StoreStatus>): Promise<api.Ready> {
  const { log, backlog: behind, rules } = parts;
  const engine = parts.engine();
  const failure = parts.failure();
  const check = async (name: string, detail: () => Promise<string>): Promise<api.Ready['checks'][number]> => {
    try {
      return { name, ok: true, detail: await detail() };
    } catch (error) {
      return { name, ok: false, detail: (error as Error).message };
    }
  };
  const checks = [
    await check('log', async () => {
      const { durable, refused } = await log.status();
      return `durable to frame ${durable}${refused > 0 ? `; ${refused} frames were refused for want of space` : ''}`;
    }),
    await check('store', async () => `${(await status()).events} events`),
    {
      name: 'engine',
      ok: (engine !== undefined || parts.shared) && failure === undefined,
      detail: failure ?? (engine === undefined ? 'not started' : `${behind.items} events wait`),
    },
    { name: 'rules', ok: engine === undefined || engine.rules.inForce > 0, detail: rules.describe() },
    { name: 'anomaly', ok: true, detail: engine?.anomaly === true ? 'on' : ANOMALY_OFF },
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}

const RULES_SHARED =
  'rules of several servers are files: put it below --rules of each server that detects or shows, where it comes into force by itself';

const refused = (why: string): Promise<never> => Promise.reject(new StoreError('invalid', why));

export const ANOMALY_OFF =
  'off: learn what is ordinary with `haetae baseline learn LOGS -o FILE`, then start with --baseline FILE';

/** Of a clock that nobody sets: after one that was set back, answers would stay old as long. */
const steady = (): number => performance.now();

/** The same answer for a while: a page that is open everywhere asks a few times a second. */
function remembered<T>(ask: () => Promise<T>, forMs: number): () => Promise<T> {
  let known: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (known === undefined || steady() >= until) {
      until = steady() + forMs;
      known = ask();
      known.catch(() => {
        known = undefined;
      });
    }
    return known;
  };
}

/** Per second, over the last seconds. */
export function paceOf(now: () => number): (count: number) => number {
  const seen: { atMs: number; count: number }[] = [];
  return (count) => {
    const atMs = now();
    seen.push({ atMs, count });
    while (seen.length > 2 && seen[1]!.atMs < atMs - PACE_MS) seen.shift();
    const [first] = seen;
    const seconds = (atMs - first!.atMs) / 1000;
    return seconds < 0.5 ? 0 : Math.max(0, Math.round((count - first!.count) / seconds));
  };
}
const PACE_MS = 10_000;

function shownBaseline(bytes: Uint8Array | undefined): api.ScoreBaseline {
  if (bytes === undefined) return null;
  const { version, head } = readBaseline(bytes);
  const nameOf = (id: string) => FAMILIES.find((family) => family.id === id)?.name ?? { en: id, ko: id };
  return {
    ...{ version, fromMs: head.from, toMs: head.to, hosts: head.hosts },
    families: head.families.map(({ id, events }) => ({ id, name: { ...nameOf(id) }, events })),
  };
}
