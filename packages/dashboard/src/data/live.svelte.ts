import { apiUrl } from './api.ts';
import type { LiveMessage, Stats } from './shapes.ts';

type Heard = (message: LiveMessage) => void;
const KINDS = ['finding', 'incident', 'stats', 'hunt', 'gap'] as const;

/** What happens, as it happens: one connection for all pages. While it is paused, what came is counted. */
class Live {
  state = $state<'off' | 'connecting' | 'on' | 'lost'>('off');
  paused = $state(false);
  waiting = $state(0);
  stats = $state.raw<Omit<Stats, 'hourly'> | undefined>(undefined);
  #source: EventSource | undefined;
  readonly #heard = new Set<Heard>();
  #held: LiveMessage[] = [];

  start(): void {
    if (this.#source !== undefined) return;
    this.state = 'connecting';
    // It connects again by itself, and says where it was: Last-Event-ID.
    const source = new EventSource(apiUrl('api/live'));
    source.onopen = () => {
      this.state = 'on';
    };
    source.onerror = () => {
      this.state = 'lost';
      // A refusal ends it for good: later we try anew.
      if (source.readyState === EventSource.CLOSED) {
        this.stop();
        this.state = 'lost';
        setTimeout(() => this.state === 'lost' && this.start(), 10_000);
      }
    };
    for (const kind of KINDS)
      source.addEventListener(kind, ({ data }) => this.#take(JSON.parse(data as string) as LiveMessage));
    this.#source = source;
  }

  stop(): void {
    this.#source?.close();
    this.#source = undefined;
    this.state = 'off';
  }

  /** Until the returned function is called. */
  hear(heard: Heard): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  pause(paused: boolean): void {
    this.paused = paused;
    if (paused) return;
    const held = this.#held;
    this.#held = [];
    this.waiting = 0;
    for (const message of held) this.#say(message);
  }

  #take(message: LiveMessage): void {
    if (message.kind === 'stats') this.stats = message.stats;
    if (!this.paused || message.kind === 'stats') {
      this.#say(message);
      return;
    }
    if (message.kind === 'incident') this.waiting++;
    // More than this is cheaper to fetch anew.
    if (this.#held.length < 500) this.#held.push(message);
    else this.#held = [{ kind: 'gap' }];
  }

  #say(message: LiveMessage): void {
    for (const heard of this.#heard) heard(message);
  }
}
export const live = new Live();
