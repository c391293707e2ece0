import { get } from './api.ts';

interface Person {
  readonly id: string;
  readonly name: string;
}

/** Names of those who use the server, fetched once. */
class People {
  all = $state.raw<readonly Person[]>([]);
  #asked = false;

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    get<readonly Person[]>('api/people')
      .then((all) => (this.all = all))
      .catch(() => (this.#asked = false));
  }
  name(id: string): string {
    return this.all.find((one) => one.id === id)?.name ?? id.slice(0, 8);
  }
}
export const people = new People();
