import { randomUUID } from 'node:crypto';
import {
  type ActionName,
  type Command,
  type CommandOutcome,
  type Identity,
  type SignedCommand,
  signCommand,
} from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Incident } from '../../../incident/index.ts';
import { type Language, wordsOf } from '../../../locale/index.ts';
import {
  actionTexts,
  type Bounds,
  type Deed,
  decide,
  HOUR_MS,
  isApproved,
  type Plan,
  type PlannedAction,
  type Playbook,
  type Provenance,
  planOf,
} from '../../../respond/index.ts';
import type { Actor, Log, Ports, responsesApi } from '../../../server/index.ts';
import { EVENT_FLAGS, type ResponseAction, type Store, StoreError, type Token } from '../../../store/index.ts';
import { asJson, type KeptPlan, keyOf, outcomesOfRow, planOfRow, stateAfter } from './kept.ts';

export interface ResponseDeskParts {
  readonly store: Store;
  readonly now: () => number;
  readonly playbooks: readonly Playbook[];
  readonly bounds: Bounds;
  /** Signs commands; undefined: everything is planned, and nothing is sent. */
  readonly key: Identity | undefined;
  /** Whether playbooks may act by themselves. */
  readonly automatic: boolean;
  /** False where the agent is not connected. */
  readonly send: (agent: string, signed: SignedCommand) => boolean;
  readonly isConnected: (agent: string) => boolean;
  readonly log: Log;
}

/** A command is good for so long: an agent that comes later refuses it. */
const COMMAND_MS = 60_000;
/** Without an outcome for so long a response has failed. */
const ANSWER_MS = 15 * 60_000;
/** Events of a finding whose provenance is looked up, the newest. */
const LOOKED_AT = 10;
/** Of an isolated host the agent knows who its server is: the plan need not. */
const SERVER = { address: '{server}', port: 0 };
const MOST_PER_INCIDENT = 200;

type Responses = Ports['responses'];

/** Plans for incidents as they grow, counts who agrees, sends commands, and keeps what became of them. */
export class ResponseDesk implements Responses {
  readonly #parts: ResponseDeskParts;
  /** Of the last hour, and newer. */
  #deeds: Deed[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Set<string>();
  /** Whose command it is: ids of responses by ids of commands. */
  readonly #sent = new Map<string, string>();

  constructor(parts: ResponseDeskParts) {
    this.#parts = parts;
  }

