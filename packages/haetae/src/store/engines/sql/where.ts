import type { Parameter } from './sql.ts';

/** Gathers what a listing asks for; what was not asked for says nothing. */
export class Where {
  readonly values: Parameter[] = [];
  readonly #parts: string[] = [];

  /** Every `?` of the condition is the value. */
  and(condition: string, value: Parameter | undefined): void {
    if (value !== undefined) this.#parts.push(condition.replaceAll('?', this.put(value)));
  }
  /** A condition without a value. */
  that(condition: string): void {
    this.#parts.push(condition);
  }
  oneOf(column: string, wanted: readonly Parameter[] | undefined): void {
    if (wanted === undefined) return;
    this.#parts.push(
      wanted.length === 0 ? 'false' : `${column} IN (${wanted.map((value) => this.put(value)).join(', ')})`,
    );
  }
  put(value: Parameter): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
  get sql(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`;
  }
}
