import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type CommandOutcome, type Order, readCommand, type SignedCommand } from '../protocol/index.ts';
import type { Clock } from '../sources/source.ts';
import type { Bell } from '../uplink/bell.ts';
import { type Hands, type HandsParts, type MakeHands, Refused } from './hands.ts';
import { type Isolation, IsolationFile } from './isolation.ts';
import { Journal } from './journal.ts';
import { parseAt, type Reach, resolvers, selfTest } from './network.ts';
import type { ReadPolicy, ResponsePolicy } from './policy.ts';
import type { ServerAt, Steps, System } from './steps/step.ts';
import { stepsOf } from './steps/steps.ts';

export interface DeskOptions {
  /** `respond` below the agent's folder. */
  readonly folder: string;
  readonly system: System;
  /** Fingerprint of this agent's key. */
  readonly agent: string;
  /** Told at enrolment; undefined where the server has none. */
  readonly serverKey: string | undefined;
  /** Read anew for each command: what an administrator takes back is taken back. */
  readonly policy: () => ReadPolicy;
  readonly hands: MakeHands;
  readonly reach: Reach;
  /** Whether an address is of this very host. */
  readonly isOwn: (address: string) => boolean;
  readonly clock: Clock;
  /** Rung when an outcome waits. */
  readonly news: Bell;
  readonly log: (line: DeskLine) => void;
}

export type DeskLine =
  | { readonly kind: 'command-refused'; readonly command: string; readonly reason: string; readonly detail: string }
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly action: string;
      readonly state: string;
      readonly reason: string;
      readonly detail: string;
    }
  | {
      readonly kind: 'isolation';
      readonly state: 'in-force' | 'again' | 'ended' | 'rolled-back';
      readonly untilMs: number;
    };

const MOST_DETAIL = 2000;
const MOST_WAITING = 1000;

