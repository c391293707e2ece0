/**
 * What a host may be asked to do. An order names an action and its object, never a command line: each side makes the same steps of it
 * (`respond/steps`), so that what was shown is what is done, and no server can have anything else run.
 */

/** A process as an event told of it: its pid may be another's by now, so its start and image go with it. */
export interface ProcessRef {
  readonly pid: number;
  /** ms since 1970. */
  readonly startMs: number;
  /** How far the real start may lie from it: events tell it to the millisecond, a ProcessGuid to the second. */
  readonly withinMs: number;
  /** Full path. */
  readonly image: string;
}

export type Order =
  | { readonly action: 'kill-process'; readonly process: ProcessRef }
  /** The process and all that descends from it: what runs when the order is carried out, not only what the logs tell. */
  | { readonly action: 'kill-tree'; readonly process: ProcessRef }
  | { readonly action: 'suspend-process'; readonly process: ProcessRef }
  /** Only our server stays reachable. Ends by itself. */
  | { readonly action: 'isolate-host'; readonly minutes: number }
  | { readonly action: 'block-address'; readonly address: string }
  | { readonly action: 'block-domain'; readonly domain: string }
  /** A local one. */
  | { readonly action: 'disable-account'; readonly account: string }
  /** One of a domain, from a host that administers it. */
  | { readonly action: 'disable-domain-account'; readonly domain: string; readonly account: string }
  | { readonly action: 'log-off-session'; readonly account: string; readonly logonId: string }
  /** `sha256` in lower case; '' where the logs tell none: the file is then taken as it is. */
  | { readonly action: 'quarantine-file'; readonly path: string; readonly sha256: string }
  | { readonly action: 'remove-task'; readonly name: string }
  | { readonly action: 'remove-service'; readonly name: string }
  | { readonly action: 'remove-run-key'; readonly key: string; readonly value: string }
  | { readonly action: 'collect-triage'; readonly files: readonly string[] }
  /** The signature is that of a key that the host itself trusts with scripts, apart from the server's. */
  | { readonly action: 'run-script'; readonly name: string; readonly text: string; readonly signature: string };

export type ActionName = Order['action'];

/** Why an order is none: the member, and what is wrong with it. */
export interface OrderFault {
  readonly at: string;
  readonly why: string;
}
export type ReadOrder =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'fault'; readonly fault: OrderFault };

type Test = (value: unknown) => string | undefined;

/** Longest isolation that can be ordered: a week. */
export const MOST_MINUTES = 7 * 24 * 60;
export const DEFAULT_MINUTES = 4 * 60;
export const MOST_SCRIPT = 64 * 1024;

const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

const line =
  (most: number, pattern: RegExp, what: string): Test =>
  (value) => {
    if (typeof value !== 'string' || value === '') return `not ${what}`;
    if (value.length > most) return `longer than ${most} characters`;
    if (CONTROL.test(value)) return 'control characters in it';
    return pattern.test(value) ? undefined : `not ${what}`;
  };

