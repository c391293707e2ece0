import type { EventFacts, FiledFinding } from '../../detect/index.ts';
import { type Happening, type IncidentFinding, KEPT_FIELD } from '../incident.ts';
import { isBroker, isDispatcher } from '../lineage/brokers.ts';
import type { Clocks } from '../lineage/clocks.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { isOwnSession } from '../lineage/sessions.ts';
import { type Subject, subjectOf } from '../lineage/subject.ts';
import { compare, compareTimes, contentHash, told } from '../text.ts';

/** Findings folded: one statement about one process, or, where the event names none, one subject within the window. */
export interface Unit extends Omit<IncidentFinding, 'process' | 'decoded' | 'events' | 'points'> {
  readonly node: Node | undefined;
  readonly subject: Subject;
  readonly decoded: string | undefined;
  readonly events: Happening[];
  /** Both ends of connections that its events speak of: `10.0.0.5:49712|10.0.0.9:5985`, the smaller first. */
  readonly flows: Set<string>;
  /** Hashes of scripts that were run, or handed over in a command line. */
  readonly scripts: readonly string[];
  /** Of the content of the first event and the statement. */
  readonly identity: string;
  readonly first: number;
  last: number;
}

/** What a unit says: its rule; of a score, the kind of events that it is unusual among. */
export function statementOf({
  rule,
  detector,
  channel,
  eventId,
}: Pick<Unit, 'rule' | 'detector' | 'channel' | 'eventId'>): string {
  return rule === null ? `${detector} ${channel.toLowerCase()} ${eventId}` : rule.id || rule.title;
}

/** Fields that sentences and joins ask for; of others, nothing is kept. */
const KEPT: ReadonlySet<string> = new Set(
  (
    'Image CommandLine ParentImage ParentCommandLine User TargetFilename TargetObject Details TargetImage SourceImage ' +
    'GrantedAccess CallTrace ImageLoaded Signed Signature SignatureStatus DestinationIp DestinationPort ' +
    'DestinationHostname SourceIp SourcePort QueryName QueryResults PipeName Hashes OriginalFileName NewProcessName ' +
    'ParentProcessName SubjectUserName SubjectDomainName TargetUserName TargetDomainName TargetServerName LogonType ' +
    'IpAddress IpPort WorkstationName ServiceName ServiceFileName ImagePath TaskName TaskContent ShareName ' +
    'RelativeTargetName ObjectName ObjectType AccessMask ProcessName Application DestAddress DestPort SourceAddress ' +
    'ScriptBlockText Path Payload HostApplication MemberName MemberSid Name Operation Type Query Destination Consumer ' +
    'Filter TargetProcessGuid TargetProcessId StartModule StartFunction StartAddress Configuration State Product ' +
    'Threat Process Direction Initiated IntegrityLevel TargetSid SamAccountName TicketEncryptionType Status'
  ).split(' '),
);

export class Units {
  readonly all: Unit[] = [];
  readonly #open = new Map<string, Unit>();
  readonly #lineage: Lineage;
  readonly #hostOf: (name: string) => string;
  readonly #window: number;
  readonly #clocks: Clocks;
  findings = 0;

  constructor(lineage: Lineage, hostOf: (name: string) => string, clocks: Clocks, window: number) {
    this.#lineage = lineage;
    this.#hostOf = hostOf;
    this.#clocks = clocks;
    this.#window = window;
  }

  /** Findings in the order of time. */
  add(finding: FiledFinding, powershell: (hostId: string, host: string) => number | undefined): void {
    this.findings++;
    const { event, rule, detector } = finding;
    const host = this.#hostOf(event.computer);
    const timeMs = (event.timeMs ?? Number.NaN) + this.#clocks.shift(finding.file, host, event.channel);
    const subject = subjectOf(finding);
    const node = this.#actor(finding, subject, host, timeMs, powershell);
    const what = `${detector}|${statementOf({ rule, detector, channel: event.channel, eventId: event.eventId })}`;
    const about =
      node === undefined
        ? aboutOf(subject, finding)
        : isDispatcher(node)
          ? `${node.key}|${objectOf(finding)}`
          : node.key;
    const key = `${what}|${host}|${about}`;
    const happening = happeningOf(finding, timeMs);
    // Each clearing of a log is a deed of its own.
    const open = isClearing(event) ? undefined : this.#open.get(key);
    const window = about === '||' ? NOTHING_SAID_MS : this.#window;
    if (open !== undefined && (node !== undefined || !(timeMs - open.last > window))) {
      open.events.push(happening);
      if (!(open.last >= timeMs)) open.last = timeMs;
      addFlow(open.flows, finding);
      return;
    }
    const unit = unitOf(finding, host, node, subject, happening, `${what}|${about}`);
    this.#open.set(key, unit);
    this.all.push(unit);
  }

  /** Puts units in the order of time, which clocks may have changed. */
  sort(): void {
    this.all.sort((a, b) => compareTimes(told(a.first), told(b.first)));
  }

