import type { Happening, IncidentFinding } from '../incident.ts';
import { isBroker, isDispatcher } from '../lineage/brokers.ts';
import type { Clocks } from '../lineage/clocks.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { isOwnSession } from '../lineage/sessions.ts';
import type { Subject } from '../lineage/subject.ts';
import { compare, contentHash, told } from '../text.ts';
import { happeningOf, isClearing, type Said, statementOf } from './said.ts';

/** Findings folded: one statement about one process, or, where the event names none, one subject within the window. */
export interface Unit extends Omit<IncidentFinding, 'process' | 'decoded' | 'events' | 'points' | 'more'> {
  readonly node: Node | undefined;
  readonly subject: Subject;
  readonly decoded: string | undefined;
  readonly events: Happening[];
  /** Findings beyond `events`. */
  more: number;
  /** Both ends of connections that its events speak of: `10.0.0.5:49712|10.0.0.9:5985`, the smaller first. */
  readonly flows: Set<string>;
  /** Hashes of scripts that were run, or handed over in a command line. */
  readonly scripts: readonly string[];
  /** See {@link Said.shared}; by their keys. */
  readonly shared: Map<string, string>;
  /** Of the content of the first event and the statement. */
  readonly identity: string;
  readonly first: number;
  last: number;
  /** Where its first finding stood among all: by the time that it tells, then by number. */
  readonly toldMs: number;
  readonly number: number;
}

/** The order of units: by time, which clocks may have put right; of equal times by host, and of one host as findings came. */
export function compareUnits(a: Unit, b: Unit): number {
  return (
    timeOf(a.first) - timeOf(b.first) ||
    timeOf(a.toldMs) - timeOf(b.toldMs) ||
    compare(a.host, b.host) ||
    a.number - b.number
  );
}
/** Those without a time last. */
const timeOf = (ms: number): number => (Number.isNaN(ms) ? Number.MAX_VALUE : ms);

/** Findings that say the same, which are only counted. */
export interface Further {
  readonly count: number;
  readonly lastMs: number;
}
const NO_MORE: Further = { count: 0, lastMs: 0 };

export class Units {
  readonly all: Unit[] = [];
  readonly #open = new Map<string, Unit>();
  readonly #lineage: Lineage;
  readonly #hostOf: (name: string) => string;
  readonly #window: number;
  readonly #clocks: Clocks;
  findings = 0;

  constructor(lineage: Lineage, hostOf: (name: string) => string, clocks: Clocks, window: number) {
    this.#lineage = lineage;
    this.#hostOf = hostOf;
    this.#clocks = clocks;
    this.#window = window;
  }

  /** Findings in the order of time; of equal times, of their numbers. Gives the unit that it became, or became part of. */
  add(
    said: Said,
    number: number,
    powershell: (hostId: string, host: string) => number | undefined,
    further: Further = NO_MORE,
  ): Unit {
    const unit = this.#add(said, number, powershell);
    if (further.count > 0) {
      unit.more += further.count;
      unit.last = Math.max(unit.last, unit.last + further.lastMs - said.timeMs);
    }
    return unit;
  }

  #add(said: Said, number: number, powershell: (hostId: string, host: string) => number | undefined): Unit {
    this.findings++;
    const host = this.#hostOf(said.computer);
    const timeMs = said.timeMs + this.#clocks.shift(said.file, host, said.channel);
    const node = this.#actor(said, host, timeMs, powershell);
    const what = `${said.detector}|${statementOf(said)}`;
    const about = node === undefined ? said.about : isDispatcher(node) ? `${node.key}|${said.object}` : node.key;
    const key = `${what}|${host}|${about}`;
    const happening = happeningOf(said, timeMs);
    // Each clearing of a log is a deed of its own.
    const open = isClearing(said) ? undefined : this.#open.get(key);
    const window = about === '||' ? NOTHING_SAID_MS : this.#window;
    if (open !== undefined && (node !== undefined || !(timeMs - open.last > window))) {
      open.events.push(happening);
      if (!(open.last >= timeMs)) open.last = timeMs;
      if (said.flow !== '' && open.flows.size < MOST_FLOWS) open.flows.add(said.flow);
      for (const { key, by } of said.shared ?? []) if (open.shared.size < MOST_SHARED) open.shared.set(key, by);
      return open;
    }
    const unit = unitOf(said, number, host, node, happening, `${what}|${about}`);
    this.#open.set(key, unit);
    this.all.push(unit);
    return unit;
  }

  /** Puts units in the order of time, which clocks may have changed. */
  sort(): void {
    this.all.sort(compareUnits);
  }

  /**
   * The process that acts. Not one of Windows' own that does what an account of its own session asks for (lsass.exe looks
   * up accounts for whoever calls), and not the kernel: who acts there is told by the session, or by the address.
   */
  #actor(
    said: Said,
    host: string,
    timeMs: number,
    powershell: (hostId: string, host: string) => number | undefined,
  ): Node | undefined {
    const { subject } = said;
    const node = this.#nodeOf(subject, host, timeMs, powershell);
    if (node === undefined) return undefined;
    if ((node.pid !== null && node.pid <= 4) || node.image === 'System') return undefined;
    const forAnother =
      said.channel.toLowerCase() === 'security' && said.eventId !== 4688 && isOwnSession(subject.logonId);
    return forAnother && isBroker(node) ? undefined : node;
  }

  #nodeOf(
    subject: Subject,
    host: string,
    timeMs: number,
    powershell: (hostId: string, host: string) => number | undefined,
  ): Node | undefined {
    const { guid, image } = subject;
    let { pid } = subject;
    if (guid === '' && pid === null && subject.powershellHost !== '')
      pid = powershell(subject.powershellHost, host) ?? null;
    if (guid === '' && pid === null && subject.hostApplication !== '') {
      const node = this.#lineage.command(host, subject.hostApplication, timeMs);
      if (node !== undefined) return node;
    }
    if (guid === '' && pid === null) return undefined;
    return this.#lineage.of({ host, guid, pid, image, timeMs });
  }
}

/** How far apart findings that say nothing of what they speak are taken for one. */
const NOTHING_SAID_MS = 60_000;

const MOST_FLOWS = 32;
const MOST_SHARED = 64;

function unitOf(
  said: Said,
  number: number,
  host: string,
  node: Node | undefined,
  happening: Happening,
  statement: string,
): Unit {
  const { rule, detector, level, attack, confidence, p, channel, eventId, fields, decoded, scripts, subject } = said;
  const timeMs = happening.timeMs ?? Number.NaN;
  const start = eventId === 1 || eventId === 4688;
  return {
    detector,
    rule,
    level,
    confidence,
    p,
    attack,
    host,
    node,
    subject,
    channel,
    eventId,
    fields,
    decoded,
    scripts,
    events: [happening],
    more: 0,
    evidence:
      start && node !== undefined
        ? `start ${node.key}`
        : `${happening.file} ${happening.record ?? ''} ${happening.line ?? ''}`,
    flows: new Set(said.flow === '' ? [] : [said.flow]),
    shared: new Map(said.shared?.map(({ key, by }) => [key, by])),
    get identity() {
      return contentHash(
        [
          host.toLowerCase(),
          channel.toLowerCase(),
          eventId,
          said.eventRecordId,
          told(said.timeMs),
          said.timeTicks,
          statement,
        ].join('\n'),
      );
    },
    first: timeMs,
    last: timeMs,
    toldMs: said.timeMs,
    number,
  };
}
