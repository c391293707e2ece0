import { randomUUID } from 'node:crypto';
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
import { Agents, type Fleet } from './fleet.ts';
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
  readonly isConnected: (agent: string) => boolean;
  readonly log: Log;
}

/** Without an outcome for so long a response has failed. */
const ANSWER_MS = 15 * 60_000;
/** Of an isolated host the agent knows who its server is: the plan need not. */
const SERVER = { address: '{server}', port: 0 };
const MOST_PER_INCIDENT = 200;

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
    this.#agents = new Agents(parts.store.tokens, parts.now, parts.isConnected);
    this.#sending = new Sending(parts);
  }

  /** Remembers what was done before the last stop. */
  async start(): Promise<void> {
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
      if (agent === undefined || !this.#parts.isConnected(agent))
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
      const of = this.#sending.responseOf(outcome.command);
      const found = of === undefined ? undefined : await store.responses.get(of);
      const row = found !== undefined && planOfRow(found).agent === agent ? found : undefined;
      const { command, number, state, reason, verified } = outcome;
      const detail = outcome.detail.slice(0, 500);
      const said = { agent, command, number, state, reason, detail, verified };
      await this.#sending.audit(row === undefined ? 'response.stray' : 'response.outcome', row?.id ?? '', said);
      if (row === undefined) {
        log({ level: 'warn', message: 'an agent tells of a command that this server did not send it', ...said });
        return false;
      }
      const kept = planOfRow(row);
      const before = outcomesOfRow(row);
      if (before.some((one) => one.command === command && one.number === number)) return true;
      // An undo that went well is told of the command that was undone; one that did not leaves what was done as it was.
      const next = command === kept.commands[0] ? stateAfter(outcome) : state === 'done' ? undefined : 'done';
      const change = { outcome: asJson([...before, outcome]), ...(next !== undefined && { state: next }) };
      await this.#update(row, change, 'system');
      const { id, action, host, incidentId } = row;
      const note = { id, action, host, about: kept.planned.about, state, reason };
      await store.incidents
        .note(incidentId, { actor: '', kind: 'response', detail: note, timeMs: now() as UnixMs })
        .catch(() => {});
      return true;
    });
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
    const standing = before.filter(({ state }) => !OVER.has(state) || actor === undefined);
    const known = new Set(standing.map((row) => keyOf(planOfRow(row).planned)));
    const fresh = plan.actions.filter((planned) => !known.has(keyOf(planned)));
    if (fresh.length === 0) return plan;
    const fleet = await this.#agents.fleet(fresh.map((planned) => planned.host));
    for (const planned of fresh.slice(0, Math.max(0, MOST_PER_INCIDENT - before.length)))
      await this.#take(incident, planned, detail.updatedMs, fleet, actor);
    return plan;
  }

  /** One action of a plan: it runs where it may, and else waits for people. */
  async #take(
    incident: Incident,
    planned: PlannedAction,
    detectedMs: number,
    fleet: Fleet,
    actor: Actor | undefined,
  ): Promise<void> {
    const { store, playbooks, bounds, now, automatic, isConnected } = this.#parts;
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
      ...{ id: randomUUID(), incidentId: incident.id, action, host, approvedBy: null, outcome: [] },
      ...{ createdMs: now() as UnixMs, createdBy: actor?.id ?? 'system' },
    };
    const said = { incident: incident.id, action, host, about, detectedMs };
    if (because.length === 0 && isConnected(agent!)) {
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