  /** Remembers what was done before the last stop. */
  async start(): Promise<void> {
    const rows = await this.#parts.store.responses.list();
    const since = this.#parts.now() - HOUR_MS;
    for (const row of rows) for (const command of planOfRow(row).commands) this.#sent.set(command, row.id);
    this.#deeds = rows.flatMap((row) => {
      const { planned, commands } = planOfRow(row);
      return commands.length === 0 || row.updatedMs < since
        ? []
        : [{ host: row.host, playbooks: planned.playbooks, atMs: row.updatedMs }];
    });
  }

  /** An incident came or grew: what playbooks ask for is planned, and runs where it may. Never rejects. */
  consider(id: string): void {
    const { key, log } = this.#parts;
    if (key === undefined || this.#waiting.has(id)) return;
    this.#waiting.add(id);
    void this.#alone(async () => {
      this.#waiting.delete(id);
      await this.#propose(id, { actions: [], host: undefined }, undefined);
    }).catch((error: unknown) => log({ level: 'error', message: 'responses were not planned', incident: id, error }));
  }

  async list(incident: string, lang: Language): Promise<responsesApi.Responses> {
    const rows = await this.#parts.store.responses.list({ incidentId: incident });
    return this.#answer(rows, [], await this.#agents(), lang);
  }

  plan(
    incident: string,
    asked: { readonly actions: readonly string[]; readonly host?: string | undefined },
    actor: Actor,
    lang: Language,
  ): Promise<responsesApi.Responses> {
    return this.#alone(async () => {
      const actions = asked.actions as readonly ActionName[];
      const plan = await this.#propose(incident, { actions, host: asked.host }, actor);
      const rows = await this.#parts.store.responses.list({ incidentId: incident });
      return this.#answer(rows, plan?.refused ?? [], await this.#agents(), lang);
    });
  }

  vote(
    id: string,
    version: number,
    decision: 'approve' | 'deny',
    actor: Actor,
    lang: Language,
  ): Promise<responsesApi.Response> {
    return this.#alone(async () => {
      const row = await this.#known(id, version);
      if (row.state !== 'proposed') throw new StoreError('conflict', `it is ${row.state} already`);
      const kept = planOfRow(row);
      if (decision === 'deny')
        return this.#shown(await this.#update(row, { state: 'rejected', approvedBy: actor.id }, actor.id), lang);
      if (this.#parts.key === undefined)
        throw new StoreError('invalid', 'this server has no key to sign commands with (--respond-key)');
      const votes = kept.votes.some(({ account }) => account === actor.id)
        ? kept.votes
        : [...kept.votes, { account: actor.id, name: actor.name, atMs: this.#parts.now() }];
      const agreed = { ...kept, votes };
      if (!isApproved(Math.max(1, kept.planned.persons), votes))
        return this.#shown(await this.#update(row, { plan: asJson(agreed) }, actor.id), lang);
      const agent = await this.#agentOf(row.host);
      if (agent === undefined || !this.#parts.isConnected(agent))
        throw new StoreError('conflict', `no agent of ${row.host} is connected`);
      return this.#shown(
        await this.#run(
          row,
          agreed,
          agent,
          votes.map(({ name }) => name),
          actor.id,
        ),
        lang,
      );
    });
  }

  undo(id: string, version: number, actor: Actor, lang: Language): Promise<responsesApi.Response> {
    return this.#alone(async () => {
      const row = await this.#known(id, version);
      if (!isUndoable(row)) throw new StoreError('conflict', 'it cannot be taken back');
      const kept = planOfRow(row);
      const command = this.#command({ kind: 'undo', of: kept.commands[0]! }, [actor.name]);
      const changed = await this.#update(
        row,
        { state: 'running', plan: asJson({ ...kept, commands: [...kept.commands, command.id], isUndoing: true }) },
        actor.id,
      );
      return this.#shown(await this.#send(changed, kept.agent, command), lang);
    });
  }

  /** What an agent tells of a command; kept before it is acknowledged. False where it is none of its own. */
  outcome(agent: string, outcome: CommandOutcome): Promise<void> {
    return this.#alone(async () => {
      const { store } = this.#parts;
      const of = this.#sent.get(outcome.command);
      const found = of === undefined ? undefined : await store.responses.get(of);
      // Of a command that another agent was sent, an agent has nothing to tell.
      const row = found !== undefined && planOfRow(found).agent === agent ? found : undefined;
      const { reason, detail, state, verified } = outcome;
      await this.#audit(row === undefined ? 'response.stray' : 'response.outcome', row?.id ?? '', {
        ...{
          agent,
          command: outcome.command,
          number: outcome.number,
          state,
          reason,
          detail: detail.slice(0, 500),
          verified,
        },
      });
      if (row === undefined) return;
      const kept = planOfRow(row);
      const isFirst = outcome.command === kept.commands[0];
      const before = outcomesOfRow(row);
      if (before.some((one) => one.command === outcome.command && one.number === outcome.number)) return;
      // An undo that went well is told of the command that was undone; one that did not leaves what was done as it was.
      const next = isFirst ? stateAfter(outcome) : state === 'done' ? undefined : 'done';
      await this.#update(
        row,
        { outcome: asJson([...before, outcome]), ...(next !== undefined && { state: next }) },
        'system',
      );
      await store.incidents
        .note(row.incidentId, {
          actor: '',
          kind: 'response',
          detail: { id: row.id, action: row.action, host: row.host, about: kept.planned.about, state, reason },
          timeMs: this.#parts.now() as UnixMs,
        })
        .catch(() => {});
    });
  }

  /** Now and then: what nobody decided is over, and so is what nobody answers for. */
  async sweep(): Promise<void> {
    const { store, now, bounds } = this.#parts;
    for (const state of ['proposed', 'running'] as const)
      for (const row of await store.responses.list({ state })) {
        const age = now() - row.updatedMs;
        if (state === 'proposed' && age > bounds.waitMs)
          await this.#alone(() => this.#update(row, { state: 'expired' }, 'system')).catch(() => {});
        if (state === 'running' && age > ANSWER_MS)
          await this.#alone(() => this.#update(row, { state: 'failed' }, 'system')).catch(() => {});
      }
  }

  async #propose(
    id: string,
    asked: { readonly actions: readonly ActionName[]; readonly host: string | undefined },
    actor: Actor | undefined,
  ): Promise<Plan | undefined> {
    const { store, playbooks, bounds, now } = this.#parts;
    const detail = await store.incidents.get(id);
    if (detail === undefined || detail.mergedInto !== null || detail.status === 'closed') return undefined;
    const incident = detail.body as unknown as Incident;
    const plan = planOf(incident, {
      playbooks: asked.actions.length === 0 ? playbooks : [],
      actions: asked.actions,
      never: bounds.never,
      server: SERVER,
      ...(asked.host !== undefined && { host: asked.host }),
    });
    const before = await store.responses.list({ incidentId: id });
    const known = new Set(
      before.filter(({ state }) => !OVER.has(state) || actor === undefined).map((row) => keyOf(planOfRow(row).planned)),
    );
    const agents = await this.#agents();
    for (const planned of plan.actions) {
      if (known.has(keyOf(planned)) || before.length + known.size > MOST_PER_INCIDENT) continue;
      known.add(keyOf(planned));
      const agent = this.#agentAmong(agents, planned.host);
      const verdict = decide(planned, bounds, {
        nowMs: now(),
        agent,
        provenance: planned.playbooks.length === 0 ? [] : await this.#provenance(incident, planned, agents),
        deeds: this.#deeds,
        fleet: agents.size,
        limits: new Map(playbooks.map(({ id: book, limits }) => [book, limits])),
      });
      const isAutomatic = verdict.kind === 'automatic' && this.#parts.automatic;
      const because = verdict.kind === 'asks' ? verdict.because : isAutomatic ? [] : ['switched-off'];
      const kept: KeptPlan = {
        ...{ planned, because, votes: [], commands: [], agent: agent ?? '', isUndoing: false },
      };
      const runs = isAutomatic && this.#parts.isConnected(agent!);
      const by = actor?.id ?? 'system';
      const base = {
        ...{
          id: randomUUID(),
          incidentId: id,
          action: planned.action,
          host: planned.host,
          approvedBy: null,
          outcome: [],
        },
        ...{ createdMs: now() as UnixMs, createdBy: by },
      };
      const said = {
        incident: id,
        action: planned.action,
        host: planned.host,
        about: planned.about,
        detectedMs: detail.updatedMs,
      };
      if (runs) {
        // Every write costs time in which the process goes on: the row, and the line of the audit log, each once.
        const command = this.#command({ kind: 'do', order: planned.order, apply: true }, planned.playbooks);
        const plan = asJson({ ...kept, commands: [command.id] });
        const row = await store.responses.create({ ...base, state: 'running', plan });
        this.#did(planned);
        await this.#send(row, agent!, command, { ...said, automatic: true });
        continue;
      }
      const row = await store.responses.create({ ...base, state: 'proposed', plan: asJson(kept) });
      await this.#audit('response.propose', row.id, { ...said, because: [...because] });
    }
    return plan;
  }

  /** Where the events of what speaks of it came from: of each finding the newest. */
  async #provenance(
    incident: Incident,
    { findings }: PlannedAction,
    agents: ReadonlyMap<string, Token>,
  ): Promise<Provenance[]> {
    const told: Provenance[] = [];
    for (const i of findings)
      for (const { record } of incident.findings[i]!.events.slice(-LOOKED_AT)) {
        const event = record === null ? undefined : await this.#parts.store.events.get(record);
        if (event === undefined) {
          told.push({ by: 'other', agent: '', eventMs: 0, receivedMs: 0, doubtful: true });
          continue;
        }
        const doubt = EVENT_FLAGS.ahead | EVENT_FLAGS.repeated | EVENT_FLAGS.foreignHost | EVENT_FLAGS.timeUnknown;
        const isAgent = agents.has(event.origin);
        told.push({
          by: isAgent ? 'agent' : 'other',
          agent: isAgent ? event.origin : '',
          ...{ eventMs: event.timeMs, receivedMs: event.receivedMs, doubtful: (event.flags & doubt) !== 0 },
        });
      }
    return told;
  }

  #command(does: Command['does'], by: readonly string[]): Omit<Command, 'agent'> {
    const issuedMs = this.#parts.now();
    return { haetae: 'command.1', id: randomUUID(), issuedMs, expiresMs: issuedMs + COMMAND_MS, does, by };
  }

  async #run(
    row: ResponseAction,
    kept: KeptPlan,
    agent: string,
    by: readonly string[],
    actor: string,
  ): Promise<ResponseAction> {
    const { planned } = kept;
    const command = this.#command({ kind: 'do', order: planned.order, apply: true }, by);
    const plan = asJson({ ...kept, agent, commands: [command.id] });
    const running = await this.#update(row, { state: 'running', approvedBy: actor, plan }, actor);
    this.#did(planned);
    return this.#send(running, agent, command);
  }

  #did({ host, playbooks }: PlannedAction): void {
    const nowMs = this.#parts.now();
    this.#deeds = this.#deeds.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    this.#deeds.push({ host, playbooks, atMs: nowMs });
  }

  /** The row says that it runs before it is sent: a command that nobody knows of is never on its way. */
  async #send(
    row: ResponseAction,
    agent: string,
    command: Omit<Command, 'agent'>,
    about: object = {},
  ): Promise<ResponseAction> {
    const { key, store } = this.#parts;
    const token = await store.tokens.get(agent);
    this.#sent.set(command.id, row.id);
    await this.#audit('response.send', row.id, {
      command: command.id,
      agent,
      host: row.host,
      does: asJson(command.does),
      by: [...command.by],
      ...about,
    });
    const isSent = token !== undefined && this.#parts.send(agent, signCommand({ ...command, agent: token.hash }, key!));
    return isSent ? row : this.#update(row, { state: 'failed' }, 'system');
  }

  async #audit(action: string, object: string, detail: object): Promise<void> {
    const { store, now } = this.#parts;
    await store.audit.append({
      timeMs: now() as UnixMs,
      actor: 'system',
      actorName: 'Haetae',
      action,
      object,
      address: '',
      detail: asJson(detail),
    });
  }

  #update(
    row: ResponseAction,
    change: Partial<Pick<ResponseAction, 'state' | 'approvedBy' | 'plan' | 'outcome'>>,
    by: string,
  ): Promise<ResponseAction> {
    return this.#parts.store.responses.update(row.id, row.version, change, by, this.#parts.now() as UnixMs);
  }

  async #known(id: string, version: number): Promise<ResponseAction> {
    const row = await this.#parts.store.responses.get(id);
    if (row === undefined) throw new StoreError('missing', 'there is no such response');
    if (row.version !== version)
      throw new StoreError('conflict', `it is at version ${row.version}, not ${version}: somebody changed it`);
    return row;
  }

  async #agents(): Promise<ReadonlyMap<string, Token>> {
    const tokens = await this.#parts.store.tokens.list();
    return new Map(
      tokens.filter(({ kind, revokedMs }) => kind === 'agent' && revokedMs === null).map((token) => [token.id, token]),
    );
  }

  /** The agent that enrolled as this host, the last where there are several. */
  async #agentOf(host: string): Promise<string | undefined> {
    return this.#agentAmong(await this.#agents(), host);
  }

  #agentAmong(agents: ReadonlyMap<string, Token>, host: string): string | undefined {
    const own = [...agents.values()].filter(({ name }) => name.toLowerCase() === host.toLowerCase());
    return own.find(({ id }) => this.#parts.isConnected(id))?.id ?? own.at(-1)?.id;
  }

  #answer(
    rows: readonly ResponseAction[],
    refused: Plan['refused'],
    agents: ReadonlyMap<string, Token>,
    lang: Language,
  ): responsesApi.Responses {
    const { key, automatic } = this.#parts;
    const { respond: w } = wordsOf(lang);
    const notPlanned = refused.map(({ action, host, about, why }) => ({ action, host, about, why: w.unplanned[why] }));
    return {
      enabled: key !== undefined,
      automatic,
      items: rows.map((row) => this.#response(row, agents, lang)),
      notPlanned,
    };
  }

  async #shown(row: ResponseAction, lang: Language): Promise<responsesApi.Response> {
    return this.#response(row, await this.#agents(), lang);
  }

  #response(row: ResponseAction, agents: ReadonlyMap<string, Token>, lang: Language): responsesApi.Response {
    const { planned, because, votes } = planOfRow(row);
    const titles = new Map(
      this.#parts.playbooks.map(({ id, title, titleKo }) => [id, lang === 'ko' ? titleKo : title]),
    );
    const own = [...agents.values()].filter(({ name }) => name.toLowerCase() === row.host.toLowerCase());
    const texts = actionTexts(planned, wordsOf(lang));
    return {
      ...{
        id: row.id,
        version: row.version,
        incident: row.incidentId,
        action: row.action,
        host: row.host,
        state: row.state,
      },
      ...{ system: planned.system, about: planned.about, risk: planned.risk, persons: Math.max(1, planned.persons) },
      because: [...because],
      votes: votes.map((vote) => ({ ...vote })),
      playbooks: planned.playbooks.map((id) => titles.get(id) ?? id),
      agent: own.length === 0 ? 'none' : own.some(({ id }) => this.#parts.isConnected(id)) ? 'connected' : 'away',
      undoable: isUndoable(row),
      ...{ createdMs: row.createdMs, updatedMs: row.updatedMs },
      outcomes: outcomesOfRow(row).map(({ state, reason, detail, atMs, verified, undoable }) => ({
        state,
        reason,
        detail,
        atMs,
        verified,
        undoable,
      })),
      plan: { guard: [...texts.guard], steps: [...texts.steps], verify: [...texts.verify], undo: [...texts.undo] },
    };
  }

  /** One after the other: two clicks, or a click and an outcome, never write over each other. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(task);
    this.#queue = run.catch(() => {});
    return run;
  }
}

const OVER: ReadonlySet<ResponseAction['state']> = new Set(['rejected', 'failed', 'undone', 'expired', 'done']);

const isUndoable = (row: ResponseAction): boolean => {
  const done = outcomesOfRow(row).filter(({ command }) => command === planOfRow(row).commands[0]);
  const last = done.at(-1);
  return last?.undoable === true && row.state !== 'running';
};
