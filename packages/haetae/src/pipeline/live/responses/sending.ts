import { randomUUID } from 'node:crypto';
import { type Command, type Identity, type SignedCommand, signCommand } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import { type Deed, HOUR_MS, type PlannedAction } from '../../../respond/index.ts';
import type { ResponseAction, Store } from '../../../store/index.ts';
import { asJson, planOfRow } from './kept.ts';

export interface SendingParts {
  readonly store: Pick<Store, 'tokens' | 'audit'>;
  readonly now: () => number;
  /** Signs commands; undefined: nothing is sent. */
  readonly key: Identity | undefined;
  /** False where the agent is not connected. `untilMs`: when the command is over. */
  readonly send: (agent: string, signed: SignedCommand, untilMs: number) => Promise<boolean>;
}

/** All but for whom it is: that is known when it is sent. */
export type Draft = Omit<Command, 'agent'>;

/** A command is good for so long: an agent that comes later refuses it. */
const COMMAND_MS = 60_000;

/** Signs commands and sends them, knows whose each is, and what was done in the last hour. */
export class Sending {
  readonly #parts: SendingParts;
  /** Of the last hour, and newer. */
  #deeds: Deed[] = [];
  /** Whose command it is: ids of responses by ids of commands. */
  readonly #sent = new Map<string, string>();

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  get deeds(): readonly Deed[] {
    return this.#deeds;
  }

  /** Takes up what was sent before the last stop, or by others, in place of what was known. */
  remember(rows: readonly ResponseAction[]): void {
    const since = this.#parts.now() - HOUR_MS;
    this.#deeds = [];
    for (const row of rows) {
      const { planned, commands } = planOfRow(row);
      for (const command of commands) this.#sent.set(command, row.id);
      if (commands.length > 0 && row.updatedMs > since)
        this.#deeds.push({ host: row.host, playbooks: planned.playbooks, atMs: row.updatedMs });
    }
  }

  /** The response that a command was sent for. */
  responseOf(command: string): string | undefined {
    return this.#sent.get(command);
  }

  draft(does: Command['does'], by: readonly string[]): Draft {
    const issuedMs = this.#parts.now();
    return { haetae: 'command.1', id: randomUUID(), issuedMs, expiresMs: issuedMs + COMMAND_MS, does, by };
  }

  /** Counts against the limits of host and hour, and the fleet brake, from now on. */
  count({ host, playbooks }: Pick<PlannedAction, 'host' | 'playbooks'>): void {
    const nowMs = this.#parts.now();
    this.#deeds = this.#deeds.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    this.#deeds.push({ host, playbooks, atMs: nowMs });
  }

  /** The row says that it runs before it is sent: a command that nobody knows of is never on its way. False where nobody is there to take it. */
  async send({ id, host }: ResponseAction, agent: string, draft: Draft, about: object = {}): Promise<boolean> {
    const { key, store, send } = this.#parts;
    const token = await store.tokens.get(agent);
    this.#sent.set(draft.id, id);
    const does = asJson(draft.does);
    await this.audit('response.send', id, { command: draft.id, agent, host, does, by: [...draft.by], ...about });
    if (key === undefined || token === undefined || token.revokedMs !== null) return false;
    return send(agent, signCommand({ ...draft, agent: token.hash }, key), draft.expiresMs);
  }

  async audit(action: string, object: string, detail: object): Promise<void> {
    const { store, now } = this.#parts;
    const actor = { actor: 'system', actorName: 'Haetae', address: '' };
    await store.audit.append({ timeMs: now() as UnixMs, ...actor, action, object, detail: asJson(detail) });
  }
}
