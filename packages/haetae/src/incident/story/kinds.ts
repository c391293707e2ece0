import type { IncidentFinding } from '../incident.ts';
import type { Act } from '../trace/trace.ts';
import type { DeedKind } from './deed.ts';

/** A deed as an event tells it: what kind, about what, and by which account where no process is named. */
export interface Told {
  readonly kind: DeedKind;
  readonly what: readonly string[];
  readonly actor?: string;
}

type Fields = Readonly<Record<string, string>>;

/** The first of these fields that says something. */
export function first(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name]?.trim();
    if (value !== undefined && value !== '' && value !== '-') return value;
  }
  return '';
}

/** `DOMAIN\name`, the name alone where no domain is told. */
const account = (fields: Fields, prefix: 'Subject' | 'Target' | 'Member'): string => {
  const name = first(fields, `${prefix}UserName`, `${prefix}Name`);
  const domain = first(fields, `${prefix}DomainName`, `${prefix}UserDomainName`);
  return name === '' || domain === '' || name.includes('\\') ? name : `${domain}\\${name}`;
};

const address = (fields: Fields): string => {
  const ip = first(fields, 'IpAddress', 'ClientAddress', 'Address', 'SourceNetworkAddress').replace(/^::ffff:/i, '');
  return /^(?:127\.|::1$)/.test(ip) ? '' : ip;
};

const target = (fields: Fields): string => {
  const ip = first(fields, 'DestinationIp', 'DestAddress');
  const port = first(fields, 'DestinationPort', 'DestPort');
  return port === '' ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
};

/** Where a member is told by its distinguished name, that is what people know it by. */
const member = (fields: Fields): string => {
  const name = first(fields, 'MemberName');
  return /^cn=([^,]+)/i.exec(name)?.[1] ?? (name === '' ? first(fields, 'MemberSid') : name);
};

const tell =
  (kind: DeedKind, what: (fields: Fields) => readonly string[], actor?: (fields: Fields) => string) =>
  (fields: Fields): Told => ({ kind, what: what(fields), ...(actor !== undefined && { actor: actor(fields) }) });

const by = (fields: Fields): string => account(fields, 'Subject');
const who = (fields: Fields): string => account(fields, 'Target');
const connection = tell('connection', (f) => [target(f), first(f, 'DestinationHostname')]);
const file = tell('file', (f) => [first(f, 'TargetFilename')]);
const registry = tell('registry', (f) => [first(f, 'TargetObject'), first(f, 'Details')]);
const group = tell('group', (f) => [first(f, 'TargetUserName'), member(f)], by);
const accountChanged = tell('account-changed', (f) => [who(f)], by);
const threat = tell('threat', (f) => [first(f, 'Threat Name', 'ThreatName'), first(f, 'Path', 'Process Name')]);
const protectionOff = tell('protection-off', () => ['']);
const service = tell('service', (f) => [first(f, 'ServiceName'), first(f, 'ImagePath', 'ServiceFileName')], by);
const task = tell('task', (f) => [first(f, 'TaskName'), commandOf(first(f, 'TaskContent', 'TaskContentNew'))], by);
const ticket = tell('ticket', (f) => [first(f, 'ServiceName', 'TargetUserName'), address(f)], who);
const object = tell('object', (f) => [first(f, 'ObjectName'), first(f, 'AccessMask')], by);
const script = tell('script', (f) => [first(f, 'ScriptBlockText', 'Payload')]);

/** What a task's XML says that it runs. */
function commandOf(xml: string): string {
  const value = (tag: string): string =>
    new RegExp(`<${tag}>([^<]*)</${tag}>`, 'i')
      .exec(xml)?.[1]
      ?.replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&') ?? '';
  return [value('Command'), value('Arguments')].filter((part) => part !== '').join(' ');
}

const SYSMON: Readonly<Record<number, (fields: Fields) => Told>> = {
  2: tell('file-time', (f) => [first(f, 'TargetFilename')]),
  3: (f) =>
    first(f, 'Initiated').toLowerCase() === 'false'
      ? { kind: 'reached', what: [first(f, 'SourceIp'), first(f, 'DestinationPort')] }
      : connection(f),
  4: tell('sysmon', (f) => [first(f, 'State')]),
  6: tell('driver', (f) => [first(f, 'ImageLoaded')]),
  7: tell('module', (f) => [first(f, 'ImageLoaded')]),
  8: tell('thread', (f) => [first(f, 'TargetImage')]),
  10: tell('access', (f) => [first(f, 'TargetImage'), first(f, 'GrantedAccess')]),
  11: file,
  12: registry,
  13: registry,
  14: registry,
  15: tell('download', (f) => [first(f, 'TargetFilename').replace(/:Zone\.Identifier$/i, '')]),
  16: tell('sysmon', (f) => [first(f, 'Configuration')]),
  17: tell('pipe', (f) => [first(f, 'PipeName')]),
  18: tell('pipe', (f) => [first(f, 'PipeName')]),
  19: tell('wmi', (f) => [first(f, 'Name'), first(f, 'Query')]),
  20: tell('wmi', (f) => [first(f, 'Name'), first(f, 'Destination')]),
  21: tell('wmi', (f) => [first(f, 'Consumer', 'Filter')]),
  22: tell('dns', (f) => [first(f, 'QueryName')]),
  23: tell('deleted', (f) => [first(f, 'TargetFilename')]),
  25: tell('tamper', (f) => [first(f, 'Type')]),
  26: tell('deleted', (f) => [first(f, 'TargetFilename')]),
  29: file,
};

