/** A predicate: at the end of a sentence, and where another follows it. `note` stands behind it in brackets. */
export interface Phrase {
  readonly end: string;
  readonly and: string;
  readonly note?: string;
}

/** How a story is told in a language. Every text given is already safe to print. */
export interface StoryWords {
  /** Who did what: the subject and its predicates. A clause `after` so many ms; `by` the process that the sentence before it started. */
  readonly sentence: (told: {
    /** '' where nobody is named: the phrases then tell it without. */
    readonly subject: string;
    /** Named when the place changes. */
    readonly host: string;
    /** A pause before it, in ms; 0 for none. */
    readonly pause: number;
    readonly clauses: readonly Clause[];
  }) => string;
  /** `2시간 14분`, `2 hours 14 minutes`. */
  readonly span: (ms: number) => string;
  readonly times: (n: number) => string;
  /** Several names, the rest counted: `a, b 외 3개`. */
  readonly list: (names: readonly string[], more: number) => string;
  readonly note: {
    readonly command: (text: string) => string;
    readonly decoded: (text: string) => string;
    readonly user: (name: string) => string;
    readonly via: (text: string) => string;
    readonly access: (mask: string) => string;
    readonly until: (text: string) => string;
    readonly runs: (text: string) => string;
    readonly rule: (title: string) => string;
  };
  /** With an actor: `ran x`. */
  readonly ran: (images: string) => Phrase;
  /** Without one: `x was started`. */
  readonly wasStarted: (images: string) => Phrase;
  readonly connected: (to: string, times: number) => Phrase;
  readonly wasReached: (from: string, port: string) => Phrase;
  readonly askedName: (name: string) => Phrase;
  readonly wrote: (paths: string) => Phrase;
  readonly deleted: (path: string) => Phrase;
  readonly setTime: (path: string) => Phrase;
  readonly downloaded: (path: string) => Phrase;
  readonly setRegistry: (key: string, value: string) => Phrase;
  readonly madeThread: (target: string) => Phrase;
  readonly opened: (target: string) => Phrase;
  readonly tampered: (type: string) => Phrase;
  readonly loaded: (module: string) => Phrase;
  readonly loadedDriver: (driver: string) => Phrase;
  readonly pipe: (name: string) => Phrase;
  readonly ranScript: (times: number) => Phrase;
  /** The same where no process is told. */
  readonly scriptRan: (times: number) => Phrase;
  readonly service: (name: string) => Phrase;
  readonly task: (name: string) => Phrase;
  readonly wmi: (name: string) => Phrase;
  readonly share: (name: string, from: string) => Phrase;
  readonly usedAccount: (account: string, server: string) => Phrase;
  readonly loggedOn: (from: string, type: string) => Phrase;
  readonly failedLogon: (from: string, times: number) => Phrase;
  readonly privileged: () => Phrase;
  readonly madeAccount: (name: string) => Phrase;
  readonly changedAccount: (name: string) => Phrase;
  readonly addedTo: (member: string, group: string) => Phrase;
  readonly clearedLog: (log: string) => Phrase;
  readonly ticket: (service: string, from: string) => Phrase;
  readonly directory: (object: string) => Phrase;
  readonly object: (name: string, times: number) => Phrase;
  readonly protectionOff: () => Phrase;
  readonly threat: (name: string, path: string) => Phrase;
  readonly sysmon: (state: string) => Phrase;
  /** A detector's own words, where no better are known. */
  readonly found: (title: string, where: string, times: number) => Phrase;
  /** The same of a process. */
  readonly left: (title: string, where: string, times: number) => Phrase;
  readonly unusual: (what: string) => Phrase;
  /** Windows' numbers of logon types. */
  readonly logonType: (type: string) => string;
  /** The attack goes on on another host. `as`: the account, '' when not told. */
  readonly hop: (from: string, to: string, as: string) => string;
  readonly blind: (
    kind: BlindWord,
    told: { host: string; channel: string; span: string; missing: string; by: string },
  ) => string;
  /** A stage of a long story: its tactic, what was done so often. */
  readonly stage: (tactic: string, host: string, deeds: string, count: number) => string;
  readonly title: (told: {
    readonly what: string;
    /** Image names; equal or '' when only one is known. */
    readonly root: string;
    readonly image: string;
    readonly host: string;
    readonly moreHosts: number;
    readonly moreFindings: number;
  }) => string;
  readonly unusualTitle: (image: string) => string;
  readonly unknownProcess: string;
  /** Stands for an actor that no event tells. */
  readonly somebody: string;
}

export interface Clause {
  readonly phrase: Phrase;
  /** ms since the clause before it; 0 where it is not worth a word. */
  readonly after: number;
  /** The process that the clause before it started does this, not the sentence's subject. */
  readonly child: boolean;
}

export type BlindWord =
  | 'gap'
  | 'silence'
  | 'cleared'
  | 'recreated'
  | 'sysmon-stopped'
  | 'sysmon-configured'
  | 'sysmon-error'
  | 'clock';
