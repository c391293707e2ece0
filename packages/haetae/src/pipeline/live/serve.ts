import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { readIdentity } from '@haetae/agent/protocol';
import type { RuleText } from '../../detect/index.ts';
import { openHuntDesk } from '../../hunt/index.ts';
import { rulesAt } from '../../rules/index.ts';
import { huntOf, liveBus, type RunningServer, serverIdentity, startServer, storePorts } from '../../server/index.ts';
import { isShared, type Log, StoreError, type Term } from '../../store/index.ts';
import { fleetAgents } from '../fleet/agents.ts';
import type { Role } from '../fleet/fleet.ts';
import { hearing, tellingStatus } from '../fleet/hearing.ts';
import { watchShares } from '../fleet/sift/gauges.ts';
import { type Sharing, startSharing } from '../fleet/sift/sharing.ts';
import { inTurn, turnOf } from '../fleet/turn.ts';
import { canaryDesk } from '../lab/canary.ts';
import { labPort } from '../lab/lab.ts';
import { reportSource } from '../stored/reported.ts';
import { openAhead } from './ahead.ts';
import { aloneOf, seenFrom } from './alone.ts';
import { backlog, NO_BACKLOG } from './backlog.ts';
import { openControl } from './control.ts';
import { type Closers, endAll, isAway } from './ending.ts';
import { CLOCK } from './engine.ts';
import type { EngineStatus } from './engine-protocol.ts';
import { engineThread, type RunningEngine } from './engine-thread.ts';
import { watchMemory, watchTurn } from './gauges.ts';
import { startInputs, takeIn } from './inputs.ts';
import { logIn, openKept } from './kept.ts';
import { measures } from './measures.ts';
import { notifyPorts, watchNotify } from './notifying.ts';
import { policyOf } from './policy.ts';
import { livePorts } from './ports.ts';
import { publishing } from './publishing.ts';
import { reloading } from './reloading.ts';
import { reportDesk } from './report-thread.ts';
import { openResponses, PLANS_ONLY } from './responses/open.ts';
import { RuleBook } from './rule-book.ts';
import { ruleDesk } from './rule-desk.ts';
import type { RulesLoaded } from './rules-load.ts';
import { loadRulesAside } from './rules-thread.ts';
import type { Detecting, ServeOptions, Serving } from './serving.ts';
import { openSettings } from './settings.ts';
import { checkSink, watchSink } from './sinking.ts';
import { heardStore } from './telling.ts';
import { upkeepPorts } from './upkeep.ts';

/**
 * By how much of what is in use a heap grows before V8 looks for garbage in all of it. Left alone it takes a heap that is mostly
 * bodies coming and going for one at rest, allows it a third, and spends a sixth of all CPU looking through the rest.
 */
const GROWING_PERCENT = 60;

