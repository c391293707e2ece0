/** A test of Atomic Red Team as its YAML tells it. Source: github.com/redcanaryco/atomic-red-team, atomic_red_team/spec.yaml. */
export const EXECUTORS = ['powershell', 'command_prompt', 'sh', 'bash', 'manual'] as const;
export type ExecutorName = (typeof EXECUTORS)[number];
export type Shell = Exclude<ExecutorName, 'manual'>;

export interface AtomicInput {
  readonly name: string;
  readonly description: string;
  /** As written: `path`, `String`, `url` … */
  readonly type: string;
  /** '' where none is given. */
  readonly value: string;
}

/** What must be there before a test can run: `check` succeeds when it is, `get` brings it. */
export interface AtomicNeed {
  readonly description: string;
  readonly check: string;
  /** '' where nothing brings it. */
  readonly get: string;
}

export type AtomicWork =
  | {
      readonly kind: 'commands';
      readonly shell: Shell;
      readonly elevated: boolean;
      readonly command: string;
      /** '' where the test leaves nothing to be taken back, or its author wrote nothing. */
      readonly cleanup: string;
    }
  | { readonly kind: 'manual'; readonly elevated: boolean; readonly steps: string };

export interface AtomicTest {
  readonly guid: string;
  readonly name: string;
  readonly description: string;
  /** As the file names it, ATT&CK v18 or v19: `T1070.004`. */
  readonly technique: string;
  /** Its place among the tests of the file, from 1. */
  readonly number: number;
  /** `windows`, `linux`, `macos`, `containers`, `iaas:aws` … */
  readonly platforms: readonly string[];
  readonly inputs: readonly AtomicInput[];
  readonly needsIn: Shell;
  readonly needs: readonly AtomicNeed[];
  readonly work: AtomicWork;
  readonly file: string;
  readonly line: number;
}

export type AtomicFault =
  | 'yaml'
  | 'too-large'
  | 'not-a-map'
  | 'missing'
  | 'wrong-type'
  | 'no-technique'
  | 'no-executor'
  | 'no-uuid'
  | 'same-guid'
  | 'undeclared';

/** A warning leaves the test in place; a test with an error is not among those read. */
export interface AtomicProblem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: AtomicFault;
  /** What it is about: a member, a value, the parser's words. */
  readonly about: string;
}
