import { processGuid } from '@haetae/event';
import { baseName } from '../text.ts';
import type { ProcessTrace, Trace } from '../trace/trace.ts';
import { type Node, newNode } from './node.ts';

/** How far apart Sysmon 1 and Security 4688 of one start are logged, at most. */
const SAME_START_MS = 2000;
/** Clocks of a start and of an event that names the process may differ by this. */
const SLACK_MS = 2000;
/** Holders of one process id that are looked at, the latest first, before a lookup gives up. */
const MOST_TRIED = 12;

/** Processes that had one id, by the time from which on they had it. */
interface Holders {
  readonly nodes: Node[];
  sorted: boolean;
}

/** What an event tells of a process. '' and null where it does not. */
export interface Told {
  readonly host: string;
  readonly guid: string;
  readonly pid: number | null;
  readonly image: string;
  readonly timeMs: number;
}

/** All processes of all hosts, found by ProcessGuid, or by process id and time. */
export class Lineage {
  readonly #byGuid = new Map<string, Node>();
  readonly #byPid = new Map<string, Holders>();
  readonly #nodes: Node[] = [];
  #byCommand: Map<string, Node[]> | undefined;
  readonly #hostOf: (name: string) => string;

  /** Traces in the order of files, so that what two of them tell differently is decided alike in every run. */
  constructor(traces: readonly Trace[], hostOf: (name: string) => string) {
    this.#hostOf = hostOf;
    for (const trace of traces) for (const of of trace.processes) if (of.guid !== '') this.#sysmon(of, trace);
    for (const node of [...this.#nodes]) this.#parentByGuid(node);
    for (const trace of traces)
      for (const of of trace.processes) if (of.guid === '' && of.startMs !== null) this.#security(of, trace);
    for (const node of [...this.#nodes]) if (node.parent === undefined) this.#parentByPid(node);
    for (const trace of traces)
      for (const of of trace.processes) if (of.guid === '' && of.startMs === null) this.#slot(of, trace);
    for (const node of this.#nodes) if (node.parent !== undefined) node.parent.children++;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The process of an event; made where nothing told of it before. undefined where the event names none. */
  of(told: Told): Node | undefined {
    if (told.guid !== '') {
      const node = this.#guid(told.host, told.guid, told.pid);
      if (node.image === '') node.image = told.image;
      this.#seen(node, told.timeMs);
      return node;
    }
    if (told.pid === null || (told.pid === 0 && told.image === '')) return undefined;
    const found = this.find(told);
    if (found !== undefined) {
      if (found.image === '') found.image = told.image;
      this.#seen(found, told.timeMs);
      return found;
    }
    const node = this.#make(
      `${told.host}|${told.pid}|${baseName(told.image)}|${told.timeMs}`,
      told.host,
      '',
      told.pid,
      told.timeMs,
    );
    node.image = told.image;
    node.lastMs = told.timeMs;
    return node;
  }

  /** The process that had this id on this host at this time, and the image where that is told. */
  find({ host, pid, image, timeMs }: Omit<Told, 'guid'>): Node | undefined {
    if (pid === null) return undefined;
    const holders = this.#holders(host, pid);
    if (holders === undefined) return undefined;
    const name = baseName(image);
    let tried = 0;
    const last = Number.isNaN(timeMs) ? holders.length - 1 : lastSince(holders, timeMs + SLACK_MS);
    for (let i = last; i >= 0 && tried < MOST_TRIED; i--, tried++) {
      const node = holders[i]!;
      if (node.endMs !== null && node.endMs < timeMs - SLACK_MS) continue;
      if (name !== '' && node.image !== '' && baseName(node.image) !== name) continue;
      return node;
    }
    return undefined;
  }

  /** The latest process that was started by this command before this time, and had not ended. */
  command(host: string, commandLine: string, timeMs: number): Node | undefined {
    if (this.#byCommand === undefined) {
      this.#byCommand = new Map();
      for (const node of this.#nodes) {
        if (node.commandLine === '') continue;
        const key = `${node.host}|${spaced(node.commandLine)}`;
        const list = this.#byCommand.get(key);
        if (list === undefined) this.#byCommand.set(key, [node]);
        else list.push(node);
      }
    }
    return this.#byCommand
      .get(`${host}|${spaced(commandLine)}`)
      ?.findLast(({ since, endMs }) => since <= timeMs + SLACK_MS && !(endMs !== null && endMs < timeMs - SLACK_MS));
  }

  #holders(host: string, pid: number): readonly Node[] | undefined {
    const holders = this.#byPid.get(`${host}|${pid}`);
    if (holders === undefined) return undefined;
    if (!holders.sorted) {
      holders.nodes.sort((a, b) => a.since - b.since);
      holders.sorted = true;
    }
    return holders.nodes;
  }

  #guid(host: string, guid: string, pid: number | null): Node {
    const key = `${host}|${guid}`;
    let node = this.#byGuid.get(key);
    if (node === undefined) {
      const decoded = processGuid(guid);
      node = this.#make(key, host, guid, pid, decoded.ok ? decoded.startTime : Number.POSITIVE_INFINITY);
      if (decoded.ok) {
        node.startMs = decoded.startTime;
        node.startFrom = 'guid';
      }
      this.#byGuid.set(key, node);
    } else if (node.pid === null && pid !== null) {
      node.pid = pid;
      this.#index(node);
    }
    return node;
  }

  #make(key: string, host: string, guid: string, pid: number | null, since: number): Node {
    const node = newNode(key, host, guid, pid);
    node.since = since;
    this.#nodes.push(node);
    if (pid !== null) this.#index(node);
    return node;
  }

  #index(node: Node): void {
    const key = `${node.host}|${node.pid}`;
    const holders = this.#byPid.get(key);
    if (holders === undefined) this.#byPid.set(key, { nodes: [node], sorted: true });
    else {
      holders.nodes.push(node);
      holders.sorted = false;
    }
  }

  #seen(node: Node, timeMs: number): void {
    if (!(node.lastMs >= timeMs)) node.lastMs = timeMs;
    // Times of events are the host's; a start that its ProcessGuid puts behind them was told by another clock.
    if (node.since <= timeMs || node.startFrom === 'event' || Number.isNaN(timeMs)) return;
    this.#since(node, timeMs);
  }

