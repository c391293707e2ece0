import { isObject } from '../formats/json/shape.ts';

/** How what is in a frame came here: every event keeps it. */
export type Origin = 'agent' | 'shipper' | 'import' | 'lab';

/** What the log keeps beside a frame's bytes. The server writes it, the engine reads it. */
export interface FrameHead {
  /** A name of `LIVE_FORMATS`: how its bytes are read. */
  readonly format: string;
  readonly origin: Origin;
  /** Id of the token that its sender showed; '' for none. */
  readonly token: string;
  /** Hosts whose events that token may send, with `*` and `?`; [] for any. */
  readonly hosts: readonly string[];
  /** IP address of the sender; '' for this machine's own. */
  readonly address: string;
  /**
   * The sender's own name for where this frame begins; '' where it has none. On `NAME:N` the events are N, N + 1, …:
   * a file's hash and the number of the event in it; any other name is of this frame, whose events are 0, 1, …
   */
  readonly position: string;
  /** Events that the sender counts as delivered. */
  readonly items: number;
  /** Of a frame that was passed on by whoever had it first. */
  readonly from?: PassedFrom;
}

/** Where a frame that is passed on stood: its number in the partition of a log, and that of the one that was passed on before it. */
export interface PassedFrom {
  readonly log: string;
  readonly partition: number;
  readonly seq: number;
  readonly after: number;
}

const ORIGINS: ReadonlySet<unknown> = new Set<Origin>(['agent', 'shipper', 'import', 'lab']);

/** The head as it was read back; undefined when it is none. */
export function readFrameHead(value: unknown): FrameHead | undefined {
  if (!isObject(value)) return undefined;
  const { format, origin, token, hosts, address, position, items, from } = value;
  if (typeof format !== 'string' || !ORIGINS.has(origin) || !Array.isArray(hosts)) return undefined;
  if (typeof token !== 'string' || typeof address !== 'string' || typeof position !== 'string') return undefined;
  const head = { format, origin: origin as Origin, token, hosts, address, position, items: Number(items) };
  return isObject(from) ? { ...head, from: from as unknown as PassedFrom } : head;
}

/** What the sender calls event number `index` of a frame; '' where it has no names. */
export function positionOf(head: FrameHead, index: number): string {
  if (head.position === '') return '';
  const match = /^(.*):(\d{1,15})$/s.exec(head.position);
  return match === null ? `${head.position}:${index}` : `${match[1]}:${Number(match[2]) + index}`;
}

/** Whether a token that is bound to these hosts may send events of this one: by its whole name or the part before the first dot. */
export function mayName(hosts: readonly string[], computer: string): boolean {
  if (hosts.length === 0) return true;
  const name = computer.toLowerCase();
  const short = name.split('.', 1)[0]!;
  return hosts.some((host) => {
    const pattern = patternOf(host);
    return pattern.test(name) || (!host.includes('.') && pattern.test(short));
  });
}

const patterns = new Map<string, RegExp>();

function patternOf(host: string): RegExp {
  let pattern = patterns.get(host);
  if (pattern === undefined) {
    if (patterns.size > 10_000) patterns.clear();
    const source = host
      .toLowerCase()
      .replace(/\*+/g, '*')
      .replace(/[^\p{L}\p{N}*?]/gu, '\\$&')
      .replace(/\*/g, '[^]*')
      .replace(/\?/g, '[^]');
    pattern = new RegExp(`^${source}$`, 'u');
    patterns.set(host, pattern);
  }
  return pattern;
}
