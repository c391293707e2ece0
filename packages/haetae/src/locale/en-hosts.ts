const some = (n: string, thing: string): string => `${n} ${thing}${n === '1' ? '' : 's'}`;

/** What the command line says of hosts: their agent, their Sysmon. */
export const enHosts = {
  agent: {
    brief: 'run on a host: collect its events and forward them to a server',
    full: 'The agent of a host; `haetae agent --help` tells its commands and flags.',
  },
  sysmonConfig: {
    brief: 'print a Sysmon configuration for which the rules have eyes',
    full: [
      'Prints a configuration for Sysmon 15 (schema 4.90). Everything that rules look at is logged; what is left out for the sake of',
      'quiet stands there one by one, with why, and with what an attacker could hide behind it.',
      '',
      'Examples',
      '  haetae sysmon-config -o sysmon.xml                     then, on the host: sysmon64 -c sysmon.xml',
      '  haetae sysmon-config --profile lab                     nothing is left out',
      '  haetae ready --sysmon-config sysmon.xml                what a configuration lacks',
    ].join('\n'),
    profile: 'lab (all of it), workstation or server',
  },
  ready: {
    flag: 'say what this Sysmon configuration lacks for the rules, in place of looking at logs',
    either: '--sysmon-config FILE or logs, not both',
    unreadable: (path: string, code: string) => `--sysmon-config ${path} cannot be read (${code}).`,
    noConfig: (path: string, why: string) => `--sysmon-config ${path} is no configuration of Sysmon: ${why}`,
    head: (path: string, schema: string, able: string, all: string) =>
      `${path} (schema ${schema}): ${able} of ${all} rules that look at Sysmon could fire`,
    withoutFields: (n: string) => `${some(n, 'rule')} ask for fields that no configuration gives`,
    problems: (n: string) => `What Sysmon would refuse or pass over (${n})`,
    line: (n: string) => `line ${n}:`,
    problem: {
      xml: 'not well-formed XML',
      element: 'there is no such element',
      field: 'the event has no such field',
      condition: 'there is no such condition',
      onmatch: 'onmatch is neither include nor exclude',
      schema: 'schemaversion is missing',
    },
    hashes: (names: string) => `Rules ask for hashes that are not computed: ${names}`,
    elements: 'Event types',
    looking: (n: string) => some(n, 'rule'),
    all: 'all',
    most: (n: string) => `all but ${some(n, 'exclusion')}`,
    part: (n: string) => `in part: ${some(n, 'inclusion')} only`,
    none: 'none',
    defaultOn: 'not named: logged',
    defaultOff: 'not named: not logged',
    prevents: 'prevents: for you to decide',
    blind: 'Blind: nothing of these is logged',
    rules: (n: string) => some(n, 'rule'),
    dropped: (n: string) => `Filtered away: the rules’ own example events would not be logged (${n})`,
    more: (n: string) => `and ${n} more`,
    ours: '`haetae sysmon-config` prints one without these gaps.',
  },
};