  #since(node: Node, timeMs: number): void {
    node.since = timeMs;
    const holders = this.#byPid.get(`${node.host}|${node.pid}`);
    if (holders !== undefined) holders.sorted = false;
  }

  #sysmon(of: ProcessTrace, trace: Trace): void {
    const node = this.#guid(this.#hostOf(of.host), of.guid, of.pid);
    this.#take(node, of, trace);
    if (of.startMs !== null && node.startFrom !== 'event') {
      node.startMs = of.startMs;
      node.startFrom = 'event';
      this.#since(node, of.startMs);
      node.started = { ...placed(trace, of.startAt), timeMs: of.startMs };
    }
    this.#seen(node, of.firstMs);
    this.#seen(node, of.lastMs);
  }

  #take(node: Node, of: ProcessTrace, trace: Trace): void {
    node.image ||= of.image;
    node.commandLine ||= of.commandLine;
    node.folder ||= of.folder ?? '';
    node.user ||= of.user;
    node.logonId ||= of.logonId;
    node.integrity ||= of.integrity;
    node.hashes ||= of.hashes;
    if (of.endMs !== null) node.endMs = node.endMs === null ? of.endMs : Math.max(node.endMs, of.endMs);
    node.traces.push({ of, trace });
  }

  #parentByGuid(node: Node): void {
    for (const { of } of node.traces) {
      if (of.parentGuid === '') continue;
      const parent = this.#guid(node.host, of.parentGuid, of.parentPid);
      parent.image ||= of.parentImage;
      parent.commandLine ||= of.parentCommandLine;
      if (parent !== node) node.parent = parent;
      return;
    }
  }

  #security(of: ProcessTrace, trace: Trace): void {
    const host = this.#hostOf(of.host);
    const start = of.startMs!;
    const twin = this.#twin(host, of, start);
    if (twin !== undefined) {
      twin.also ??= { ...placed(trace, of.startAt), timeMs: start };
      this.#take(twin, of, trace);
      return;
    }
    const node = this.#make(`${host}|${of.pid}|${start}`, host, '', of.pid, start);
    node.startMs = start;
    node.startFrom = 'event';
    node.started = { ...placed(trace, of.startAt), timeMs: start };
    this.#take(node, of, trace);
    this.#seen(node, of.lastMs);
  }

  /** The process whose start Sysmon told too. */
  #twin(host: string, { pid, image }: ProcessTrace, start: number): Node | undefined {
    if (pid === null) return undefined;
    const holders = this.#holders(host, pid) ?? [];
    let tried = 0;
    for (let i = lastSince(holders, start + SAME_START_MS); i >= 0 && tried < MOST_TRIED; i--, tried++) {
      const node = holders[i]!;
      if (Math.abs((node.startMs ?? 0) - start) > SAME_START_MS) continue;
      if (node.startFrom !== 'event' || node.also !== null) continue;
      if (node.image === '' || baseName(node.image) === baseName(image)) return node;
    }
    return undefined;
  }

  /** Security tells the parent by its process id. */
  #parentByPid(node: Node): void {
    for (const { of } of node.traces) {
      if (of.parentPid === null || of.startMs === null) continue;
      const told = { host: node.host, pid: of.parentPid, image: of.parentImage, timeMs: of.startMs };
      const parent = this.find(told) ?? this.#root(told);
      if (parent !== node && parent.parent !== node) node.parent = parent;
      return;
    }
  }

  /** A parent that started before the logs began. */
  #root({ host, pid, image, timeMs }: Omit<Told, 'guid'>): Node {
    const node = this.#make(`${host}|${pid}|${baseName(image)}|before ${timeMs}`, host, '', pid, timeMs);
    node.image = image;
    return node;
  }

  /** Acts that are told by process id only belong to the process that had it then. */
  #slot(of: ProcessTrace, trace: Trace): void {
    const host = this.#hostOf(of.host);
    const node =
      this.find({ host, pid: of.pid, image: of.image, timeMs: of.firstMs }) ??
      this.of({ host, guid: '', pid: of.pid, image: of.image, timeMs: of.firstMs });
    if (node !== undefined) this.#take(node, of, trace);
  }
}

const spaced = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** Index of the last holder that began at or before; −1 when none did. */
function lastSince(holders: readonly Node[], timeMs: number): number {
  let low = 0;
  let high = holders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holders[middle]!.since <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function placed({ file, by }: Trace, at: number): { file: string; record: number | null; line: number | null } {
  return { file, record: by === 'record' ? at : null, line: by === 'line' ? at : null };
}
