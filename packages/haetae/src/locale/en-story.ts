import type { Phrase, StoryWords } from './story.ts';

const did = (text: string, note?: string): Phrase => ({
  end: text,
  and: text,
  ...(note !== undefined && note !== '' && { note }),
});
const noted = (text: string, note: string | undefined): string => (note === undefined ? text : `${text} (${note})`);
const times = (n: number): string => (n === 2 ? 'twice' : `${n.toLocaleString('en-US')} times`);

const named = (channel: string): string => (channel === '' ? '' : `${channel} `);

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** The two largest units: 2 hours 14 minutes. */
function span(ms: number): string {
  const first = UNITS.findIndex(([size]) => ms >= size);
  if (first < 0) return 'less than a second';
  const many = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
  const [size, unit] = UNITS[first]!;
  const next = UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[0]);
  return `${many(Math.floor(ms / size), unit)}${rest > 0 ? ` ${many(rest, next![1])}` : ''}`;
}

const LOGON_TYPES: Readonly<Record<string, string>> = {
  '2': 'interactive',
  '3': 'network',
  '4': 'batch',
  '5': 'service',
  '7': 'unlock',
  '8': 'network, clear text',
  '9': 'new credentials',
  '10': 'remote desktop',
  '11': 'cached credentials',
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export const enStory: StoryWords = {
  sentence: ({ subject, host, pause, clauses }) => {
    const lead = [
      pause > 0 ? `${span(pause)} later` : '',
      host === '' ? '' : pause > 0 ? `on ${host}` : `On ${host}`,
    ].filter((part) => part !== '');
    const parts = clauses.map(({ phrase, after, child }, i) => {
      const which = child && !clauses[i - 1]?.child ? 'which' : '';
      const later = after > 0 ? `${span(after)} later` : '';
      return { which, text: [which, later, noted(phrase.end, phrase.note)].filter((word) => word !== '').join(' ') };
    });
    let told = parts[0]?.text ?? '';
    parts.slice(1).forEach(({ which, text }, i) => {
      const last = i === parts.length - 2;
      told += which !== '' ? `, ${text}` : last ? ` and ${text}` : `, ${text}`;
    });
    const body = subject === '' ? told : `${subject} ${told}`;
    return `${lead.length === 0 ? (subject === '' || subject === 'somebody' ? capital(body) : body) : `${lead.join(' ')}, ${body}`}.`;
  },
  span,
  times,
  list: (names, more) => {
    if (more > 0) return `${names.join(', ')} and ${more} more`;
    return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  },
  note: {
    command: (text) => `command: ${text}`,
    decoded: (text) => `decoded: ${text}`,
    user: (name) => `as ${name}`,
    via: (text) => `from ${text}`,
    access: (mask) => `access ${mask}`,
    until: (text) => `until ${text}`,
    runs: (text) => `runs: ${text}`,
    rule: (title) => `found: ${title}`,
  },
  ran: (images) => did(`ran ${images}`),
  wasStarted: (images) => did(`${images} ${/ and |, /.test(images) ? 'were' : 'was'} started`),
  connected: (to, n) => did(`connected to ${to}${n > 1 ? ` ${times(n)}` : ''}`),
  wasReached: (from, port) => did(`was reached from ${from} on port ${port}`),
  askedName: (name) => did(`asked DNS for ${name}`),
  wrote: (paths) => did(`wrote ${paths}`),
  deleted: (path) => did(`deleted ${path}`),
  setTime: (path) => did(`changed the creation time of ${path}`),
  downloaded: (path) => did(`saved ${path} from the internet`),
  setRegistry: (key, value) =>
    did(value === '' ? `changed ${key} in the registry` : `set ${key} in the registry to ${value}`),
  madeThread: (target) => did(`started a thread inside ${target}`),
  opened: (target) => did(`opened the memory of ${target}`),
  tampered: (type) => did('replaced its own image', type),
  loaded: (module) => did(`loaded ${module}`),
  loadedDriver: (driver) => did(`loaded the driver ${driver}`),
  pipe: (name) => did(`used the pipe ${name}`),
  ranScript: (n) => did(n > 1 ? `ran PowerShell scripts ${times(n)}` : 'ran a PowerShell script'),
  scriptRan: (n) => did(n > 1 ? `PowerShell scripts ran ${times(n)}` : 'a PowerShell script ran'),
  service: (name) => did(`installed the service ${name}`),
  task: (name) => did(`registered the scheduled task ${name}`),
  wmi: (name) => did(`registered the WMI subscription ${name}`),
  share: (name, from) => did(`opened the share ${name}${from === '' ? '' : ` from ${from}`}`),
  usedAccount: (account, server) => did(`used the password of ${account}${server === '' ? '' : ` for ${server}`}`),
  loggedOn: (from, type) => did(`logged on${from === '' ? '' : ` from ${from}`}`, type),
  failedLogon: (from, n) => did(`failed to log on${n > 1 ? ` ${times(n)}` : ''}${from === '' ? '' : ` from ${from}`}`),
  privileged: () => did('was given administrator privileges'),
  madeAccount: (name) => did(`made the account ${name}`),
  changedAccount: (name) => did(`changed the account ${name}`),
  addedTo: (member, group) => did(`added ${member === '' ? 'a member' : member} to the group ${group}`),
  clearedLog: (log) => did(`cleared the ${log} log`),
  ticket: (service, from) => did(`asked for a Kerberos ticket of ${service}${from === '' ? '' : ` from ${from}`}`),
  directory: (object) => did(`accessed the directory object ${object}`),
  object: (name, n) => did(`asked for access to ${name}${n > 1 ? ` ${times(n)}` : ''}`),
  protectionOff: () => did('Defender’s real-time protection was switched off'),
  threat: (name, path) => did(`Defender detected ${name}`, path),
  sysmon: (state) => did('the state of Sysmon changed', state),
  found: (title, where, n) => did(n > 1 ? `${n} events matched “${title}”` : `an event matched “${title}”`, where),
  left: (title, where, n) => did(`left ${n > 1 ? `${n} events` : 'an event'} of “${title}”`, where),
  unusual: (what) => did(`${what} did something unusual`),
  logonType: (type) => (LOGON_TYPES[type] === undefined ? `type ${type}` : `type ${type}, ${LOGON_TYPES[type]}`),
  hop: (from, to, as) => `The attack moved from ${from} to ${to}${as === '' ? '' : ` (account ${as})`}.`,
  blind: (kind, { host, channel, span: long, missing, by }) => {
    switch (kind) {
      case 'gap':
        return `${missing} ${missing === '1' ? 'record is' : 'records are'} missing from the ${named(channel)}log of ${host}${long === '' ? '' : `, within ${long}`}.`;
      case 'silence':
        return `For ${long} in between, ${host} has no ${named(channel)}records.`;
      case 'cleared':
        return `${by === '' ? 'Somebody' : by} cleared the ${named(channel)}log of ${host}: what it said before is gone.`;
      case 'recreated':
        return `The ${named(channel)}log of ${host} began anew: what it said before is gone.`;
      case 'sysmon-stopped':
        return `Sysmon was stopped on ${host}.`;
      case 'sysmon-configured':
        return `The configuration of Sysmon on ${host} was changed.`;
      case 'sysmon-error':
        return `Sysmon on ${host} logged an error: events may be missing.`;
      case 'clock':
        return `The clock of ${host} went back by ${long}: times around it cannot be trusted.`;
      default:
        return kind satisfies never;
    }
  },
  stage: (tactic, host, deeds, n) => `${tactic}: on ${host}, ${deeds} (${n} deeds).`,
  title: ({ what, root, image, host, moreHosts }) => {
    const way = root === '' || root === image ? image : image === '' ? root : `${root} → ${image}`;
    const place = moreHosts > 0 ? `${host} and ${moreHosts} more ${moreHosts === 1 ? 'host' : 'hosts'}` : host;
    return `${what}${way === '' ? '' : ` — ${way}`}${place === '' ? '' : ` (${place})`}`;
  },
  unusualTitle: (image) => (image === '' ? 'Unusual activity' : `Unusual activity of ${image}`),
  unknownProcess: 'an unknown process',
  somebody: 'somebody',
};
