import { createHash } from 'node:crypto';
import type { ActionName, CommandOutcome } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Incident } from '../../../incident/index.ts';
import type { Language } from '../../../locale/index.ts';
import {
  type Bounds,
  decide,
  isApproved,
  type Plan,
  type PlannedAction,
  type Playbook,
  planOf,
} from '../../../respond/index.ts';
import { type Actor, type Log, mayAct, type Responses, type responsesApi } from '../../../server/index.ts';
import { type ResponseAction, type Store, StoreError } from '../../../store/index.ts';
import { Agents, type Connected, type Fleet } from './fleet.ts';
import { asJson, isUndoable, type KeptPlan, keyOf, OVER, outcomesOfRow, planOfRow, stateAfter } from './kept.ts';
import { provenanceOf } from './provenance.ts';
import { type Draft, Sending, type SendingParts } from './sending.ts';
import { refusedOf, responseOf } from './shown.ts';

export interface ResponseDeskParts extends SendingParts {
  readonly store: Store;
  readonly playbooks: readonly Playbook[];
  readonly bounds: Bounds;
  readonly executors?: ReadonlyMap<string, string>;
  /** Whether playbooks may act by themselves. */
  readonly automatic: boolean;
  readonly connected: () => Promise<Connected>;
  /** Other servers plan, decide and send as well: what they did is looked up. */
  readonly shared: boolean;
  readonly log: Log;
}

/** Without an outcome for so long a response has failed. */
const ANSWER_MS = 15 * 60_000;
/** Of an isolated host the agent knows who its server is: the plan need not. */
const SERVER = { address: '{server}', port: 0 };
const MOST_PER_INCIDENT = 200;
/** Whoever takes over detection looks at incidents of so long, at so many. */
const RECENT_MS = 15 * 60_000;
const MOST_RECENT = 1000;
/** A response that others change meanwhile is read again, so often. */
const CHANGES = 5;

interface Asked {
  readonly actions: readonly ActionName[];
  readonly host: string | undefined;
}

/** Plans for incidents as they grow, counts who agrees, has commands sent, and keeps what became of them. */
export class ResponseDesk implements Responses {
  readonly #parts: ResponseDeskParts;
  readonly #agents: Agents;
  readonly #sending: Sending;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Set<string>();

  constructor(parts: ResponseDeskParts) {
    this.#parts = parts;
    this.#agents = new Agents(parts.store.tokens, parts.now, parts.connected);
    this.#sending = new Sending(parts);
  }

  /** Remembers what was done before the last stop. */
  start(): Promise<void> {
    return this.#remember();
  }

  async #remember(): Promise<void> {
    this.#sending.remember(await this.#parts.store.responses.list());
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

  /** What was to be planned for incidents of the last minutes may have been cut off. Never rejects. */
  async catchUp(): Promise<void> {
    const { key, log, now, store } = this.#parts;
    if (key === undefined) return;
    const recent = { seq: Number.MAX_SAFE_INTEGER, sinceMs: now() - RECENT_MS, limit: MOST_RECENT };
    try {
      for (const { id } of await store.incidents.changed(recent)) this.consider(id);
    } catch (error) {
      log({ level: 'error', message: 'responses were not planned', error });
    }
  }

