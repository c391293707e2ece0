import type { EventFacts, EventReference, FiledFinding } from '../../detect/index.ts';
import { type Happening, type IncidentFinding, KEPT_FIELD } from '../incident.ts';
import { type Subject, subjectOf } from '../lineage/subject.ts';
import { compare, contentHash, told } from '../text.ts';
import { own } from '../trace/acts.ts';

/** All that joins and sentences ask of a finding, by itself: nothing of it depends on what else is known. Plain data. */
export interface Said
  extends Pick<
    IncidentFinding,
    'detector' | 'rule' | 'level' | 'confidence' | 'p' | 'attack' | 'channel' | 'eventId' | 'fields'
  > {
  readonly file: string;
  readonly record: number | null;
  readonly line: number | null;
  readonly computer: string;
  /** NaN when not told. */
  readonly timeMs: number;
  readonly timeTicks: number;
  readonly eventRecordId: number | string;
  readonly subject: Subject;
  readonly decoded: string | undefined;
  /** Both ends of the connection that it speaks of: `10.0.0.5:49712|10.0.0.9:5985`, the smaller first; '' without. */
  readonly flow: string;
  /** Hashes of scripts that were run, or handed over in a command line. */
  readonly scripts: readonly string[];
  /** Events that a rule over several events names, and the own one of what such a rule is made of. Absent for none. */
  readonly shared?: readonly SharedEvent[];
  /** What an event without a process speaks of. */
  readonly about: string;
  /** What was done by a process that does what everybody asks for. */
  readonly object: string;
}

/** An event that several findings may speak of. */
export interface SharedEvent {
  readonly key: string;
  /** As people tell it: `Security 4625`. */
  readonly by: string;
}

/** What a finding says: its rule; of a score, the kind of events that it is unusual among. */
export function statementOf({
  rule,
  detector,
  channel,
  eventId,
}: Pick<Said, 'rule' | 'detector' | 'channel' | 'eventId'>): string {
  return rule === null ? `${detector} ${channel.toLowerCase()} ${eventId}` : rule.id || rule.title;
}

/** Security 1102, System 104. */
export function isClearing({ channel, eventId }: Pick<EventFacts, 'channel' | 'eventId'>): boolean {
  const name = channel.toLowerCase();
  return (eventId === 1102 && name === 'security') || (eventId === 104 && name === 'system');
}

/** Fields that sentences and joins ask for; of others, nothing is kept. */
const KEPT: ReadonlySet<string> = new Set([
  ...(
    'Image CommandLine CurrentDirectory ParentImage ParentCommandLine User TargetFilename TargetObject Details TargetImage SourceImage ' +
    'GrantedAccess CallTrace ImageLoaded Signed Signature SignatureStatus DestinationIp DestinationPort ' +
    'DestinationHostname SourceIp SourcePort QueryName QueryResults PipeName Hashes OriginalFileName NewProcessName ' +
    'ParentProcessName SubjectUserName SubjectDomainName TargetUserName TargetDomainName TargetServerName LogonType ' +
    'IpAddress IpPort WorkstationName ServiceName ServiceFileName ImagePath TaskName TaskContent ShareName ' +
    'RelativeTargetName ObjectName ObjectType AccessMask ProcessName Application DestAddress DestPort SourceAddress ' +
    'ScriptBlockText Path Payload HostApplication MemberName MemberSid Name Operation Type Query Destination Consumer ' +
    'Filter TargetProcessGuid TargetProcessId StartModule StartFunction StartAddress Configuration State Product ' +
    'Threat Process Direction Initiated IntegrityLevel TargetSid SamAccountName TicketEncryptionType Status ' +
    'ESS CONSUMER url RuleName ModifyingApplication Address Param3'
  ).split(' '),
  'New Value',
  'NewValue',
]);

/** The finding is not kept. */
export function saidBy(finding: FiledFinding): Said {
  const { event, rule, detector, level, attack, confidence, why, decoded, file } = finding;
  const { position } = event;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(finding.fields))
    if (KEPT.has(name) && value !== '') fields[name] = own(value, KEPT_FIELD);
  const unusual = why.find((reason) => reason.kind === 'unusual');
  const subject = subjectOf(finding);
  const shared = sharedOf(finding);
  const layer = tellingLayer(decoded);
  return {
    detector,
    rule:
      rule === null
        ? null
        : { id: rule.id, title: rule.title, ...(rule.titleKo !== undefined && { titleKo: rule.titleKo }) },
    level,
    confidence: confidence ?? 1,
    p: unusual === undefined ? null : unusual.p,
    attack: attack as Said['attack'],
    channel: event.channel,
    eventId: event.eventId,
    fields,
    file,
    record: position.kind === 'record' ? position.record : null,
    line: position.kind === 'line' ? position.line : null,
    computer: event.computer,
    timeMs: event.timeMs ?? Number.NaN,
    timeTicks: event.timeTicks,
    eventRecordId: event.eventRecordId,
    subject,
    decoded: layer === undefined ? undefined : own(layer, KEPT_FIELD),
    flow: flowOf(finding),
    scripts: scriptsOf(finding),
    ...(shared.length > 0 && { shared }),
    about: aboutOf(subject, finding),
    object: objectOf(finding),
  };
}

