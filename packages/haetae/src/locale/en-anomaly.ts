/** English words about scores. */
export const enAnomaly = {
  title: (family: string, because: string) => `Unusual ${family}${because === '' ? '' : `: ${because}`}`,
  score: (score: string, p: string, among: string) => `score ${score}, p ${p} among ${among} events`,
  equal: (n: string) => `${n} equal events`,
  ordinaryIf: (what: string) => `would be ordinary if ${what}`,
  notSo: (name: string) => `“${name}” did not hold`,
  untold: 'not told',
  units: {
    bits: 'bits',
    characters: 'characters',
    'bits a character': 'bits/character',
    '%': '%',
    seconds: 's',
    'a minute': '/min',
  },
  flags: {
    profile: 'seed: the features and the 5 % of the first script, for comparison',
    baseline: 'hold events against this baseline (`haetae baseline learn`) instead of against each other',
    record: 'the event with this record number (EVTX)',
    line: 'the event that begins on this line',
    refresh: 'make a new version of this baseline from the events after its end',
    learnOutput: 'write the baseline to this file',
  },
  commands: {
    explain: {
      brief: 'say why an event has its anomaly score',
      full: [
        'Scores all events of the logs, and says of one what its score consists of: each feature with its value and its part.',
        'The parts sum to what the event was told apart sooner than expected, in splits of the trees.',
        '',
        'Examples',
        '  haetae explain logs/ --line 2451',
        '  haetae explain Security.evtx --record 1189 --baseline clean.baseline',
      ].join('\n'),
    },
    baseline: { brief: 'learn what is ordinary, and hold logs against it' },
    learn: {
      brief: 'learn a baseline from logs of ordinary days',
      full: [
        'Learns what is ordinary: rarities, an Isolation Forest for each kind of events, and some rows of which a later version',
        'is made. A baseline never changes; its version is a hash of its content. Host names and commands are kept as hashes only.',
        '',
        'Examples',
        '  haetae baseline learn clean-week/ -o clean.baseline',
        '  haetae baseline learn logs/ --refresh clean.baseline -o next.baseline    events after the end of clean.baseline',
      ].join('\n'),
    },
    show: { brief: 'say what a baseline holds', full: 'Example\n  haetae baseline show clean.baseline' },
    diff: {
      brief: 'say how far two baselines differ, feature by feature',
      full: 'Example\n  haetae baseline diff clean.baseline next.baseline',
    },
    apply: {
      brief: 'hold logs against a baseline: what is unusual, and what has drifted',
      full: 'Example\n  haetae baseline apply clean.baseline logs/\n\n`haetae scan --baseline FILE` does the same beside the rules.',
    },
    file: 'a baseline file',
  },
  explain: {
    needsPlace: 'Say which event: --record N (EVTX) or --line N.',
    onePlace: 'Give --record or --line, not both.',
    none: (place: string) => `no event at ${place}`,
    unscored: (kind: string, kinds: string) => `events of ${kind} have no features. Scored are: ${kinds}.`,
    feature: 'Feature',
    value: 'Value',
    part: 'Splits',
    sum: 'sum',
    path: (expected: string, own: string, by: string, later: boolean) =>
      `told apart after ${own} splits; ${expected} were expected: ${by} ${later ? 'later' : 'sooner'}`,
    equalSpan: (n: string, first: string, last: string) =>
      `${n} events are equal in all of this, from ${first} to ${last}`,
    against: {
      thisData: 'held against the other events at hand',
      baseline: (version: string) => `held against the baseline ${version}`,
    },
    isOrdinary: (threshold: string) => `an ordinary score: up to ${threshold} nothing is told`,
    noOrdinary: 'no change of one feature or two would make it ordinary',
  },
  baseline: {
    needsOutput: 'Say where to write the baseline: -o FILE.',
    unreadable: (path: string, reason: string) => `${path}: ${reason}`,
    needsFile: 'Say which baseline: a file that `haetae baseline learn` wrote.',
    needsTwo: 'Give two baseline files.',
    version: 'version',
    refreshedFrom: 'refreshed from',
    span: 'span',
    hosts: 'hosts',
    zone: 'hours in',
    noTime: 'no time told',
    family: 'Kind of events',
    events: 'events',
    rows: 'rows',
    features: 'features',
    scores: 'score at p 0.1 / 0.01 / 0.001',
    written: (path: string, version: string, events: string) =>
      `baseline ${version} of ${events} events written to ${path}`,
    nothing: 'No event of a kind that can be learnt was read.',
    boundary: (time: string) => `events after ${time}, the end of the old version`,
    drift: 'Drift',
    driftNone: 'no feature has shifted (population stability index below 0.25)',
    drifted: (n: string) => `${n} features have shifted (population stability index from 0.25 on)`,
    driftLine: (family: string, feature: string, psi: string) => `${family} · ${feature}: ${psi}`,
    before: 'before',
    after: 'after',
    same: 'both hold the same',
  },
  receipt: {
    title: 'scores',
    scored: (events: string, share: string, rows: string) =>
      `${events} events scored (${share} of all), as ${rows} distinct rows`,
    skipped: (n: string) => `${n} had nothing to compare`,
    without: (kinds: string) => `without features: ${kinds}`,
    told: (told: string, beyond: string, perDay: string) =>
      `${told} told of ${beyond} unusual rows (at most ${perDay} for each host and day, one for each program)`,
    below: (host: string, day: string, n: string, family: string, p: string, place: string) =>
      `just below on ${host} ${day}: ${n}, first ${family}, p ${p} (${place})`,
    baseline: (version: string) => `baseline ${version}`,
    zone: (name: string) => `hours in ${name}`,
  },
};

export type AnomalyWords = typeof enAnomaly;