/** Opens what is kept, listens, and starts to detect what comes. Throws a StoreError, or the system's error of the socket. */
export async function startServing(options: ServeOptions): Promise<Serving> {
  const { directory, now, log: told, bundle } = options;
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  const closers: Closers = [];
  let away = async (): Promise<boolean> => false;
  const close = (): Promise<'whole' | 'left'> => endAll(closers, () => away());
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close().catch((failure: unknown) => told({ level: 'error', message: 'ending failed', error: failure }));
    throw error;
  }

  async function start(_: ServeOptions, ends: Closers, stop: Serving['close']): Promise<Serving> {
    const { fleet } = options;
    const does = (role: Role): boolean => fleet === undefined || fleet.roles.has(role);
    if (options.sink !== undefined && does('detect')) checkSink();
    const local = join(directory, 'rules');
    const worker = (name: string): URL | undefined => (bundle === undefined ? undefined : new URL(name, bundle));
    const read = (before: readonly RuleText[]): Promise<RulesLoaded> =>
      loadRulesAside({ ...options.rules, local, before }, worker('rules-worker.js'));
    // Beside the store, which after a crash has a log of its own to go through.
    const first = does('detect') || does('web') ? read([]) : undefined;
    first?.catch(() => {});
    const { store, log, base, topics } = await openKept(options, ends);
    if (options.storeUrl !== undefined) away = () => isAway(() => store.intake.committed());
    const thread = does('detect') ? engineThread(fleet?.bus, worker('engine-worker.js')) : undefined;
    ends.push(() => thread?.close());
    const bus = liveBus(now());
    const progress = new Float64Array(new SharedArrayBuffer(24));
    // On a bus what is durable may wait for as long as the topic keeps it.
    const behind = fleet === undefined ? backlog(() => progress[1]!) : NO_BACKLOG;
    const ahead = openAhead();
    const rules = new RuleBook(store, now);
    let engine: RunningEngine | undefined;
    /** Where servers that detect share the work. */
    let sharing: Sharing | undefined;
    /** Of the server that detects, where that is another. */
    let elsewhere: EngineStatus | undefined;
    const engineStatus = (): EngineStatus | undefined => engine?.status ?? elsewhere;
    let loaded: RulesLoaded | undefined;
    let reload: (() => Promise<void>) | undefined;
    const settings = openSettings(directory, options);
    let failure: string | undefined;
    const alone = aloneOf(options, () => ({
      store,
      server,
      reports,
      responses: responses.desk,
      settings,
      worker,
      ends,
    }));
    const teller = alone.notifier;
    let fail = (_reason: string): void => {};
    const failed = new Promise<string>((resolve) => (fail = resolve));
    const broken = (reason: string): void => {
      failure = reason;
      fail(reason);
    };
    const policy = async () => {
      const [states, stored] = await Promise.all([store.rules.list(), store.exceptions.list()]);
      return policyOf(states, stored, exceptionFiles(options.exceptions), rules.names, now());
    };
    const renewed = async (): Promise<void> => engine?.send({ kind: 'policy', policy: await policy(), nowMs: now() });
    const changed = (): Promise<void> => (fleet === undefined ? renewed() : store.news.tell({ kind: 'policy' }));
    const desk = await openHuntDesk({
      store,
      connect: store.connect,
      now,
      loaded: async () => {
        if (loaded === undefined) throw new StoreError('invalid', 'the rules are still being read');
        return { rules: loaded.setup, policy: await policy() };
      },
      told: (hunt) => bus.publish({ kind: 'hunt', hunt: huntOf(hunt) }),
      ...(bundle !== undefined && { worker: new URL('hunt-worker.js', bundle) }),
    });
    ends.push(() => desk.close());
    let running: RunningServer | undefined;
    const identity = does('ingest') ? serverIdentity(join(directory, 'identity.pem')) : undefined;
    const agents =
      fleet === undefined
        ? undefined
        : fleetAgents({
            ...{ store, now, log: told, server: randomUUID(), hub: () => running?.parts.agents },
            key: identity === undefined ? undefined : readIdentity(identity).fingerprint,
          });
    ends.push(() => agents?.close());
    const responded = (incident: string): void => {
      if (fleet === undefined) teller()?.responded(incident);
      else store.news.tell({ kind: 'responded', incident }).catch(() => {});
    };
    const responses = await openResponses(heardStore(store, responded), options.respond ?? PLANS_ONLY, {
      now,
      log: told,
      server: () => running,
      elsewhere: agents,
    });
    ends.push(() => responses.close());
    const reportWorker = bundle === undefined ? undefined : new URL('report-worker.js', bundle);
    const reports = reportDesk(
      reportSource(storePorts(store, { now }), store, () => rules.packs),
      options.version,
      reportWorker,
    );
    const texts = (): readonly RuleText[] => loaded?.setup.rules ?? [];
    const replaced = (): readonly RuleText[] => loaded?.replaced ?? [];
    const canary = canaryDesk({ accept: (frame) => ports.intake.accept(frame) }, now);
    const ports = livePorts({
      lab: labPort(directory, canary),
      hunts: desk,
      reports,
      responses: responses.desk,
      texts,
      examples: () => loaded?.examples ?? [],
      desk: ruleDesk({ folder: local, book: rules, texts, replaced, reload: () => reload }),
      settings,
      upkeep: await upkeepPorts(store, directory, now),
      measures: measures({
        ...{ store, texts, now, baseline: options.baseline },
        ...(bundle !== undefined && { worker: new URL('measure-worker.js', bundle) }),
      }),
      baseline: options.baseline,
      store,
      log,
      bus,
      rules,
      backlog: behind,
      ahead,
      notify: notifyPorts(teller),
      touched: () => teller()?.wake(),
      now,
      changed,
      engine: engineStatus,
      shared: fleet !== undefined,
      failure: () => failure,
    });
    const server = await startServer({
      respondKey: responses.publicKey,
      ports,
      version: options.version,
      log: told,
      now,
      host: options.host,
      port: options.port,
      serves: { api: does('web'), ingest: does('ingest') },
      ...(identity !== undefined && { identity }),
      ...(agents !== undefined && { sharedAgents: agents }),
      ...(does('web') && { uploads: { directory: join(directory, 'uploads'), timeZone: options.timeZone } }),
      ...(does('web') && options.pages !== undefined && { pages: options.pages }),
      ...(options.shows !== undefined && { shows: options.shows }),
      ...(options.tls !== undefined && { tls: options.tls }),
      ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
      ...(options.oidc !== undefined && { oidc: options.oidc }),
    });
    running = server;
    ends.push(() => server.close());
    watchNotify(server.parts.metrics, teller);
    watchMemory(server.parts.metrics, { engine: () => engine?.status, behind });
    if (options.sink !== undefined && does('detect')) watchSink(server.parts.metrics, alone.sink);
    if (fleet !== undefined) {
      watchTurn(server.parts.metrics, () => engine !== undefined, progress);
      watchShares(server.parts.metrics, () => sharing);
    }
    const control = { url: seenFrom(server.url, 'here'), certificate: options.tls?.cert ?? null, nowMs: now() };
    const name = fleet === undefined ? {} : { name: `command-line ${hostname()} ${server.port}` };
    ends.push(await openControl(store, directory, { ...control, ...name }));
    const inputs = await startInputs(options, server.parts, store, ends);
    const taken = takeIn(options, server.parts, ends);
    if (fleet === undefined) await alone.start();

    const detection = async (loaded: RulesLoaded) => ({
      rules: loaded.setup,
      latenessMs: options.latenessMs,
      baseline: options.baseline,
      policy: await policy(),
      nowMs: now(),
    });
    const use = (some: RulesLoaded): RulesLoaded => {
      loaded = some;
      rules.load(some);
      return some;
    };
    const load = async (): Promise<RulesLoaded> => use(await read(texts()));
    const watchFiles = (): void => {
      const watching = reloading({
        ...{ rules: [...options.rules.paths, local], exceptions: options.exceptions, book: rules, now, told },
        load,
        desk: { rescan: async (scan) => (engine === undefined ? undefined : desk.rescan(scan)) },
        async use(again) {
          sharing?.setRules({ rules: again.setup, baseline: options.baseline });
          engine?.send({ kind: 'rules', detection: await detection(again) });
        },
        changed: renewed,
      });
      reload = watching.now;
      ends.push(watching.close);
    };
    const detect = async (begun: RulesLoaded, term?: Term): Promise<Detecting> => {
      let clock: NodeJS.Timeout | undefined;
      engine = await thread!.start(
        {
          store: store.connect(),
          frames:
            fleet === undefined || term === undefined
              ? { kind: 'log', port: log.follow(), directory: logIn(directory) }
              : { kind: 'bus', place: fleet.bus, base, term },
          detection: await detection(begun),
          timeZone: options.timeZone,
          keep: options.keep,
          progress,
        },
        {
          told(messages) {
            for (const message of messages) {
              // Of several servers each hears it from the store.
              if (fleet === undefined) bus.publish(message);
              if (message.kind === 'finding' && fleet === undefined) canary.heard(message.finding);
              if (message.kind !== 'incident') continue;
              ahead.stored(message.incident.id);
              responses.desk.consider(message.incident.id);
            }
            if (messages.some(({ kind }) => kind === 'incident')) teller()?.wake();
          },
          ahead(messages) {
            if (fleet !== undefined) return;
            for (const message of messages) {
              if (message.kind === 'incident') ahead.told(message.incident.id);
              bus.publish(message);
            }
          },
          release: (seq) => void log.release(seq),
          clock(atMs) {
            clearTimeout(clock);
            clock = setTimeout(() => void tick(log, now()), Math.max(1, atMs - now() + TIMER_MS));
          },
          notice: ({ level, message, about }) => told({ ...about, level, message }),
          failed(reason) {
            told({ level: 'error', message: 'detection ended', reason });
            broken(reason);
          },
        },
      );
      const detector = engine;
      ends.push(() => {
        clearTimeout(clock);
        return detector.close();
      });
      if (sharing === undefined) watchFiles();
      void responses.desk.catchUp();
      if (fleet !== undefined) {
        ends.push(tellingStatus(store, () => engine?.status));
        await alone.start();
      }
      return { status: detector.status, rules: begun, restored: detector.restored };
    };
    const detectInTurn = async (): Promise<Detecting | 'elsewhere' | 'shared'> => {
      if (first === undefined) return 'elsewhere';
      const begun = use(await first);
      if (fleet === undefined || !does('detect')) return 'elsewhere';
      if (topics !== undefined && isShared(fleet.bus)) {
        sharing = startSharing({
          ...{ place: fleet.bus, log: topics.received, shared: `${topics.received} ${topics.joined}` },
          ...{ setup: { rules: begun.setup, baseline: options.baseline } },
          ...{ timeZone: options.timeZone, store, told, failed: broken, worker: worker('sift-worker.js') },
          leads: () => engine !== undefined,
        });
        ends.push(sharing.close);
        watchFiles();
      }
      const turn = turnOf('detect', store, told, () => broken('another server has taken over detection'));
      // Who shares the work has its rules up to date; others read them when it is their turn.
      const current = async (): Promise<RulesLoaded> => (sharing === undefined ? load() : (loaded ?? begun));
      return inTurn(turn, async (term, waited) => detect(waited ? await current() : begun, term), {
        ends,
        log: told,
        failed: broken,
        shares: sharing !== undefined,
      });
    };
    if (fleet !== undefined)
      ends.push(
        hearing(
          store,
          {
            bus,
            finding: canary.heard,
            waits: () => canary.list().some(({ state }) => state === 'waiting'),
            policy: renewed,
            incidents: () => teller()?.wake(),
            responded: (incident) => teller()?.responded(incident),
            agents: (news) => agents!.hear(news),
            status: (status) => {
              elsewhere = status;
            },
          },
          told,
        ),
      );
    ends.push(publishing(bus, ports));
    const detecting =
      fleet === undefined && first !== undefined ? first.then((begun) => detect(use(begun))) : detectInTurn();
    detecting.catch((error: Error) => broken(error.message));
    const shown = (url: string): string => seenFrom(url, 'elsewhere');
    return {
      url: shown(server.url),
      setupUrl: server.setupUrl === undefined ? undefined : shown(server.setupUrl),
      inputs,
      channels: teller()?.status(options.language) ?? [],
      taken,
      detecting,
      failed,
      close: stop,
    };
  }
}

const exceptionFiles = (paths: readonly string[]): RuleText[] => paths.flatMap((path) => rulesAt(path)?.files ?? []);

/** By which a timer may be early: what was asked for a time would find that it is not there yet. */
const TIMER_MS = 2;

/** A frame that says what time it is: what waits for events that may yet come is told when none did. */
async function tick(log: Log, nowMs: number): Promise<void> {
  const head = { format: CLOCK, origin: 'lab', token: '', hosts: [], address: '', position: '', items: 0 };
  await log.append(head, new Uint8Array(0), nowMs).catch(() => {});
}