/** Of Windows or POSIX, absolute, without a segment that leads elsewhere; no device, share or stream. */
export function pathFault(value: unknown): string | undefined {
  const fault = line(2000, /^(?:[A-Za-z]:\\|\/)[^/\\]/, 'an absolute path of a file')(value);
  if (fault !== undefined) return fault;
  const path = value as string;
  const isWindows = /^[A-Za-z]:/.test(path);
  const segments = path.slice(isWindows ? 3 : 1).split(isWindows ? /[\\/]/ : '/');
  if (segments.some((one) => one === '' || one === '.' || one === '..')) return 'a path that leads elsewhere';
  if (isWindows && segments.some((one) => /[<>:"|?*]/.test(one) || /[. ]$/.test(one)))
    return 'no plain path of Windows: a stream, a wildcard or a device';
  return undefined;
}

const processFault: Test = (value) => {
  if (typeof value !== 'object' || value === null) return 'not a process';
  const { pid, startMs, withinMs, image } = value as ProcessRef;
  if (!Number.isSafeInteger(pid) || pid <= 4 || pid > 0xffffffff) return 'not a process id that may be acted on';
  if (!Number.isFinite(startMs) || startMs <= 0) return 'it lacks the time of its start';
  if (!Number.isSafeInteger(withinMs) || withinMs < 0 || withinMs > 5000) return 'withinMs is not from 0 to 5000';
  return pathFault(image);
};

const KEY =
  /^(?:HKLM|HKU\\S-1-5-21(?:-\d+){4})\\Software\\(?:WOW6432Node\\)?Microsoft\\Windows\\CurrentVersion\\Run(?:Once)?$/i;

const TESTS: Readonly<Record<ActionName, Readonly<Record<string, Test>>>> = {
  'kill-process': { process: processFault },
  'kill-tree': { process: processFault },
  'suspend-process': { process: processFault },
  'isolate-host': {
    minutes: (value) =>
      Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_MINUTES
        ? undefined
        : `not a whole number from 1 to ${MOST_MINUTES}`,
  },
  'block-address': { address: (value) => (blockable(value) ? undefined : 'not one address that may be blocked') },
  'block-domain': {
    domain: line(
      253,
      /^(?=.*\.)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+$/i,
      'a domain',
    ),
  },
  'disable-account': { account: line(64, /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*\$?$/u, 'the name of a local account') },
  'disable-domain-account': {
    domain: line(255, /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u, 'the name of a domain'),
    account: line(64, /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u, 'the name of a person’s account'),
  },
  'log-off-session': {
    account: line(64, /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*\$?$/u, 'the name of an account'),
    logonId: line(20, /^0x[0-9a-f]{1,16}$/i, 'a logon id'),
  },
  'quarantine-file': {
    path: pathFault,
    sha256: (value) => (value === '' || /^[0-9a-f]{64}$/.test(String(value)) ? undefined : 'not a SHA-256'),
  },
  'remove-task': { name: line(260, /^\\[^/<>:"|?*]+$/, 'the path of a task') },
  'remove-service': { name: line(256, /^[^/\\"\s-][^/\\"]*$/, 'the name of a service') },
  'remove-run-key': {
    key: line(300, KEY, 'a Run or RunOnce key'),
    value: line(300, /^[^"/-][^"]*$/, 'the name of a value'),
  },
  'collect-triage': {
    files: (value) => {
      if (!Array.isArray(value) || value.length > 100) return 'not a list of at most 100 paths';
      return value.map(pathFault).find((fault) => fault !== undefined);
    },
  },
  'run-script': {
    name: line(100, /^[A-Za-z0-9][A-Za-z0-9._-]*\.(?:sh|ps1)$/, 'the name of a .sh or .ps1 script'),
    text: (value) =>
      typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MOST_SCRIPT
        ? undefined
        : `not a text of at most ${MOST_SCRIPT} bytes`,
    signature: line(100, /^[A-Za-z0-9_-]{86}$/, 'a signature'),
  },
};

export const ACTION_NAMES = Object.keys(TESTS) as readonly ActionName[];

/** Every member is looked at, and none that nobody knows is let through: an order is exactly what it says. */
export function readOrder(value: unknown): ReadOrder {
  const fault = (at: string, why: string): ReadOrder => ({ kind: 'fault', fault: { at, why } });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'not an object');
  const { action, ...members } = value as Record<string, unknown>;
  const tests = Object.hasOwn(TESTS, String(action)) ? TESTS[action as ActionName] : undefined;
  if (tests === undefined) return fault('action', 'there is no such action');
  const stray = Object.keys(members).find((name) => !Object.hasOwn(tests, name));
  if (stray !== undefined) return fault(stray, 'there is no such member');
  for (const [name, test] of Object.entries(tests)) {
    const why = test(members[name]);
    if (why !== undefined) return fault(name, why);
  }
  return { kind: 'order', order: value as Order };
}

/** One address in its canonical form that is nobody's own: no private, link-local, loopback, multicast or reserved one, and no network. */
export function blockable(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value.includes(':')) return blockable6(value);
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(value)?.slice(1).map(Number);
  if (parts === undefined || parts.some((one) => one > 255) || parts.join('.') !== value) return false;
  const [a, b, c] = parts as [number, number, number, number];
  const isOwn =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19));
  return !isOwn;
}

function blockable6(value: string): boolean {
  if (!/^[0-9a-f:]{3,39}$/.test(value)) return false;
  let canonical: string;
  try {
    canonical = new URL(`http://[${value}]/`).hostname.slice(1, -1);
  } catch {
    return false;
  }
  // Only 2000::/3 is anybody's on the internet; of it 2002::/16 and 2001::/32 carry another address inside.
  return canonical === value && /^[23][0-9a-f]{3}:/.test(value) && !/^(?:2002:|2001:0?:|2001::)/.test(value);
}