const SECURITY: Readonly<Record<number, (fields: Fields) => Told>> = {
  1102: tell('cleared', () => ['Security'], by),
  4624: tell('logon', (f) => [address(f), first(f, 'LogonType')], who),
  4625: tell('logon-failed', (f) => [address(f), first(f, 'LogonType')], who),
  4648: tell('account-used', (f) => [who(f), first(f, 'TargetServerName', 'TargetInfo')], by),
  4656: object,
  4657: tell('registry', (f) => [
    [first(f, 'ObjectName'), first(f, 'ObjectValueName')].filter((p) => p !== '').join('\\'),
    first(f, 'NewValue'),
  ]),
  4661: object,
  4662: tell('directory', (f) => [first(f, 'ObjectName', 'ObjectType')], by),
  4663: object,
  4672: tell('privileged', () => [''], by),
  4697: service,
  4698: task,
  4702: task,
  4720: tell('account-made', (f) => [who(f)], by),
  4722: accountChanged,
  4723: accountChanged,
  4724: accountChanged,
  4725: accountChanged,
  4726: accountChanged,
  4728: group,
  4732: group,
  4738: accountChanged,
  4741: tell('account-made', (f) => [who(f)], by),
  4742: accountChanged,
  4756: group,
  4768: ticket,
  4769: ticket,
  4771: tell('logon-failed', (f) => [address(f), ''], who),
  4776: tell('logon-failed', (f) => [first(f, 'Workstation'), ''], who),
  4781: accountChanged,
  4794: accountChanged,
  5136: tell('directory', (f) => [first(f, 'ObjectDN', 'ObjectName')], by),
  5140: tell('share', (f) => [first(f, 'ShareName'), address(f)], by),
  5145: tell(
    'share',
    (f) => [[first(f, 'ShareName'), first(f, 'RelativeTargetName')].filter((p) => p !== '').join('\\'), address(f)],
    by,
  ),
  // %%14592 is inbound: the destination is this host.
  5156: (f) =>
    first(f, 'Direction') === '%%14592'
      ? { kind: 'reached', what: [first(f, 'SourceAddress'), first(f, 'DestPort')] }
      : connection(f),
};

const OTHERS: readonly (readonly [RegExp, Readonly<Record<number, (fields: Fields) => Told>>])[] = [
  [/sysmon\/operational$/i, SYSMON],
  [/^security$/i, SECURITY],
  [
    /^system$/i,
    {
      104: tell(
        'cleared',
        (f) => [first(f, 'Channel', 'BackupPath') || 'System'],
        (f) => first(f, 'SubjectUserName'),
      ),
      7045: service,
    },
  ],
  [/powershell(?:core)?\/operational$/i, { 4103: script, 4104: script }],
  [
    /windows defender\/operational$/i,
    {
      1116: threat,
      1117: threat,
      1006: threat,
      1007: threat,
      5001: protectionOff,
      5010: protectionOff,
      5012: protectionOff,
    },
  ],
  [
    /taskscheduler\/operational$/i,
    {
      106: tell(
        'task',
        (f) => [first(f, 'TaskName'), ''],
        (f) => first(f, 'UserContext'),
      ),
    },
  ],
  [
    /terminalservices-localsessionmanager\/operational$/i,
    {
      21: tell(
        'logon',
        (f) => [address(f), '10'],
        (f) => first(f, 'User'),
      ),
    },
  ],
  [
    /wmi-activity\/operational$/i,
    { 5861: tell('wmi', (f) => [first(f, 'CONSUMER', 'Consumer'), first(f, 'PossibleCause')]) },
  ],
];

/** Whether a finding speaks of the start of its process. */
export const isStart = ({ channel, eventId }: Pick<IncidentFinding, 'channel' | 'eventId'>): boolean =>
  (eventId === 1 && /sysmon\/operational$/i.test(channel)) || (eventId === 4688 && /^security$/i.test(channel));

/** What a finding's event tells; undefined for kinds of events that no phrase is known for. */
export function toldBy({
  channel,
  eventId,
  fields,
}: Pick<IncidentFinding, 'channel' | 'eventId' | 'fields'>): Told | undefined {
  const table = OTHERS.find(([pattern]) => pattern.test(channel))?.[1];
  const told = table?.[eventId]?.(fields);
  return told === undefined || (told.what[0] === '' && !MAY_BE_BARE.has(told.kind)) ? undefined : told;
}

const MAY_BE_BARE: ReadonlySet<DeedKind> = new Set(['protection-off', 'privileged', 'logon', 'logon-failed', 'sysmon']);

/** What an act of a process tells; undefined for those that are no news. */
export function toldByAct({ kind, what, fields }: Act): Told | undefined {
  switch (kind) {
    case 'connection':
      return first(fields, 'Initiated').toLowerCase() === 'false'
        ? { kind: 'reached', what: [first(fields, 'SourceIp'), first(fields, 'DestinationPort')] }
        : { kind, what: [what, first(fields, 'DestinationHostname')] };
    case 'dns':
    case 'file':
    case 'thread':
    case 'tamper':
    case 'pipe':
      return { kind, what: [what] };
    case 'registry':
      return { kind, what: [what, first(fields, 'Details')] };
    case 'access':
      return { kind, what: [what, first(fields, 'GrantedAccess')] };
    case 'script':
      return { kind, what: [what] };
    case 'service':
      return { kind, what: [what, first(fields, 'ImagePath')] };
    case 'task':
      return {
        kind,
        what: [what, [first(fields, 'Command'), first(fields, 'Arguments')].filter((p) => p !== '').join(' ')],
      };
    case 'share':
      return { kind, what: [what, address(fields)] };
    case 'logon':
      return { kind: 'account-used', what: [what, first(fields, 'TargetServerName')] };
    case 'wmi':
      return { kind, what: [what, first(fields, 'Destination', 'Query')] };
    case 'engine':
      return undefined;
    default:
      return kind satisfies never;
  }
}