  list(incident: string, lang: Language): Promise<responsesApi.Responses> {
    return this.#answer(incident, [], lang);
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
      return this.#answer(incident, plan?.refused ?? [], lang);
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
      if (decision === 'deny')
        return this.#shown(await this.#update(row, { state: 'rejected', approvedBy: actor.id }, actor.id), lang);
      if (this.#parts.key === undefined)
        throw new StoreError('invalid', 'this server has no key to sign commands with (--respond-key)');
      const kept = planOfRow(row);
      const others = kept.votes.filter(({ account }) => account !== actor.id);
      const votes = [...others, { account: actor.id, name: actor.name, atMs: this.#parts.now() }];
      const valid = await this.#stillMay(votes, actor);
      if (!isApproved(Math.max(1, kept.planned.persons), valid))
        return this.#shown(await this.#update(row, { plan: asJson({ ...kept, votes: valid }) }, actor.id), lang);
      const agent = (await this.#agents.fleet([row.host])).agentOf(row.host);
      if (agent === undefined || !(await this.#parts.connected()).has(agent))
        throw new StoreError('conflict', `no agent of ${row.host} is connected`);
      return this.#shown(await this.#run(row, { ...kept, votes: valid, agent }, actor.id), lang);
    });
  }

  undo(id: string, version: number, actor: Actor, lang: Language): Promise<responsesApi.Response> {
    return this.#alone(async () => {
      const row = await this.#known(id, version);
      if (!isUndoable(row)) throw new StoreError('conflict', 'it cannot be taken back');
      const kept = planOfRow(row);
      const draft = this.#sending.draft({ kind: 'undo', of: kept.commands[0]! }, [actor.name]);
      const plan = asJson({ ...kept, commands: [...kept.commands, draft.id], isUndoing: true });
      const changed = await this.#update(row, { state: 'running', plan }, actor.id);
      return this.#shown(await this.#send(changed, kept.agent, draft), lang);
    });
  }

  /** What an agent tells of a command; kept before it is acknowledged. Of a command that it was not sent it has nothing to tell: that is written down. */
  outcome(agent: string, outcome: CommandOutcome): Promise<boolean> {
    return this.#alone(async () => {
      const { store, log, now } = this.#parts;
      const row = await this.#sentTo(agent, outcome.command);
      const { command, number, state, reason, verified } = outcome;
      const detail = outcome.detail.slice(0, 500);
      const said = { agent, command, number, state, reason, detail, verified };
      await this.#sending.audit(row === undefined ? 'response.stray' : 'response.outcome', row?.id ?? '', said);
      if (row === undefined) {
        log({ level: 'warn', message: 'an agent tells of a command that this server did not send it', ...said });
        return false;
      }
      // It came twice, as it may where a connection ended: what the host made of it the first time it has told, or will.
      if (reason === 'replayed' || !(await this.#keep(row, outcome))) return true;
      const { id, action, host, incidentId } = row;
      const note = { id, action, host, about: planOfRow(row).planned.about, state, reason };
      await store.incidents
        .note(incidentId, { actor: '', kind: 'response', detail: note, timeMs: now() as UnixMs })
        .catch(() => {});
      return true;
    });
  }

  /** The response for which an agent was sent a command, by whichever server. */
  async #sentTo(agent: string, command: string): Promise<ResponseAction | undefined> {
    if (this.#parts.shared && this.#sending.responseOf(command) === undefined) await this.#remember();
    const id = this.#sending.responseOf(command);
    const row = id === undefined ? undefined : await this.#parts.store.responses.get(id);
    return row !== undefined && planOfRow(row).agent === agent ? row : undefined;
  }

  /** False where it is kept already. Somebody else may change the response meanwhile, at another server. */
  async #keep(first: ResponseAction, outcome: CommandOutcome): Promise<boolean> {
    const { command, number, state } = outcome;
    for (let row: ResponseAction | undefined = first, turns = 1; row !== undefined; turns++) {
      const before = outcomesOfRow(row);
      if (before.some((one) => one.command === command && one.number === number)) return false;
      // An undo that went well is told of the command that was undone; one that did not leaves what was done as it was.
      const isFirst = command === planOfRow(row).commands[0];
      const next = isFirst ? stateAfter(outcome) : state === 'done' ? undefined : 'done';
      const change = { outcome: asJson([...before, outcome]), ...(next !== undefined && { state: next }) };
      try {
        await this.#update(row, change, 'system');
        return true;
      } catch (error) {
        if (!(error instanceof StoreError && error.code === 'conflict') || turns === CHANGES) throw error;
        row = await this.#parts.store.responses.get(row.id);
      }
    }
    return false;
  }

  /** Now and then: what nobody decided is over, and so is what nobody answers for. */
  async sweep(): Promise<void> {
    const { store, now, bounds } = this.#parts;
    const endings = [
      ['proposed', bounds.waitMs, 'expired'],
      ['running', ANSWER_MS, 'failed'],
    ] as const;
    for (const [state, mostMs, next] of endings)
      for (const row of await store.responses.list({ state }))
        if (now() - row.updatedMs > mostMs)
          await this.#alone(() => this.#update(row, { state: next }, 'system')).catch(() => {});
  }

  async #propose(id: string, { actions, host }: Asked, actor: Actor | undefined): Promise<Plan | undefined> {
    const { store, playbooks, bounds, executors } = this.#parts;
    const detail = await store.incidents.get(id);
    if (detail === undefined || detail.mergedInto !== null || detail.status === 'closed') return undefined;
    const incident = detail.body as unknown as Incident;
    const plan = planOf(incident, {
      playbooks: actions.length === 0 ? playbooks : [],
      ...{ actions, never: bounds.never, server: SERVER },
      ...(host !== undefined && { host }),
      ...(executors !== undefined && { executors }),
    });
    const before = await store.responses.list({ incidentId: id });
    const times = new Map<string, number>();
    for (const row of before) {
      const key = keyOf(planOfRow(row).planned);
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    const standing = before.filter(({ state }) => !OVER.has(state) || actor === undefined);
    const known = new Set(standing.map((row) => keyOf(planOfRow(row).planned)));
    const fresh = plan.actions.filter((planned) => !known.has(keyOf(planned)));
    if (fresh.length === 0) return plan;
    if (this.#parts.shared) await this.#remember();
    const fleet = await this.#agents.fleet(fresh.map((planned) => planned.host));
    for (const planned of fresh.slice(0, Math.max(0, MOST_PER_INCIDENT - before.length))) {
      const key = keyOf(planned);
      const own = idOf(`${id} ${times.get(key) ?? 0} ${key}`);
      await this.#take(own, incident, planned, detail.updatedMs, fleet, actor).catch((error: unknown) => {
        // Another server planned the same at the same time: it is that one's.
        if (!(error instanceof StoreError && error.code === 'taken')) throw error;
      });
    }
    return plan;
  }

