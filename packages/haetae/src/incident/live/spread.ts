import type { Part } from '../join/part.ts';
import { statementOf } from '../join/said.ts';

/** From so many on, it is told as no rare one, and more change nothing. */
const MANY = 6;

/** Of how many processes (or subjects) of all hosts each rule speaks. */
export class Spread {
  readonly #counts = new Map<string, number>();
  readonly #parts = new Map<string, Set<Part>>();
  /** Statements whose counts moved since last asked, with what they were. */
  readonly #before = new Map<string, number>();

  add(part: Part): void {
    this.#move(part, 1);
  }

  remove(part: Part): void {
    this.#move(part, -1);
  }

  #move(part: Part, by: number): void {
    for (const unit of part.context.units) {
      const statement = statementOf(unit);
      let parts = this.#parts.get(statement);
      if (parts === undefined) {
        parts = new Set();
        this.#parts.set(statement, parts);
      }
      if (by > 0) parts.add(part);
      else parts.delete(part);
      if (parts.size === 0) this.#parts.delete(statement);
      const count = this.of(statement);
      if (!this.#before.has(statement)) this.#before.set(statement, count);
      if (count + by === 0) this.#counts.delete(statement);
      else this.#counts.set(statement, count + by);
    }
  }

  of(statement: string): number {
    return this.#counts.get(statement) ?? 0;
  }

  /** Those that speak of some process by one. */
  partsOf(statement: string): Iterable<Part> {
    return this.#parts.get(statement) ?? [];
  }

  /** Those that are rarer, or less rare, than when last asked. */
  changed(): Set<string> {
    const changed = new Set<string>();
    for (const [statement, before] of this.#before)
      if (Math.min(before, MANY) !== Math.min(this.of(statement), MANY)) changed.add(statement);
    this.#before.clear();
    return changed;
  }
}