export function happeningOf({ file, record, line }: Said, timeMs: number): Happening {
  return { file, record, line, timeMs: told(timeMs) };
}

/**
 * Of several events those until the one that met the condition: what comes later is told later, so that a finding that is
 * told at once has the same ones.
 */
function sharedOf({ why, awaited, event, file }: FiledFinding): SharedEvent[] {
  const correlated = why.find((reason) => reason.kind === 'correlated');
  if (correlated?.kind !== 'correlated' && awaited !== true) return [];
  const { position, channel, eventId } = event;
  const place = position.kind === 'record' ? { record: position.record } : { line: position.line };
  const shared = [sharedEvent({ file, channel, eventId, ...place })];
  const met = event.timeMs ?? Number.POSITIVE_INFINITY;
  for (const one of correlated?.kind === 'correlated' ? correlated.first : [])
    if (Date.parse(one.time) <= met) shared.push(sharedEvent(one));
  return shared;
}

const sharedEvent = ({
  file,
  record,
  line,
  channel,
  eventId,
}: Pick<EventReference, 'file' | 'record' | 'line' | 'channel' | 'eventId'>): SharedEvent => ({
  key: `${file}|${record ?? ''}|${line ?? ''}`,
  by: `${channel.replace(/^Microsoft-Windows-|\/Operational$/g, '')} ${eventId}`,
});

const objectOf = ({ fields }: FiledFinding): string =>
  (fields.TargetObject ?? fields.TargetFilename ?? fields.TargetImage ?? fields.ObjectName ?? '')
    .toLowerCase()
    .slice(0, 200);

function aboutOf({ logonId, user, powershellHost, hostApplication }: Subject, finding: FiledFinding): string {
  const { fields } = finding;
  const object =
    flowOf(finding).replace(/:\d+/g, '') ||
    powershellHost ||
    hostApplication ||
    fields.ServiceName ||
    fields.TaskName ||
    fields.ShareName ||
    fields.Name ||
    fields.ObjectDN ||
    fields.TargetSid ||
    '';
  return `${logonId}|${user.toLowerCase()}|${object.slice(0, 200)}`;
}

function flowOf({ event, fields }: FiledFinding): string {
  const { channel, eventId } = event;
  const [from, fromPort, to, toPort] =
    eventId === 3 && channel.toLowerCase().includes('sysmon')
      ? [fields.SourceIp, fields.SourcePort, fields.DestinationIp, fields.DestinationPort]
      : eventId === 5156
        ? [fields.SourceAddress, fields.SourcePort, fields.DestAddress, fields.DestPort]
        : [];
  if (from === undefined || to === undefined || from === to || /^(127\.|::1$|0\.0\.0\.0$)/.test(from)) return '';
  return [`${from}:${fromPort}`, `${to}:${toPort}`].sort(compare).join('|');
}

/** Characters of a script that tell it from others, at least, and that are looked at. */
const SCRIPT_LEAST = 40;
const SCRIPT_MOST = 20_000;

function scriptsOf({ event, fields, decoded }: FiledFinding): string[] {
  const texts = (decoded ?? []).map(({ text }) => text);
  if (event.eventId === 4104) texts.push(fields.ScriptBlockText ?? (fields.Message ?? '').replace(/^[^\n]*\n/, ''));
  const hashes = new Set<string>();
  for (const text of texts) {
    const plain = text
      .slice(0, SCRIPT_MOST)
      .replace(/\s*ScriptBlock ID: [0-9a-f-]{36}[\s\S]*$/, '')
      .replace(/\s+/g, '');
    if (plain.length >= SCRIPT_LEAST) hashes.add(contentHash(plain));
  }
  return [...hashes];
}

/**
 * The layer that tells most: the deepest that is no mere fragment of another (a URL inside a script). What was decoded out of
 * the parent's command is the parent's.
 */
function tellingLayer(decoded: FiledFinding['decoded']): string | undefined {
  const own = (decoded ?? []).filter(({ field }) => !field.startsWith('Parent'));
  const longest = Math.max(0, ...own.map(({ text }) => text.length));
  return own.findLast(({ text }) => text.length * 4 >= longest)?.text;
}