  /** One action of a plan: it runs where it may, and else waits for people. */
  async #take(
    id: string,
    incident: Incident,
    planned: PlannedAction,
    detectedMs: number,
    fleet: Fleet,
    actor: Actor | undefined,
  ): Promise<void> {
    const { store, playbooks, bounds, now, automatic, connected } = this.#parts;
    const { action, host, about } = planned;
    const agent = fleet.agentOf(host);
    const verdict = decide(planned, bounds, {
      nowMs: now(),
      agent,
      provenance: planned.playbooks.length === 0 ? [] : await provenanceOf(incident, planned, store.events, fleet),
      deeds: this.#sending.deeds,
      fleet: fleet.size,
      limits: new Map(playbooks.map(({ id, limits }) => [id, limits])),
    });
    const because = verdict.kind === 'asks' ? verdict.because : automatic ? [] : ['switched-off'];
    const kept: KeptPlan = { planned, because, votes: [], commands: [], agent: agent ?? '', isUndoing: false };
    const base = {
      ...{ id, incidentId: incident.id, action, host, approvedBy: null, outcome: [] },
      ...{ createdMs: now() as UnixMs, createdBy: actor?.id ?? 'system' },
    };
    const said = { incident: incident.id, action, host, about, detectedMs };
    if (because.length === 0 && (await connected()).has(agent!)) {
      // Every write costs time in which the process goes on: the row, and the line of the audit log, each once.
      const draft = this.#sending.draft({ kind: 'do', order: planned.order, apply: true }, planned.playbooks);
      const plan = asJson({ ...kept, commands: [draft.id] });
      const row = await store.responses.create({ ...base, state: 'running', plan });
      this.#sending.count(planned);
      await this.#send(row, agent!, draft, { ...said, automatic: true });
      return;
    }
    const row = await store.responses.create({ ...base, state: 'proposed', plan: asJson(kept) });
    await this.#sending.audit('response.propose', row.id, { ...said, because: [...because] });
  }

  async #run(row: ResponseAction, kept: KeptPlan, actor: string): Promise<ResponseAction> {
    const { planned, votes, agent } = kept;
    const by = votes.map(({ name }) => name);
    const draft = this.#sending.draft({ kind: 'do', order: planned.order, apply: true }, by);
    const plan = asJson({ ...kept, commands: [draft.id] });
    const running = await this.#update(row, { state: 'running', approvedBy: actor, plan }, actor);
    this.#sending.count(planned);
    return this.#send(running, agent, draft);
  }

  async #send(row: ResponseAction, agent: string, draft: Draft, about?: object): Promise<ResponseAction> {
    const isSent = await this.#sending.send(row, agent, draft, about);
    return isSent ? row : this.#update(row, { state: 'failed' }, 'system');
  }

  /** Votes of accounts that are there still, and still may: whoever is out by now agrees to nothing. The server has checked who asks. */
  async #stillMay(votes: KeptPlan['votes'], actor: Actor): Promise<KeptPlan['votes']> {
    const { users } = this.#parts.store;
    const valid: KeptPlan['votes'][number][] = [];
    for (const vote of votes) {
      const user = vote.account === actor.id ? undefined : await users.get(vote.account);
      if (vote.account === actor.id || (user !== undefined && !user.disabled && mayAct(user.role, 'responder')))
        valid.push(vote);
    }
    return valid;
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

  async #answer(incident: string, refused: Plan['refused'], lang: Language): Promise<responsesApi.Responses> {
    const { store, key, automatic, playbooks } = this.#parts;
    const [rows, fleet] = await Promise.all([store.responses.list({ incidentId: incident }), this.#agents.fleet()]);
    return {
      enabled: key !== undefined,
      automatic,
      items: rows.map((row) => responseOf(row, fleet, playbooks, lang)),
      notPlanned: refusedOf(refused, lang),
    };
  }

  async #shown(row: ResponseAction, lang: Language): Promise<responsesApi.Response> {
    return responseOf(row, await this.#agents.fleet([row.host]), this.#parts.playbooks, lang);
  }

  /** One after the other: two clicks, or a click and an outcome, never write over each other. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(task);
    this.#queue = run.catch(() => {});
    return run;
  }
}

/** The id of a response by what it is: whoever plans it, it is one. As a UUID of version 8. */
function idOf(what: string): string {
  const hex = createHash('sha256').update(what).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
