import type { Event, Position, RawValue, UnixMs } from '@haetae/event';

/**
 * An event at another place: that of the store in place of the line of its frame, so that what is remembered of it can be found
 * again. One object for all events; valid as long as the event within.
 */
export class Placed implements Event {
  readonly #at = { kind: 'record' as const, record: 0 };
  #event!: Event;

  at(event: Event, id: number): this {
    this.#event = event;
    this.#at.record = id;
    return this;
  }

  get position(): Position {
    return this.#at;
  }
  get timeMs(): UnixMs {
    return this.#event.timeMs;
  }
  get timeTicks(): number {
    return this.#event.timeTicks;
  }
  get computer(): string {
    return this.#event.computer;
  }
  get channel(): string {
    return this.#event.channel;
  }
  get provider(): string {
    return this.#event.provider;
  }
  get eventId(): number {
    return this.#event.eventId;
  }
  get eventRecordId(): number | bigint {
    return this.#event.eventRecordId;
  }
  get hasBlankNames(): boolean | undefined {
    return this.#event.hasBlankNames;
  }
  get source(): string | undefined {
    return this.#event.source;
  }
  get extent(): number | undefined {
    return this.#event.extent;
  }
  get(name: string): string | undefined {
    return this.#event.get(name);
  }
  getAll(name: string): readonly string[] {
    return this.#event.getAll(name);
  }
  fields(): Iterable<readonly [name: string, value: string]> {
    return this.#event.fields();
  }
  system(name: string): string | undefined {
    return this.#event.system(name);
  }
  systemFields(): Iterable<readonly [name: string, value: string]> {
    return this.#event.systemFields();
  }
  mentions(words: readonly string[]): boolean {
    return this.#event.mentions?.(words) ?? true;
  }
  raw(name: string): RawValue | undefined {
    return this.#event.raw?.(name);
  }
}