  /**
   * The process that acts. Not one of Windows' own that does what an account of its own session asks for (lsass.exe looks
   * up accounts for whoever calls), and not the kernel: who acts there is told by the session, or by the address.
   */
  #actor(
    { event }: FiledFinding,
    subject: Subject,
    host: string,
    timeMs: number,
    powershell: (hostId: string, host: string) => number | undefined,
  ): Node | undefined {
    const node = this.#nodeOf(subject, host, timeMs, powershell);
    if (node === undefined) return undefined;
    if ((node.pid !== null && node.pid <= 4) || node.image === 'System') return undefined;
    const forAnother =
      event.channel.toLowerCase() === 'security' && event.eventId !== 4688 && isOwnSession(subject.logonId);
    return forAnother && isBroker(node) ? undefined : node;
  }

  #nodeOf(
    subject: Subject,
    host: string,
    timeMs: number,
    powershell: (hostId: string, host: string) => number | undefined,
  ): Node | undefined {
    const { guid, image } = subject;
    let { pid } = subject;
    if (guid === '' && pid === null && subject.powershellHost !== '')
      pid = powershell(subject.powershellHost, host) ?? null;
    if (guid === '' && pid === null && subject.hostApplication !== '') {
      const node = this.#lineage.command(host, subject.hostApplication, timeMs);
      if (node !== undefined) return node;
    }
    if (guid === '' && pid === null) return undefined;
    return this.#lineage.of({ host, guid, pid, image, timeMs });
  }
}

/** How far apart findings that say nothing of what they speak are taken for one. */
const NOTHING_SAID_MS = 60_000;

/** Security 1102, System 104. */
export function isClearing({ channel, eventId }: Pick<EventFacts, 'channel' | 'eventId'>): boolean {
  const name = channel.toLowerCase();
  return (eventId === 1102 && name === 'security') || (eventId === 104 && name === 'system');
}

/** What was done by a process that does what everybody asks for. */
const objectOf = ({ fields }: FiledFinding): string =>
  (fields.TargetObject ?? fields.TargetFilename ?? fields.TargetImage ?? fields.ObjectName ?? '')
    .toLowerCase()
    .slice(0, 200);

/** What an event without a process speaks of. */
function aboutOf({ logonId, user, powershellHost, hostApplication }: Subject, finding: FiledFinding): string {
  const { fields } = finding;
  const flows = new Set<string>();
  addFlow(flows, finding);
  const object =
    [...flows].join().replace(/:\d+/g, '') ||
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

function happeningOf({ event, file }: FiledFinding, timeMs: number): Happening {
  const { position } = event;
  return {
    file,
    record: position.kind === 'record' ? position.record : null,
    line: position.kind === 'line' ? position.line : null,
    timeMs: told(timeMs),
  };
}

const MOST_FLOWS = 32;

function addFlow(flows: Set<string>, { event, fields }: FiledFinding): void {
  const { channel, eventId } = event;
  if (flows.size >= MOST_FLOWS) return;
  const [from, fromPort, to, toPort] =
    eventId === 3 && channel.toLowerCase().includes('sysmon')
      ? [fields.SourceIp, fields.SourcePort, fields.DestinationIp, fields.DestinationPort]
      : eventId === 5156
        ? [fields.SourceAddress, fields.SourcePort, fields.DestAddress, fields.DestPort]
        : [];
  if (from === undefined || to === undefined || from === to || /^(127\.|::1$|0\.0\.0\.0$)/.test(from)) return;
  const ends = [`${from}:${fromPort}`, `${to}:${toPort}`].sort(compare);
  flows.add(ends.join('|'));
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

function unitOf(
  finding: FiledFinding,
  host: string,
  node: Node | undefined,
  subject: Subject,
  happening: Happening,
  statement: string,
): Unit {
  const { event, rule, detector, level, attack, confidence, why, decoded } = finding;
  const timeMs = happening.timeMs ?? Number.NaN;
  const flows = new Set<string>();
  addFlow(flows, finding);
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(finding.fields))
    if (KEPT.has(name) && value !== '') fields[name] = value.slice(0, KEPT_FIELD);
  const unusual = why.find((reason) => reason.kind === 'unusual');
  const start = event.eventId === 1 || event.eventId === 4688;
  return {
    detector,
    rule:
      rule === null
        ? null
        : { id: rule.id, title: rule.title, ...(rule.titleKo !== undefined && { titleKo: rule.titleKo }) },
    level,
    confidence: confidence ?? 1,
    p: unusual === undefined ? null : unusual.p,
    attack: attack as Unit['attack'],
    host,
    node,
    subject,
    channel: event.channel,
    eventId: event.eventId,
    fields,
    decoded: tellingLayer(decoded)?.slice(0, KEPT_FIELD),
    events: [happening],
    evidence:
      start && node !== undefined
        ? `start ${node.key}`
        : `${happening.file} ${happening.record ?? ''} ${happening.line ?? ''}`,
    flows,
    scripts: scriptsOf(finding),
    identity: contentHash(
      [
        host.toLowerCase(),
        event.channel.toLowerCase(),
        event.eventId,
        event.eventRecordId,
        event.timeMs,
        event.timeTicks,
        statement,
      ].join('\n'),
    ),
    first: timeMs,
    last: timeMs,
  };
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
