import { createHash, type Hash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Upload } from '../api-uploads.ts';
import type { Parts } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { takeFile } from '../ingest/folder/take.ts';

interface Running {
  state: Upload;
  readonly file: string;
  readonly hash: Hash;
  readonly password: string | undefined;
  /** Parts come one after the other. */
  busy: boolean;
  touchedMs: number;
}

/** States are kept of so many, the newest. */
const KEPT = 200;
const MOST_OPEN = 20;
/** Of whoever stopped sending. */
const FORGOTTEN_MS = 60 * 60_000;
const MOST_NOTICES = 100;

/** Files that people hand over: received in parts, read one after the other, and removed. */
export class Uploads {
  readonly #directory: string;
  readonly #timeZone: string;
  readonly #all = new Map<string, Running>();
  readonly #closing = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor({ directory, timeZone }: { readonly directory: string; readonly timeZone: string }) {
    this.#directory = directory;
    this.#timeZone = timeZone;
  }

  /** What an earlier run left behind was not acknowledged as read: whoever sent it still has it. */
  async start(): Promise<this> {
    await rm(this.#directory, { recursive: true, force: true });
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    return this;
  }

  begin(asked: { name: string; bytes: number; password?: string | undefined }, by: string, nowMs: number): Upload {
    this.#forget(nowMs);
    const receiving = [...this.#all.values()].filter(({ state }) => state.status === 'receiving').length;
    if (receiving >= MOST_OPEN) throw new HttpProblem(429, 'slow-down', 'too many files are on their way; wait');
    const id = randomUUID();
    const { name, bytes, password } = asked;
    const state: Upload = {
      ...{ id, name, bytes, received: 0, status: 'receiving', events: 0, sha256: '' },
      ...{ startedMs: nowMs, startedBy: by, notices: [], error: null },
    };
    const file = join(this.#directory, id);
    this.#all.set(id, { state, file, hash: createHash('sha256'), password, busy: false, touchedMs: nowMs });
    return state;
  }

  get(id: string): Upload | undefined {
    return this.#all.get(id)?.state;
  }

  /** The newest first. */
  list(): Upload[] {
    return [...this.#all.values()].map(({ state }) => state).reverse();
  }

  async part(id: string, offset: number, bytes: Uint8Array, parts: Parts): Promise<Upload> {
    const one = this.#all.get(id);
    if (one === undefined) throw new HttpProblem(404, 'missing', 'there is no such upload');
    const { state } = one;
    if (state.status !== 'receiving' || one.busy || offset !== state.received)
      throw new HttpProblem(409, 'conflict', `the next part begins at ${state.received}`);
    if (state.received + bytes.length > state.bytes)
      throw new HttpProblem(400, 'invalid', 'this is more than was announced');
    one.busy = true;
    try {
      const file = await open(one.file, 'a', 0o600);
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.#fail(one, `it could not be kept: ${(error as Error).message}`);
      return one.state;
    } finally {
      one.busy = false;
    }
    one.hash.update(bytes);
    one.touchedMs = parts.now();
    one.state = { ...state, received: state.received + bytes.length };
    if (one.state.received === state.bytes) {
      one.state = { ...one.state, status: 'waiting', sha256: one.hash.digest('hex') };
      this.#reading = this.#reading.then(() => this.#read(one, parts));
    }
    return one.state;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  async #read(one: Running, parts: Parts): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const { name } = one.state;
    one.state = { ...one.state, status: 'reading' };
    const told = (events: number): void => {
      one.state = { ...one.state, events };
    };
    try {
      const { file, password } = one;
      const options = {
        name,
        file,
        timeZone: this.#timeZone,
        signal,
        told,
        ...(password !== undefined && { password }),
      };
      const taken = await takeFile(options, parts);
      if (taken === undefined) return await this.#fail(one, 'it was not read to its end');
      const { events, logs, notices } = taken;
      const texts = notices.slice(0, MOST_NOTICES).map(({ kind, code, count, examples: [first] }) => ({
        kind,
        text: `${code} ×${count}${first === undefined ? '' : `: ${first.detail}`}`,
      }));
      one.state = { ...one.state, status: logs === 0 ? 'nothing' : 'done', events, notices: texts };
      parts.log({ level: 'info', message: 'an upload was taken in', file: name, events, sha256: one.state.sha256 });
    } catch (error) {
      parts.log({ level: 'error', message: 'an upload could not be read', file: name, error });
      await this.#fail(one, (error as Error).message);
    } finally {
      await rm(one.file, { force: true });
    }
  }

  async #fail(one: Running, error: string): Promise<void> {
    one.state = { ...one.state, status: 'failed', error };
    await rm(one.file, { force: true });
  }

  #forget(nowMs: number): void {
    for (const [id, one] of this.#all) {
      const isOver = !['receiving', 'waiting', 'reading'].includes(one.state.status);
      const isLost = one.state.status === 'receiving' && nowMs - one.touchedMs > FORGOTTEN_MS;
      if (isLost) void rm(one.file, { force: true });
      if (isLost || (isOver && this.#all.size > KEPT)) this.#all.delete(id);
    }
  }
}
