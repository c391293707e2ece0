import { pause } from '../chaos/serve.ts';

/** Pages of several servers that are open all the time: as a browser does, each connects again when it is cut off, from where it was. */
export class Live {
  readonly #urls: readonly string[];
  readonly #token: string;
  readonly #ending = new AbortController();
  readonly #heard: number[];

  constructor(urls: readonly string[], token: string) {
    this.#urls = urls;
    this.#token = token;
    this.#heard = urls.map(() => 0);
    urls.forEach((url, i) => void this.#listen(url, i));
  }

  /** Resolves once every page has heard of a finding that is newer than this call. */
  async hears(what: string): Promise<void> {
    const before = [...this.#heard];
    const began = performance.now();
    for (;;) {
      const deaf = this.#urls.filter((_, i) => this.#heard[i]! <= before[i]!);
      if (deaf.length === 0) break;
      if (performance.now() - began > 120_000) throw new Error(`${deaf.join(', ')} did not hear of ${what}`);
      await pause(50);
    }
    console.log(`${what} was on every page after ${Math.round(performance.now() - began)} ms`);
  }

  close(): void {
    this.#ending.abort();
  }

  async #listen(url: string, i: number): Promise<void> {
    const { signal } = this.#ending;
    let last = '';
    while (!signal.aborted) {
      try {
        const headers = { authorization: `Bearer ${this.#token}`, ...(last !== '' && { 'last-event-id': last }) };
        const { body } = await fetch(`${url}/api/live`, { headers, signal });
        let rest = '';
        for await (const bytes of body!) {
          const lines = (rest + Buffer.from(bytes).toString()).split('\n');
          rest = lines.pop()!;
          for (const line of lines) {
            if (line.startsWith('id:')) last = line.slice(3).trim();
            if (line.startsWith('data:') && line.includes('"kind":"finding"')) this.#heard[i]!++;
          }
        }
      } catch {
        // It is heard again below.
      }
      if (!signal.aborted) await pause(200);
    }
  }
}
