import type { Order, ProcessRef } from '../../protocol/index.ts';

export type System = 'windows' | 'linux';

/** What must hold before anything is done; each is looked at on the very object that is then acted on. */
export type Check =
  /** Opened once; start and image compared on the handle, and that handle is acted on. */
  | { readonly kind: 'same-process'; readonly process: ProcessRef }
  /** Neither critical nor protected, by the flags that the system itself keeps: no list of names. */
  | { readonly kind: 'not-protected' }
  | { readonly kind: 'not-own-agent' }
  /** A plain file: no link, no junction, one name only; of that hash where it is known. */
  | { readonly kind: 'plain-file'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'local-account'; readonly account: string }
  /** An account of that domain, neither built-in nor one that a protected group holds. */
  | { readonly kind: 'domain-account'; readonly domain: string; readonly account: string }
  /** Another administrator stays able to log on. */
  | { readonly kind: 'not-last-admin'; readonly account: string }
  /** Neither in a network of this host, nor its resolver, gateway, proxy, nor the server. */
  | { readonly kind: 'not-own-network'; readonly address: string }
  /** The firewall is ours to set: no group policy, no other product. */
  | { readonly kind: 'own-firewall' }
  | { readonly kind: 'is-there'; readonly what: string }
  | { readonly kind: 'script-signed'; readonly name: string };

/**
 * One deed. `run`: a program with exactly these arguments and no shell; an argument that begins with `{state}` is a file in the folder
 * where what undo needs is kept. `script`: a verb of the one PowerShell script that comes with us, with its data on stdin.
 */
export type Step =
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly stdin?: string }
  | { readonly kind: 'script'; readonly verb: string; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'signal';
      readonly signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';
      readonly process: ProcessRef;
      readonly tree: boolean;
    }
  | { readonly kind: 'quarantine'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'restore'; readonly path: string }
  /** A line of the hosts file that sends a name to nowhere. */
  | { readonly kind: 'hosts-line'; readonly domain: string; readonly add: boolean }
  | { readonly kind: 'collect'; readonly files: readonly string[] };

/** How its effect is seen. */
export type Verification =
  | { readonly kind: 'process-gone'; readonly process: ProcessRef; readonly tree: boolean }
  | { readonly kind: 'process-stopped'; readonly process: ProcessRef }
  | { readonly kind: 'file-gone'; readonly path: string }
  /** The server is reached, a second address is not; else all is taken back within a minute. */
  | { readonly kind: 'only-server-reachable' }
  /** Ends with status 0, or (`fails`) with another. */
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly fails: boolean }
  | { readonly kind: 'script'; readonly verb: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'line-there'; readonly domain: string }
  | { readonly kind: 'archive-whole' };

/** Why there is no way back. */
export type NoUndo = 'final' | 'changes-nothing' | 'depends-on-script';

export interface Steps {
  readonly guard: readonly Check[];
  readonly steps: readonly Step[];
  readonly verify: readonly Verification[];
  readonly undo:
    | { readonly kind: 'steps'; readonly steps: readonly Step[] }
    | { readonly kind: 'none'; readonly why: NoUndo };
  /** After this a step that still runs is ended, and the command has failed. */
  readonly timeoutMs: number;
}

export type StepsOf = {
  [A in Order['action']]: (order: Extract<Order, { action: A }>, server: ServerAt | undefined) => Steps | undefined;
};

/** Where our server is, as the host reaches it. */
export interface ServerAt {
  readonly address: string;
  readonly port: number;
}

export const KILL_MS = 10_000;
export const RUN_MS = 30_000;
export const none = (why: NoUndo): Steps['undo'] => ({ kind: 'none', why });
export const back = (...steps: Step[]): Steps['undo'] => ({ kind: 'steps', steps });

/** On either system: what is collected is read, and nothing is changed. */
export const collectTriage: StepsOf['collect-triage'] = ({ files }) => ({
  guard: [],
  steps: [{ kind: 'collect', files }],
  verify: [{ kind: 'archive-whole' }],
  undo: none('changes-nothing'),
  timeoutMs: 10 * 60_000,
});

/** On either system: a script runs only where its signature holds; what it leaves behind is its own matter. */
export const signedScript = (name: string, steps: readonly Step[]): Steps => ({
  guard: [{ kind: 'script-signed', name }],
  steps,
  verify: [],
  undo: none('depends-on-script'),
  timeoutMs: 5 * 60_000,
});
