/** A host's ordinary day, in slices of an hour: what people do first, then what machines do, up to the hour's share of events. */
import type { Machine } from '../telemetry/machine.ts';
import { Chance, seedOf } from '../telemetry/random.ts';
import { activity } from './clock.ts';
import { DEVELOPER, type Habit, OFFICE } from './desk.ts';
import { Noise } from './noise.ts';
import { CONTROLLER, SERVER } from './rack.ts';

const HABITS = { office: OFFICE, developer: DEVELOPER, server: SERVER, 'domain-controller': CONTROLLER } as const;
/** People's part of a day's events, and the most events a day that are theirs: a chattier Sysmon makes nobody work more. */
const PEOPLE_SHARE = { office: 0.22, developer: 0.22, server: 0.3, 'domain-controller': 0.4 } as const;
const MOST_OF_PEOPLE = { office: 5000, developer: 6000, server: 25_000, 'domain-controller': 40_000 } as const;

export class Life {
  readonly #machine: Machine;
  readonly #chance: Chance;
  readonly #noise: Noise;
  readonly #habits: readonly (readonly [upTo: number, habit: Habit])[];
  readonly #perDay: number;

  /** `perDay`: events of a working day. */
  constructor(machine: Machine, seed: number, perDay: number) {
    this.#machine = machine;
    this.#chance = new Chance(seedOf(seed, `life ${machine.name}`));
    this.#noise = new Noise(machine, this.#chance);
    this.#perDay = perDay;
    let total = 0;
    this.#habits = HABITS[machine.role].map(([weight, habit]) => {
      total += weight;
      return [total, habit] as const;
    });
  }

  /** The hour from `fromMs`; events wait in the host, some of them later than its end. */
  hour(fromMs: number): void {
    const { role, host } = this.#machine;
    const share = activity(role, fromMs);
    const before = host.events.length;
    const people =
      share * Math.min(MOST_OF_PEOPLE[role], PEOPLE_SHARE[role] * this.#perDay) * (0.8 + 0.4 * this.#chance.next());
    const all = share * this.#perDay;
    const total = this.#habits.at(-1)![0];
    while (host.events.length - before < people) {
      const at = this.#chance.next() * total;
      const [, habit] = this.#habits.find(([upTo]) => at < upTo)!;
      habit(this.#machine, this.#moment(fromMs), this.#chance);
    }
    while (host.events.length - before < all) this.#noise.once(this.#moment(fromMs));
  }

  #moment(fromMs: number): number {
    return fromMs + Math.floor(this.#chance.next() * 3_600_000);
  }
}
