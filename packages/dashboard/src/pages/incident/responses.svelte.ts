import { type ApiError, get, send } from '../../data/api.ts';
import { Deed } from '../../data/deed.svelte.ts';
import { settings } from '../../data/settings.svelte.ts';
import type { Response, Responses } from '../../data/shapes.ts';

/** What runs ends within seconds. */
const AGAIN_MS = 2_000;

/** Of these nobody has to do anything any more. */
const OVER: ReadonlySet<Response['state']> = new Set(['rejected', 'expired']);

/** The responses of an incident, and what can be done with them. */
export class IncidentResponses {
  found = $state.raw<Responses | undefined>(undefined);
  /** Of looking; what was asked for has its own. */
  #unread = $state.raw<ApiError | undefined>(undefined);
  readonly #deed = new Deed();
  readonly waiting = $derived(this.found?.items.filter(({ state }) => state === 'proposed') ?? []);
  readonly running = $derived(this.found?.items.filter(({ state }) => state === 'running') ?? []);
  readonly settled = $derived(
    this.found?.items.filter(({ state }) => !OVER.has(state) && state !== 'proposed' && state !== 'running') ?? [],
  );
  readonly over = $derived(this.found?.items.filter(({ state }) => OVER.has(state)) ?? []);
  readonly #incident: () => string;
  /** Whose responses `found` are. */
  #of = '';

  /** To be called while a component is made. */
  constructor(incident: () => string) {
    this.#incident = incident;
    $effect(() => {
      if (this.running.length === 0) return;
      const timer = setInterval(() => void this.load(), AGAIN_MS);
      return () => clearInterval(timer);
    });
  }

  get error(): ApiError | undefined {
    return this.#deed.error ?? this.#unread;
  }

  get busy(): boolean {
    return this.#deed.busy;
  }

  get #path(): string {
    return `api/incidents/${encodeURIComponent(this.#incident())}/responses`;
  }

  async load(): Promise<void> {
    const incident = this.#incident();
    if (incident !== this.#of) this.found = undefined;
    this.#of = incident;
    try {
      const answer = await get<Responses>(this.#path, { lang: settings.lang });
      this.#unread = undefined;
      if (incident === this.#of) this.found = { ...answer, notPlanned: this.found?.notPlanned ?? [] };
    } catch (thrown) {
      this.#unread = thrown as ApiError;
    }
  }

  plan(actions: readonly string[]): Promise<void> {
    return this.#act(async () => {
      this.found = await send<Responses>('POST', `${this.#path}?lang=${settings.lang}`, { actions });
    });
  }

  vote({ id, version }: Response, decision: 'approve' | 'deny'): Promise<void> {
    return this.#act(() => send('POST', `api/responses/${encodeURIComponent(id)}/vote`, { version, decision }));
  }

  undo({ id, version }: Response): Promise<void> {
    return this.#act(() => send('POST', `api/responses/${encodeURIComponent(id)}/undo`, { version }));
  }

  async #act(task: () => Promise<unknown>): Promise<void> {
    await this.#deed.run(task);
    await this.load();
  }
}
