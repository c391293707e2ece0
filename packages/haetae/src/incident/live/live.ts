import { deserialize, serialize } from 'node:v8';
import type { Event } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import { assemble } from '../assemble/assemble.ts';
import { Gathering, WINDOW_MS } from '../join/gathering.ts';
import { join } from '../join/join.ts';
import { type Said, saidBy } from '../join/said.ts';
import type { Unit } from '../join/unit.ts';
import { contentHash } from '../text.ts';
import { FileTracer, type SavedTracer } from '../trace/tracer.ts';
import type { LiveIncident, LiveIncidents, LiveOptions } from './contract.ts';
import { Ids, type Member, type SavedIds } from './ids.ts';

interface Kept extends Member {
  readonly said: Said;
}

interface Saved {
  readonly files: readonly (readonly [file: string, SavedTracer])[];
  readonly findings: readonly Kept[];
  readonly ids: SavedIds;
  readonly told: readonly (readonly [id: string, body: string])[];
  readonly changed: boolean;
}

export function createLiveIncidents(options: LiveOptions, saved?: Uint8Array): LiveIncidents {
  return new Live(options, saved);
}

class Live implements LiveIncidents {
  readonly #options: LiveOptions;
  readonly #files = new Map<string, FileTracer>();
  #findings: Kept[] = [];
  readonly #ids = new Ids();
  /** Hash of what was told last, by id. */
  readonly #told = new Map<string, string>();
  #changed = false;

  constructor(options: LiveOptions, saved: Uint8Array | undefined) {
    this.#options = options;
    if (saved === undefined) return;
    const { files, findings, ids, told, changed } = deserialize(saved) as Saved;
    for (const [file, tracer] of files) this.#files.set(file, FileTracer.restore(tracer));
    this.#findings = [...findings];
    this.#ids.restore(ids);
    for (const [id, body] of told) this.#told.set(id, body);
    this.#changed = changed;
  }

  see(event: Event, file: string): void {
    let tracer = this.#files.get(file);
    if (tracer === undefined) {
      tracer = new FileTracer();
      this.#files.set(file, tracer);
    }
    tracer.see(event);
    this.#changed = true;
  }

  add(finding: FiledFinding, id: number): void {
    this.#findings.push({ said: saidBy(finding), id, toldIn: '' });
    this.#changed = true;
  }

  update(_nowMs: number): readonly LiveIncident[] {
    if (!this.#changed) return [];
    this.#changed = false;
    const traces = [...this.#files].map(([file, tracer]) => tracer.told(file));
    const gathering = new Gathering(traces, this.#options.windowMs ?? WINDOW_MS);
    const time = ({ said }: Kept): number => (Number.isNaN(said.timeMs) ? Number.POSITIVE_INFINITY : said.timeMs);
    this.#findings.sort((a, b) => (time(a) === time(b) ? a.id - b.id : time(a) - time(b)));
    const keptOf = new Map<Unit, Kept[]>();
    for (const one of this.#findings) {
      const unit = gathering.add(one.said, one.id);
      const list = keptOf.get(unit);
      if (list === undefined) keptOf.set(unit, [one]);
      else list.push(one);
    }
    const blind = gathering.blind();
    const joined = join([gathering.part(gathering.hosts())]);
    const { units } = joined;
    const { incidents, weighed } = assemble(joined, blind, this.#options.assets ?? new Map());
    const inOrder = weighed
      .map((one, i) => ({
        members: one.group.flatMap((unit) => keptOf.get(units[unit]!)!),
        identity: units[one.group[0]!]!.identity,
        first: one.group[0]!,
        incident: incidents[i]!,
      }))
      .sort((a, b) => a.first - b.first);
    const { ids, merged } = this.#ids.assign(inOrder);
    const changed: LiveIncident[] = [];
    const now = new Map<string, LiveIncident>();
    inOrder.forEach(({ members, incident }, i) => {
      const id = ids[i]!;
      const findingIds: number[] = [];
      for (const member of members)
        if (member.toldIn !== id) {
          member.toldIn = id;
          findingIds.push(member.id);
        }
      const body = { ...incident, id, rank: 0 };
      const hash = contentHash(JSON.stringify(body));
      const one = { id, incident: body, findingIds: findingIds.sort((a, b) => a - b), mergedInto: null };
      now.set(id, one);
      if (this.#told.get(id) === hash && findingIds.length === 0) return;
      this.#told.set(id, hash);
      changed.push(one);
    });
    for (const [id, into] of merged) {
      this.#told.delete(id);
      changed.push({ id, incident: now.get(into)!.incident, findingIds: [], mergedInto: into });
    }
    return changed;
  }

  save(): Uint8Array {
    const saved: Saved = {
      files: [...this.#files].map(([file, tracer]) => [file, tracer.save()] as const),
      findings: this.#findings,
      ids: this.#ids.save(),
      told: [...this.#told],
      changed: this.#changed,
    };
    return serialize(saved);
  }
}