/** Takes commands, carries out what the host's own policy allows, one after the other, and tells what became of each. */
export class RespondDesk {
  readonly #options: DeskOptions;
  readonly #journal: Journal;
  readonly #isolation: IsolationFile;
  /** The commands so far: each waits for the one before. */
  #queue: Promise<void> = Promise.resolve();
  #server: ServerAt | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#journal = new Journal(join(options.folder, 'journal.jsonl'), options.clock.now);
    this.#isolation = new IsolationFile(options.folder);
  }

  /** At whom the server is asked while this host is isolated; undefined for by its name. */
  get pinned(): ServerAt | undefined {
    return this.#isolation.read()?.server;
  }

  /** The connection that is open leads there. */
  connected(server: ServerAt): void {
    this.#server = server;
  }

  waiting(): CommandOutcome[] {
    return this.#journal.waiting();
  }

  acked(command: string, number: number): void {
    this.#journal.add({ kind: 'acked', command, number });
  }

  /** Resolves when the command is through; never rejects. */
  take(signed: SignedCommand): Promise<void> {
    this.#queue = this.#queue
      .then(() => this.#carryOut(signed))
      .catch((error: unknown) => this.#refuse('', new Refused('failed', String(error))));
    return this.#queue;
  }

  async #carryOut(signed: SignedCommand): Promise<void> {
    const { agent, clock, serverKey } = this.#options;
    const read = this.#options.policy();
    if (read.kind === 'fault')
      return this.#refuse(
        '',
        new Refused('not-allowed', `respond.json: ${read.at === '' ? '' : `${read.at}: `}${read.why}`),
      );
    const { policy } = read;
    const keys = policy.keys.length > 0 ? policy.keys : serverKey === undefined ? [] : [serverKey];
    const made = readCommand(signed, { keys, agent, nowMs: clock.now() });
    if (made.kind === 'refused') return this.#refuse(made.id, new Refused(made.reason, made.detail));
    const { command } = made;
    if (this.#journal.knows(command.id)) return this.#refuse(command.id, new Refused('replayed'));
    this.#journal.add({ kind: 'taken', id: command.id, atMs: clock.now(), by: command.by, does: command.does });
    try {
      if (command.does.kind === 'undo') await this.#undo(command, command.does.of, policy);
      else await this.#do(command, command.does.order, command.does.apply, policy);
    } catch (error) {
      this.#fail(command.id, error);
    }
  }

  async #do(command: Command, order: Order, isApplied: boolean, policy: ResponsePolicy): Promise<void> {
    if (!policy.allow.includes(order.action))
      throw new Refused('not-allowed', `${order.action}: respond.json of this host does not list it`);
    if (order.action === 'isolate-host' && this.#isolation.read() !== undefined)
      throw new Refused('busy', 'this host is isolated already');
    const steps = stepsOf(order, this.#options.system, this.#server);
    if (steps === undefined) throw new Refused('unsupported', order.action);
    const hands = this.#handsFor(command.id, steps, policy, order);
    try {
      for (const check of steps.guard) await hands.check(check);
      if (!isApplied) return this.#tell(command.id, { state: 'checked' });
      if (order.action === 'isolate-host') return await this.#isolate(command, order.minutes, steps, hands, policy);
      // Before the first step: what a crash leaves half done can be taken back.
      if (steps.undo.kind === 'steps') this.#journal.add({ kind: 'undoable', id: command.id, order });
      const details: string[] = [];
      for (const step of steps.steps) {
        const said = await hands.perform(step);
        if (said !== '') details.push(said);
      }
      await this.#verify(command.id, steps, hands, details.join('; '));
    } finally {
      hands.close();
      const state = this.#stateOf(command.id);
      if (readdirSync(state).length === 0) rmSync(state, { recursive: true });
    }
  }

  async #verify(id: string, steps: Steps, hands: Hands, detail: string): Promise<void> {
    const undoable = steps.undo.kind === 'steps';
    try {
      for (const one of steps.verify) await hands.verify(one);
    } catch (error) {
      this.#tell(id, { state: 'done', reason: 'failed', detail: (error as Error).message, verified: false, undoable });
      return;
    }
    this.#tell(id, { state: 'done', detail, verified: steps.verify.length === 0 ? null : true, undoable });
  }

  /** The way back is written down first; what the self-test does not prove is taken back at once. */
  async #isolate({ id }: Command, asked: number, steps: Steps, hands: Hands, policy: ResponsePolicy): Promise<void> {
    const { clock, reach, isOwn, log } = this.#options;
    const server = this.#server;
    if (server === undefined) throw new Refused('no-route', 'the address of the server is not known');
    // All other agents would be cut off with it.
    if (isOwn(server.address)) throw new Refused('protected', 'the server runs on this host');
    const sinceMs = clock.now();
    const untilMs = sinceMs + Math.min(asked, policy.isolationMinutes) * 60_000;
    const isolation: Isolation = { command: id, server, sinceMs, untilMs, isProven: false };
    this.#isolation.write(isolation);
    this.#journal.add({ kind: 'undoable', id, order: { action: 'isolate-host', minutes: asked } });
    let fault: string | undefined;
    try {
      for (const step of steps.steps) await hands.perform(step);
      fault = await selfTest(reach, server, probeOf(policy));
    } catch (error) {
      fault = (error as Error).message;
    }
    if (fault === undefined) {
      this.#isolation.write({ ...isolation, isProven: true });
      log({ kind: 'isolation', state: 'in-force', untilMs });
      this.#tell(id, {
        state: 'done',
        detail: `until ${new Date(untilMs).toISOString()}`,
        verified: true,
        undoable: true,
      });
      return;
    }
    await this.#release(steps, hands);
    log({ kind: 'isolation', state: 'rolled-back', untilMs });
    this.#journal.add({ kind: 'undone', id });
    this.#tell(id, { state: 'rolled-back', reason: 'no-route', detail: fault, verified: false });
  }

  async #release(steps: Steps, hands: Hands): Promise<void> {
    if (steps.undo.kind === 'steps') for (const step of steps.undo.steps) await hands.perform(step);
    this.#isolation.remove();
  }

  async #undo(command: Command, of: string, policy: ResponsePolicy): Promise<void> {
    const order = this.#journal.undoable(of);
    if (order === undefined) throw new Refused('not-undoable', of);
    const isolation = this.#isolation.read();
    const steps = stepsOf(order, this.#options.system, this.#server ?? isolation?.server);
    if (steps?.undo.kind !== 'steps') throw new Refused('not-undoable', of);
    // What was kept lies in the folder of the command that is undone.
    const hands = this.#handsFor(of, steps, policy, order);
    const details: string[] = [];
    try {
      for (const step of steps.undo.steps) details.push(await hands.perform(step));
      if (order.action === 'isolate-host') this.#isolation.remove();
    } finally {
      hands.close();
    }
    this.#journal.add({ kind: 'undone', id: of });
    this.#tell(of, { state: 'undone', detail: details.filter((one) => one !== '').join('; ') });
    this.#tell(command.id, { state: 'done' });
    // What was kept for it is back where it was.
    rmSync(this.#stateOf(of), { recursive: true, force: true });
  }

  /** At the start, and then until the signal: an isolation ends by its own time, also one that was begun before a restart. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const first = this.#isolation.read();
    if (first !== undefined) this.#queue = this.#queue.then(() => this.#resume(first)).catch(() => {});
    await this.#queue;
    while (!signal.aborted) {
      const isolation = this.#isolation.read();
      const isAsked = this.#isolation.isReleaseAsked;
      if (isolation !== undefined && (isAsked || clock.now() >= isolation.untilMs)) {
        this.#queue = this.#queue
          .then(() => this.#end(isolation, isAsked))
          .catch((error: unknown) => this.#fail(isolation.command, error));
        await this.#queue;
      }
      await clock.sleep(WATCH_MS, signal);
    }
  }

  /** Rules are gone after a restart of the host: those of an isolation that is not over are made again. */
  async #resume(isolation: Isolation): Promise<void> {
    if (!isolation.isProven || this.#isolation.isReleaseAsked || this.#options.clock.now() >= isolation.untilMs)
      return this.#end(isolation, this.#isolation.isReleaseAsked);
    await this.#again(isolation, (steps) => steps.steps);
    this.#options.log({ kind: 'isolation', state: 'again', untilMs: isolation.untilMs });
  }

  /** `isAsked`: by whoever sits at the host, whatever the server says. */
  async #end(isolation: Isolation, isAsked: boolean): Promise<void> {
    await this.#again(isolation, (steps) => (steps.undo.kind === 'steps' ? steps.undo.steps : []));
    this.#isolation.remove();
    this.#options.log({ kind: 'isolation', state: 'ended', untilMs: isolation.untilMs });
    this.#journal.add({ kind: 'undone', id: isolation.command });
    this.#tell(
      isolation.command,
      isAsked
        ? { state: 'undone', detail: 'released at the host' }
        : isolation.isProven
          ? { state: 'ended' }
          : { state: 'rolled-back', reason: 'no-route', detail: 'it was not proven before the agent ended' },
    );
    rmSync(this.#stateOf(isolation.command), { recursive: true, force: true });
  }

  async #again({ command, server }: Isolation, which: (steps: Steps) => Steps['steps']): Promise<void> {
    const order: Order = { action: 'isolate-host', minutes: 1 };
    const steps = stepsOf(order, this.#options.system, server)!;
    const read = this.#options.policy();
    const hands = this.#handsFor(command, steps, read.kind === 'policy' ? read.policy : undefined, order);
    try {
      for (const step of which(steps)) await hands.perform(step);
    } finally {
      hands.close();
    }
  }

  /** Of whoever sits at the host: ends an isolation whatever the server says. False where there is none. */
  async release(): Promise<boolean> {
    const isolation = this.#isolation.read();
    if (isolation === undefined) return false;
    this.#queue = this.#queue.then(() => this.#end(isolation, true));
    await this.#queue;
    return true;
  }

  close(): void {
    this.#journal.close();
  }

  #handsFor(id: string, steps: Steps, policy: ResponsePolicy | undefined, order: Order): Hands {
    const state = this.#stateOf(id);
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const parts: HandsParts = {
      state,
      server: this.#server,
      collect: policy?.collect ?? [],
      scriptKeys: policy?.scriptKeys ?? [],
      timeoutMs: steps.timeoutMs,
      ...(order.action === 'run-script' && {
        script: { name: order.name, text: order.text, signature: order.signature },
      }),
    };
    return this.#options.hands(parts);
  }

  #stateOf(id: string): string {
    return join(this.#options.folder, 'state', id === '' ? 'none' : id);
  }

  #refuse(command: string, { reason, message }: Refused): void {
    this.#options.log({ kind: 'command-refused', command, reason, detail: message });
    // Whoever sends what nobody signed fills no disk.
    if (command === '' && this.#journal.waiting().length >= MOST_WAITING) return;
    this.#tell(command, { state: 'refused', reason, detail: message });
  }

  #fail(command: string, error: unknown): void {
    if (error instanceof Refused && error.reason !== 'failed' && error.reason !== 'timeout')
      this.#refuse(command, error);
    else this.#failed(command, error);
  }

  #failed(command: string, error: unknown): void {
    const reason = error instanceof Refused ? error.reason : 'failed';
    this.#tell(command, {
      state: 'failed',
      reason,
      detail: (error as Error).message,
      undoable: this.#journal.undoable(command) !== undefined,
    });
  }

  #tell(command: string, said: Partial<CommandOutcome> & Pick<CommandOutcome, 'state'>): void {
    const outcome: CommandOutcome = {
      command,
      number: this.#journal.nextNumber(command),
      reason: '',
      verified: null,
      undoable: false,
      atMs: this.#options.clock.now(),
      ...said,
      detail: (said.detail ?? '').slice(0, MOST_DETAIL),
    };
    this.#journal.add({ kind: 'outcome', outcome });
    const { state, reason, detail } = outcome;
    this.#options.log({ kind: 'command', command, action: '', state, reason, detail });
    this.#options.news.ring();
  }
}

/** How soon after its time an isolation ends at the latest. */
const WATCH_MS = 1_000;

function probeOf({ probe }: ResponsePolicy): ServerAt | undefined {
  if (probe !== '') return parseAt(probe);
  const [resolver] = resolvers();
  return resolver === undefined ? undefined : { address: resolver, port: 53 };
}
